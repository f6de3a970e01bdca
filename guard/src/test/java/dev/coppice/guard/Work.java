package dev.coppice.guard;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.Caller;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.Offer;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import dev.coppice.kernel.spi.Door;
import dev.coppice.kernel.spi.Envelope;
import dev.coppice.kernel.spi.Interception.End;
import dev.coppice.otp.Child;
import dev.coppice.otp.Supervisor;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/// What the guarded actor of these tests understands.
sealed interface Work {

    /// What becomes of a request.
    enum Fate {
        ANSWER,
        /// Answered in 10 ms; others are handled meanwhile.
        LATER,
        /// The handler throws.
        CRASH,
        /// The handler returns.
        SILENCE,
        /// Kept for ever.
        NEVER
    }

    record Do(Fate fate) implements Work, Call<Do, String> {}

    record Note(int n) implements Work {}

    record Due(Caller<String> caller) implements Work {}

    Name<Work> NAME = Name.of("worker");

    Supervisor TREE = Supervisor.oneForOne(Child.server(NAME, Worker::new)).intensity(1_000_000, Duration.ofSeconds(1));

    /// Does with each request what that says.
    final class Worker implements Server<Work> {
        @Override
        public void handle(Work work, Self<Work> self) {
            switch (work) {
                case Do request -> decide(request, self);
                case Due(var caller) -> caller.reply("later");
                case Note _ -> {}
            }
        }

        private static void decide(Do request, Self<Work> self) {
            switch (request.fate()) {
                case ANSWER -> self.reply(request, "done");
                case LATER -> self.sendAfter(Duration.ofMillis(10), new Due(self.defer(request)));
                case CRASH -> throw new IllegalStateException("asked to");
                case SILENCE -> {}
                case NEVER -> self.defer(request);
            }
        }
    }

    /// Counts the requests under way behind a guard, apart from the guard's own count.
    record Meter(Ref<Work> to, AtomicInteger underWay, AtomicInteger most, AtomicInteger passed) implements Door<Work> {
        static Meter before(Ref<Work> to) {
            return new Meter(to, new AtomicInteger(), new AtomicInteger(), new AtomicInteger());
        }

        @Override
        public Offer deliver(Envelope<Work> envelope) {
            if (!envelope.expectsReply()) {
                return envelope.passTo(to);
            }
            passed.incrementAndGet();
            int now = underWay.incrementAndGet();
            most.accumulateAndGet(now, Math::max);
            return envelope.intercept(
                            end -> {
                                underWay.decrementAndGet();
                                if (end instanceof End.Settled(var outcome)) {
                                    envelope.settle(outcome);
                                }
                            })
                    .passTo(to);
        }

        @Override
        public Optional<Ref<?>> behind() {
            return Optional.of(to);
        }
    }
}
