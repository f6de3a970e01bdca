package dev.coppice.otp;

import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Ref;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/// One subscriber of a [Topic] and how a message is given to it: on the publisher's thread, without waiting.
sealed interface Subscription<T> {

    /// What became of one message.
    enum Given {
        TAKEN,
        LOST,

        /// It was taken, and an older one that waited was lost for it.
        REPLACED
    }

    Given give(T message);

    private static Given given(boolean accepted) {
        return accepted ? Given.TAKEN : Given.LOST;
    }

    record Plain<T>(Ref<? super T> to) implements Subscription<T> {
        @Override
        public Given give(T message) {
            return given(to.offer(message).accepted());
        }
    }

    /// Counts what waits: up before a message is offered, down when it is received or was not accepted.
    record Limited<T>(Ref<T> to, int limit, AtomicInteger waiting) implements Subscription<T> {
        static <T, M> Limited<T> of(Pid<M> pid, int limit, Function<? super T, ? extends M> as) {
            var waiting = new AtomicInteger();
            Ref<T> to =
                    pid.via(message -> {
                        waiting.decrementAndGet();
                        return as.apply(message);
                    });
            return new Limited<>(to, limit, waiting);
        }

        @Override
        public Given give(T message) {
            if (waiting.incrementAndGet() > limit) {
                waiting.decrementAndGet();
                return Given.LOST;
            }
            boolean accepted = false;
            try {
                accepted = to.offer(message).accepted();
            } finally { // the publisher may be ended here
                if (!accepted) {
                    waiting.decrementAndGet();
                }
            }
            return given(accepted);
        }
    }

    /// The mail in the mailbox is an empty cup; what it holds is decided when it is received. Whoever swaps a message into an empty cup
    /// sends the mail; whoever swaps one into a full cup has replaced what was there.
    final class Newest<T> implements Subscription<T> {

        /// What the cup says when nothing waits.
        private static final Object NOTHING = new Object();

        private final AtomicReference<Object> cup = new AtomicReference<>(NOTHING);
        private final Ref<AtomicReference<Object>> to;

        @SuppressWarnings(
                "unchecked") // only messages and NOTHING are put into the cup, and no mail stands for an empty one
        private <M> Newest(Pid<M> pid, Function<? super T, ? extends M> as) {
            this.to = pid.via(full -> as.apply((T) full.getAndSet(NOTHING)));
        }

        static <T, M> Newest<T> of(Pid<M> pid, Function<? super T, ? extends M> as) {
            return new Newest<>(pid, as);
        }

        @Override
        public Given give(T message) {
            if (cup.getAndSet(message) != NOTHING) {
                return Given.REPLACED;
            }
            boolean accepted = false;
            try {
                accepted = to.offer(cup).accepted();
            } finally { // the publisher may be ended here
                if (!accepted) {
                    cup.set(NOTHING);
                }
            }
            return given(accepted);
        }
    }
}
