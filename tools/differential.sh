# command: random failures on Erlang/OTP and on Coppice, compared (default 100,000): [--scenarios N] [--seed S] [--golden]; fails when they differ
sh tools/install-erlang.sh
maven -q -Dquick -pl conformance -am test-compile >&2
class_path="conformance/target/test-classes:testkit/target/classes:otp/target/classes:kernel/target/classes:$(cat conformance/target/libraries)"
# shellcheck disable=SC2086 # JAVA_OPTS is a list of words
exec "$JAVA_HOME/bin/java" ${JAVA_OPTS-} -cp "$class_path" dev.coppice.conformance.differential.Differential "$@"
