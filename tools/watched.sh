# command: what being observed costs: ping-pong and tell-1 with and without the observer, [all|plain|timed|many] [rounds] [seconds]
classes observe
exec "$JAVA_HOME/bin/java" -Xms512m -Xmx512m -cp "$class_path" tools/Watched.java "$@"
