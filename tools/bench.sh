# command: Coppice beside Pekko, Erlang and bare threads: [--quick] [--only NAME...] [--peers LIST] [--json FILE] (--help)
classes benchmarks
commit=$(git rev-parse --short HEAD 2>/dev/null || echo "unknown commit")
cd "$here"
exec "$JAVA_HOME/bin/java" -Xmx256m -cp "$class_path" -Dcoppice.root="$root" -Dcoppice.commit="$commit" dev.coppice.benchmarks.Main "$@"
