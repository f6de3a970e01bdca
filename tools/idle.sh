# command: N actors at rest (default 1,000,000): heap, threads and processor time of each; fails when it is too much
classes kernel
exec "$JAVA_HOME/bin/java" -Xms2g -Xmx3g -cp "$class_path" tools/Idle.java "$@"
