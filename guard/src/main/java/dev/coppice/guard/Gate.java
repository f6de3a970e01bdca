package dev.coppice.guard;

import dev.coppice.guard.Policy.Sight;
import dev.coppice.guard.Policy.Ticket;
import dev.coppice.guard.Policy.Turn;
import dev.coppice.guard.Policy.Verdict;
import dev.coppice.kernel.DeadLetter;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Offer;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.spi.Door;
import dev.coppice.kernel.spi.Envelope;
import dev.coppice.kernel.spi.Interception.End;
import dev.coppice.kernel.spi.Scheduler;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/// The interpreter of every [Policy]: holds its state, asks it, does what it says.
///
/// The state is one immutable value in one CAS word; a turn that lost the race is decided again on the newer state. So each turn is one
/// step for everybody, and the state that refuses is the state that counted. Events are told after the step, by whoever made it.
final class Gate<S, T> implements Passage<T> {
    private final String name;
    private final Policy<S, T> policy;
    private final Judge judge;
    private final Node node;
    private final Scheduler scheduler;
    private final AtomicReference<S> state;

    Gate(String name, Policy<S, T> policy, Judge judge, Ref<?> guarded) {
        this.name = name;
        this.policy = policy;
        this.judge = judge;
        this.node = Door.nodeOf(guarded);
        this.scheduler = Scheduler.of(node);
        this.state = new AtomicReference<>(policy.initial(scheduler.nanoTime()));
    }

    @Override
    public <M> Offer pass(Envelope<M> envelope, Ref<M> at, Ref<M> to) {
        long now = scheduler.nanoTime();
        boolean request = envelope.expectsReply();
        return switch (turn(state -> policy.admit(state, request, now))) {
            case Verdict.Admitted(long number) -> passed(envelope, to, new Ticket(number, now));
            case Verdict.Refused(var why) -> refused(envelope, at, why);
        };
    }

    private Offer refused(Envelope<?> envelope, Ref<?> at, String why) {
        envelope.drop(at, new DeadLetter.Reason.Refused(name + " " + why));
        return new Offer.Full();
    }

    private <M> Offer passed(Envelope<M> envelope, Ref<M> to, Ticket ticket) {
        return switch (policy.sight()) {
            case Sight.NOTHING -> Passage.onwards(envelope, to);
            case Sight.END -> Passage.onwards(envelope.intercept(end -> ended(envelope, ticket, end)), to);
            // The wrap runs in the receiver, when it receives.
            case Sight.RECEIPT -> Passage.onwards(envelope, to.via(message -> received(ticket, message)));
        };
    }

    /// The permit is back before the caller goes on.
    private void ended(Envelope<?> envelope, Ticket ticket, End end) {
        ended(ticket, judge.of(end));
        if (end instanceof End.Settled(var outcome)) {
            envelope.settle(outcome);
        }
    }

    private <M> M received(Ticket ticket, M message) {
        ended(ticket, Result.ANSWERED);
        return message;
    }

    private void ended(Ticket ticket, Result result) {
        long now = scheduler.nanoTime();
        turn(state -> policy.ended(state, ticket, result, now));
    }

    private Verdict turn(Function<S, Turn<S>> decide) {
        while (true) {
            S seen = state.get();
            var turn = decide.apply(seen);
            if (state.compareAndSet(seen, turn.next())) {
                turn.events().forEach(node::publish);
                return turn.verdict();
            }
        }
    }

    @Override
    public T status() {
        return policy.status(state.get(), scheduler.nanoTime());
    }

    @Override
    public String toString() {
        return name;
    }
}
