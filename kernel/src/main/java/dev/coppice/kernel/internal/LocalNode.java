package dev.coppice.kernel.internal;
import dev.coppice.kernel.*;
import java.time.Duration;
import java.util.*;
public abstract non-sealed class LocalNode implements Node {
    static UnsupportedOperationException no() { return new UnsupportedOperationException(); }
    public static Node start(Config c) { throw no(); }
    public static Node start(Actor<?> r, Config c) { throw no(); }
    public static void run(Actor<?> r, Config c) { throw no(); }
}
