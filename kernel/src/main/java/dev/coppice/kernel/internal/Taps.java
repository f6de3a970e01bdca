package dev.coppice.kernel.internal;

import static java.util.Objects.requireNonNull;

import dev.coppice.kernel.Cancellable;
import dev.coppice.kernel.DeadLetter;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.spi.Door;
import dev.coppice.kernel.spi.Tap;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

/// Where messages are tapped. All of it stands behind [#on]: one plain read and a branch that is never taken while nobody taps.
public final class Taps {
    private Taps() {}

    /// Whether any node has a tap. Written when one comes or goes; read plainly by every sender and receiver, who may see it a moment late.
    static boolean on;

    private static final AtomicInteger COUNT = new AtomicInteger();

    /// One tap of one node. Rides that it gave may be on their way when it is cancelled, and come to a station later, even after another has
    /// been added: so each station asks whether it is over.
    static final class Tapping {
        final Tap<Object> tap;

        /// Written when it is cancelled, before that returns; read before each station is told.
        volatile boolean over;

        Tapping(Tap<Object> tap) {
            this.tap = tap;
        }
    }

    /// What rides with a message: a list, one entry for each tap that follows it.
    record Riding(Tapping of, Object ride, @Nullable Riding next) {}

    @SuppressWarnings("unchecked") // what it gets back is what it gave
    public static Cancellable add(Node node, Tap<?> tap) {
        var taps = ((LocalNode) node).taps;
        var tapping = new Tapping((Tap<Object>) tap);
        taps.add(tapping);
        COUNT.incrementAndGet();
        refresh();
        return () -> remove(taps, tapping);
    }

    /// The node is closed: nobody taps it any more.
    static void end(LocalNode node) {
        node.taps.forEach(tapping -> remove(node.taps, tapping));
    }

    private static boolean remove(List<Tapping> taps, Tapping tapping) {
        tapping.over = true;
        boolean removed = taps.remove(tapping);
        if (removed) {
            COUNT.decrementAndGet();
            refresh();
        }
        return removed;
    }

    /// Whoever writes last has looked after writing: one that comes while another goes does not stay unheard.
    private static void refresh() {
        do {
            on = COUNT.get() > 0;
            VarHandle.fullFence();
        } while (on != COUNT.get() > 0);
    }

    // ---- leaving

    /// The envelope of a message.
    static Mail mail(Ref<?> to, Object message) {
        return on ? tapped(to, message) : Carrying.mail(to, message);
    }

    static Mail tapped(Ref<?> to, Object message) {
        var mail = Carrying.mail(to, requireNonNull(message, "message"));
        var riding = leaves(to, message, false);
        return riding == null ? mail : new Mail.Carried(message, mail.carried(), riding, null);
    }

    /// As [#mail], for a request: what rides with it is in its caller's cell, which every holder has.
    static void request(Ref<?> to, Object message, WaitCell<?> cell) {
        cell.riding = leaves(to, message, true);
    }

    private static @Nullable Riding leaves(Ref<?> to, Object message, boolean request) {
        var node = nodeOf(to);
        if (node == null || node.taps.isEmpty()) {
            return null;
        }
        var runner = Runner.current();
        var from = runner == null ? null : runner.cell;
        Riding all = null;
        for (var tapping : node.taps) {
            if (tapping.over) {
                continue;
            }
            try {
                var parent = runner == null || from == null ? Optional.<Object>empty() : rideOf(tapping, runner.riding);
                var ride = tapping.tap.leaves(parent, Optional.ofNullable(from), to, message, request);
                all = ride.isEmpty() ? all : new Riding(tapping, ride.get(), all);
            } catch (Exception | LinkageError | StackOverflowError | AssertionError | ExitSignal broken) {
                failed(node, broken);
            }
        }
        return all;
    }

    /// The sender's, since it is there that the message leaves; from outside the receiver's, if it has one.
    private static @Nullable LocalNode nodeOf(Ref<?> to) {
        var sender = Runner.actor();
        if (sender != null) {
            return sender.node;
        }
        return to instanceof Door<?> door && door.behind().isEmpty() ? null : Refs.nodeOf(to);
    }

    private static Optional<Object> rideOf(Tapping tapping, @Nullable Riding riding) {
        for (var one = riding; one != null; one = one.next) {
            if (one.of == tapping) {
                return Optional.of(one.ride);
            }
        }
        return Optional.empty();
    }

    private static @Nullable Riding riding(@Nullable Mail mail) {
        return switch (mail) {
            case Mail.Carried carried -> carried.riding;
            case Request<?> request when request.cell != null -> request.cell.riding;
            case null, default -> null;
        };
    }

    // ---- arriving; on the thread that runs the actor

    static void begins(Cell<?> cell, Mail mail) {
        ends(cell, null);
        var riding = riding(mail);
        Runner.enter().riding = riding;
        each(cell.node, riding, one -> one.of.tap.begins(one.ride, cell));
    }

    /// Whatever this thread handles is over.
    static void ends(Cell<?> cell, @Nullable Throwable thrown) {
        var runner = Runner.current();
        if (runner == null || runner.riding == null) {
            return;
        }
        var riding = runner.riding;
        runner.riding = null;
        var why = Optional.ofNullable(thrown instanceof ExitSignal ? null : thrown);
        each(cell.node, riding, one -> one.of.tap.ends(one.ride, cell, why));
    }

    static void lost(LocalNode node, Mail mail, Ref<?> to, DeadLetter.Reason reason) {
        each(node, riding(mail), one -> one.of.tap.lost(one.ride, to, reason));
    }

    // ---- waiting

    /// The actor on this thread goes on after a wait of the kernel's.
    ///
    /// @param kept whether it has a place again
    static void waited(@Nullable Cell<?> cell, long nanos, boolean kept) {
        if (cell == null) {
            return;
        }
        for (var tapping : cell.node.taps) {
            if (tapping.over) {
                continue;
            }
            try {
                tapping.tap.waited(cell, nanos, kept);
            } catch (Exception | LinkageError | StackOverflowError | AssertionError | ExitSignal broken) {
                failed(cell.node, broken);
            }
        }
    }

    private static void each(LocalNode node, @Nullable Riding riding, Consumer<Riding> told) {
        for (var one = riding; one != null; one = one.next) {
            if (one.of.over) {
                continue;
            }
            try {
                told.accept(one);
            } catch (Exception | LinkageError | StackOverflowError | AssertionError | ExitSignal broken) {
                failed(node, broken);
            }
        }
    }

    private static void failed(LocalNode node, Throwable broken) {
        node.observers.line(
                Level.ERROR,
                "a tap failed",
                Map.of("why", broken, "at", Arrays.stream(broken.getStackTrace()).limit(3).toList()));
    }
}
