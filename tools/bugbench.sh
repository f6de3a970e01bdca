# command: plants bugs and shows which layer of tests finds each, and how fast: [--search] [--applies] [NAME...]
maven -q -Dquick test-compile
"$JAVA_HOME/bin/java" tools/Bugbench.java "$@"
