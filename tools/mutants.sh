# command: breaks each law by a patch and shows the test that notices: [LAW...]
maven -q -Dquick test-compile
"$JAVA_HOME/bin/java" tools/Mutants.java "$@"
