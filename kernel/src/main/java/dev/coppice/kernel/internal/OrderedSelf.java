package dev.coppice.kernel.internal;

import static java.util.Objects.requireNonNull;

import dev.coppice.kernel.spi.Backlog;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The [ActorSelf] of an actor that receives in an order of its own: see [Backlog].
///
/// **Idea.** The mailbox is as ever. What is taken from it goes through the backlog, one by one in both directions. A set of what is in
/// there, in the order of arrival, lets the kernel find every mail again when the actor dies, whatever the backlog does.
/// [#first] holds only what a selective receive has declined, a release of the stash, or a mail that was put back: it goes into the
/// backlog before the next look.
final class OrderedSelf<M> extends ActorSelf<M> {
    private final Backlog backlog;
    private final LinkedHashSet<Mail> kept = new LinkedHashSet<>();

    /// The number of the next arrival; [Mail#mark] holds it.
    private int arrivals;

    /// Written by this actor, read racily by reports.
    private int keptCount;

    OrderedSelf(Cell<M> cell, Supplier<? extends Backlog> backlog) {
        super(cell);
        this.backlog = made(backlog);
    }

    /// Whatever the user's supplier throws ends the actor at its first look, as what a backlog throws does.
    private static Backlog made(Supplier<? extends Backlog> supplier) {
        try {
            return requireNonNull(
                    supplier.get(), "the supplier of Mailbox.backlog gave null; it must make a new backlog");
        } catch (Exception | LinkageError | StackOverflowError | AssertionError thrown) {
            return new Unmade(new IllegalStateException("the backlog of a mailbox could not be made", thrown));
        }
    }

    private record Unmade(IllegalStateException why) implements Backlog {
        @Override
        public void add(Item item) {
            throw why;
        }

        @Override
        public Optional<Item> poll() {
            throw why;
        }
    }

    @Override
    @Nullable Mail next() {
        // What is in the backlog is received without a CAS: a killer sees who runs, or the exit is seen after this.
        VarHandle.fullFence();
        try {
            arrange();
            addArrivals();
            return poll();
        } catch (Exception | LinkageError | StackOverflowError | AssertionError thrown) {
            return new Signal.Broken(thrown);
        }
    }

    @Override
    void arrange() {
        numberInherited();
        var back = new ArrayList<Mail>();
        for (var mail = first(); mail != null; mail = mail.next) {
            back.add(mail);
        }
        first(null);
        addAll(back.reversed());
    }

    @Override
    @Nullable Mail arrivals() {
        addArrivals();
        return poll();
    }

    private void addArrivals() {
        numberInherited();
        for (var mail = cell.take(); mail != null; mail = cell.take()) {
            var arrived = new ArrayList<Mail>();
            for (; mail != null; mail = mail.next) {
                mail.mark = ++arrivals;
                arrived.add(mail);
            }
            addAll(arrived);
        }
    }

    /// What was there before the actor's first look.
    private void numberInherited() {
        if (arrivals == 0) {
            for (var mail = first(); mail != null; mail = mail.next) {
                mail.mark = ++arrivals;
            }
        }
    }

    /// All are kept before the first is given to the backlog, which may throw.
    private void addAll(List<Mail> mails) {
        for (var mail : mails) {
            mail.next = null;
            kept.add(mail);
        }
        keptCount = kept.size();
        mails.forEach(backlog::add);
    }

    private @Nullable Mail poll() {
        if (kept.isEmpty()) {
            return null;
        }
        var mail =
                (Mail)
                        backlog.poll()
                                .orElseThrow(() ->
                                        new IllegalStateException(
                                                backlog
                                                        + " holds back "
                                                        + kept.size()
                                                        + " messages; poll must give one"));
        if (!kept.remove(mail)) {
            throw new IllegalStateException(backlog + " gave " + mail.message + " twice");
        }
        keptCount = kept.size();
        return mail;
    }

    @Override
    boolean holdsMail() {
        return first() != null || !kept.isEmpty();
    }

    @Override
    int kept() {
        return keptCount;
    }

    @Override
    int keptMessages() {
        return (int) kept.stream().filter(mail -> !(mail instanceof Signal)).count();
    }

    /// Does not ask the backlog, which may be what the actor dies of: in the order of arrival.
    @Override
    @Nullable Mail release() {
        var left = super.release();
        for (var mail : new ArrayList<>(kept).reversed()) {
            mail.next = left;
            left = mail;
        }
        kept.clear();
        keptCount = 0;
        return left;
    }
}
