# command: what being observed costs: ping-pong and tell-1 with and without the observer, ten rounds; fails below 0.9
classes observe
exec "$JAVA_HOME/bin/java" -Xms512m -Xmx512m -cp "$class_path" tools/Watched.java "$@"
