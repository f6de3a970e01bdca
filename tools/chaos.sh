# command: kills the broker's actors at random: [--kills 600] [--rate 10] [--publishers 50] [--subscribers 50] [--seed N]
classes examples/mqtt-broker
maven -q -Dquick -pl examples/mqtt-broker -am test-compile >&2
# shellcheck disable=SC2086 # JAVA_OPTS is a list of words
exec "$JAVA_HOME/bin/java" ${JAVA_OPTS-} -cp "$root/examples/mqtt-broker/target/test-classes:$class_path" \
    dev.coppice.examples.mqtt.Chaos "$@"
