package dev.coppice.guard;

import dev.coppice.guard.Policy.Ticket;
import dev.coppice.guard.Policy.Turn;
import dev.coppice.guard.Policy.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Plays a policy by hand: its state, a clock in milliseconds, and all that it told.
final class Play<S, T> {
    private final Policy<S, T> policy;
    final List<GuardEvent> events = new ArrayList<>();
    private S state;
    private long now;

    Play(Policy<S, T> policy) {
        this.policy = policy;
        this.now = -5_000_000_000_000L; // a monotonic clock may be negative
        this.state = policy.initial(now);
    }

    Play<S, T> pass(long millis) {
        now += millis * 1_000_000;
        return this;
    }

    Optional<Ticket> request() {
        return admitted(turn(policy.admit(state, true, now)));
    }

    boolean send() {
        return admitted(turn(policy.admit(state, false, now))).isPresent();
    }

    /// Why a request would be refused now.
    String refusal() {
        return turn(policy.admit(state, true, now)) instanceof Verdict.Refused(var why) ? why : "admitted";
    }

    void end(Ticket ticket, Result result) {
        turn(policy.ended(state, ticket, result, now));
    }

    /// A request that ends after so many milliseconds; false when it was refused.
    boolean call(Result result, long millis) {
        var ticket = request();
        pass(millis);
        ticket.ifPresent(admitted -> end(admitted, result));
        return ticket.isPresent();
    }

    /// One letter a call: answered, failed, late, refused, none.
    void calls(String letters) {
        for (var letter : letters.replace(" ", "").split("")) {
            call(result(letter), 1);
        }
    }

    static Result result(String letter) {
        return switch (letter) {
            case "A" -> Result.ANSWERED;
            case "F" -> Result.FAILED;
            case "L" -> Result.LATE;
            case "R" -> Result.REFUSED;
            case "N" -> Result.NONE;
            default -> throw new IllegalArgumentException(letter);
        };
    }

    T status() {
        return policy.status(state, now);
    }

    S state() {
        return state;
    }

    private Verdict turn(Turn<S> turn) {
        state = turn.next();
        events.addAll(turn.events());
        return turn.verdict();
    }

    private Optional<Ticket> admitted(Verdict verdict) {
        return verdict instanceof Verdict.Admitted(long number)
                ? Optional.of(new Ticket(number, now))
                : Optional.empty();
    }
}
