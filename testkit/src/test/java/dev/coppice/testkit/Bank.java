package dev.coppice.testkit;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import dev.coppice.otp.Child;
import dev.coppice.otp.Supervisor;
import java.time.Duration;

/// A small system to be tested: two accounts and a clerk who moves money between them.
final class Bank {
    private Bank() {}

    sealed interface Msg {}

    record Put(long cents) implements Msg {}

    record Balance() implements Msg, Call<Balance, Long> {}

    /// Waits inside its handler.
    record Count(Duration time) implements Msg, Call<Count, Long> {}

    sealed interface Job {}

    record Move(long cents) implements Job, Call<Move, Long> {}

    static final Name<Msg> ALICE = Name.of("alice");
    static final Name<Msg> BOB = Name.of("bob");
    static final Name<Job> CLERK = Name.of("clerk");

    static final Supervisor TREE =
            Supervisor.oneForOne(
                            Child.server(ALICE, Account::new),
                            Child.server(BOB, Account::new),
                            Child.server(CLERK, Clerk::new))
                    .intensity(100, Duration.ofSeconds(1));

    static final class Account implements Server<Msg> {
        private long balance;

        @Override
        public void init(Self<Msg> self) {
            balance = 100;
        }

        @Override
        public void handle(Msg msg, Self<Msg> self) {
            switch (msg) {
                case Put(var cents) -> balance += cents;
                case Balance request -> self.reply(request, balance);
                case Count request -> {
                    self.receive(_ -> null, request.time());
                    self.reply(request, balance);
                }
            }
        }
    }

    /// Has the classic bug: what it read may have changed when it writes, and nobody sees it but under an unlucky schedule.
    static final class Clerk implements Server<Job> {
        @Override
        public void handle(Job job, Self<Job> self) {
            switch (job) {
                case Move move -> {
                    move(self.ref(ALICE), -move.cents());
                    move(self.ref(BOB), move.cents());
                    self.reply(move, self.ref(ALICE).call(new Balance()));
                }
            }
        }

        private static void move(Ref<Msg> account, long cents) {
            account.send(new Put(cents));
        }
    }
}
