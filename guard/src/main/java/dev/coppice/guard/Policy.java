package dev.coppice.guard;

import java.util.List;

/// What a guard decides: pure functions from a state and what happened to the next state. Time is an argument; it may be a little older
/// than the state, since threads race from reading the clock to changing the state.
///
/// @param <S> the state: immutable, changed only by being replaced
interface Policy<S, T> {

    S initial(long now);

    /// Whether a message may pass.
    ///
    /// @param request whether its end will be seen
    Turn<S> admit(S state, boolean request, long now);

    /// A request that had passed has ended; or, for a policy whose [#sight] is `RECEIPT`, a message has been received.
    Turn<S> ended(S state, Ticket ticket, Result result, long now);

    T status(S state, long now);

    default Sight sight() {
        return Sight.END;
    }

    /// What a policy wants to hear of what it has let pass.
    enum Sight {
        NOTHING,
        /// How a request ended.
        END,
        /// That any message was received.
        RECEIPT
    }

    /// What a message that passed carries through: the number that its guard gave it, and when it passed.
    record Ticket(long number, long at) {}

    /// The next state, what is decided, and what is to be told.
    record Turn<S>(S next, Verdict verdict, List<GuardEvent> events) {
        static <S> Turn<S> to(S next) {
            return admitted(next, 0);
        }

        static <S> Turn<S> admitted(S next, long number) {
            return new Turn<>(next, new Verdict.Admitted(number), List.of());
        }

        static <S> Turn<S> refused(S next, String why) {
            return new Turn<>(next, new Verdict.Refused(why), List.of());
        }

        Turn<S> telling(GuardEvent event) {
            return new Turn<>(next, verdict, List.of(event));
        }
    }

    sealed interface Verdict {
        record Admitted(long number) implements Verdict {}

        record Refused(String why) implements Verdict {}
    }
}
