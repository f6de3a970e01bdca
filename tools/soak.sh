# command: the broker under load, hostile frames and every kind of failure: [--minutes 10] [--frames 1000000] [--seed N] (--help); fails on a loss or a leak
classes examples/mqtt-broker
maven -q -Dquick -pl examples/mqtt-broker -am test-compile >&2
# shellcheck disable=SC2086 # JAVA_OPTS is a list of words
exec "$JAVA_HOME/bin/java" -Xmx512m ${JAVA_OPTS-} -cp "$root/examples/mqtt-broker/target/test-classes:$class_path" \
    dev.coppice.examples.mqtt.Soak "$@"
