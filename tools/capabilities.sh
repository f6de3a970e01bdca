# command: item -> tests that prove it; fails on a gap
exec "$JAVA_HOME/bin/java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 tools/Capabilities.java
