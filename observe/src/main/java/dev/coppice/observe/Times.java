package dev.coppice.observe;

import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.spi.Tap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/// How long messages wait and how long their handlers take, by [Kind], from one message in so many, picked at random.
final class Times implements Tap<Times.Watch> {
    private final Ledger ledger;
    private final int every;
    private final ConcurrentHashMap<Kind, Pair> byKind = new ConcurrentHashMap<>();

    Times(Ledger ledger, int every) {
        this.ledger = ledger;
        this.every = every;
    }

    /// Both histograms of a kind.
    record Pair(Histogram queued, Histogram handled) {}

    /// What rides: one message on its way.
    static final class Watch {
        final long sent = System.nanoTime();
        long begun;
        @Nullable Pair pair;
    }

    /// One in so many.
    int every() {
        return every;
    }

    Map<Kind, Pair> byKind() {
        return byKind;
    }

    Pair of(Kind kind) {
        var pair = byKind.get(kind);
        return pair != null ? pair : byKind.computeIfAbsent(kind, _ -> new Pair(new Histogram(), new Histogram()));
    }

    @Override
    public Optional<Watch> leaves(
            Optional<Watch> parent, Optional<Pid<?>> from, Ref<?> to, Object message, boolean request) {
        return ThreadLocalRandom.current().nextInt(every) == 0 ? Optional.of(new Watch()) : Optional.empty();
    }

    @Override
    public void begins(Watch watch, Pid<?> by) {
        watch.begun = System.nanoTime();
        var info = by.info();
        var pair = of(ledger.known(Kind.of(info, info.path())));
        pair.queued.add(watch.begun - watch.sent);
        watch.pair = pair;
    }

    @Override
    public void ends(Watch watch, Pid<?> by, Optional<Throwable> thrown) {
        if (watch.pair != null) {
            watch.pair.handled.add(System.nanoTime() - watch.begun);
        }
    }
}
