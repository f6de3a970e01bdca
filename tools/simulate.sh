# command: many seeded worlds of failing actors (default 100,000): [--seeds N] [--seed S] [--determinism]; fails when a law is broken
maven -q -Dquick -pl conformance -am test-compile >&2
class_path="conformance/target/test-classes:testkit/target/classes:otp/target/classes:kernel/target/classes:$(cat conformance/target/libraries)"
# shellcheck disable=SC2086 # JAVA_OPTS is a list of words
exec "$JAVA_HOME/bin/java" ${JAVA_OPTS-} -cp "$class_path" dev.coppice.conformance.world.Simulate "$@"
