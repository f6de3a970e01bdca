# command: JMH benchmarks of mailbox, run queue, send, call, spawn, with what each allocates: [NAME] [JMH options]
classes benchmarks
exec "$JAVA_HOME/bin/java" -cp "$class_path" org.openjdk.jmh.Main -prof gc -foe true "$@"
