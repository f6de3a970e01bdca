# command: proves the kernel's lock-free classes with jcstress and Lincheck: [--quick] (3 minutes in place of about 40) [--only jcstress|Lincheck CLASS]
maven -q -Dquick -pl stress -am test-compile >&2
class_path="stress/target/test-classes:kernel/target/classes:$(cat stress/target/libraries)"
# shellcheck disable=SC2086 # JAVA_OPTS is a list of words
exec "$JAVA_HOME/bin/java" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -XX:+EnableDynamicAgentLoading \
    ${JAVA_OPTS-} -cp "$class_path" dev.coppice.stress.Stress "$@"
