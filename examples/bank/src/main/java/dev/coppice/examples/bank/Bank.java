package dev.coppice.examples.bank;

import dev.coppice.examples.bank.Account.Deposit;
import dev.coppice.examples.bank.Account.Payment;
import dev.coppice.examples.bank.Account.Withdraw;
import dev.coppice.kernel.CallFailed;
import dev.coppice.kernel.ExitReason.Crashed;
import dev.coppice.kernel.ExitReason.NoProcess;
import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Ref;
import dev.coppice.otp.Child;
import dev.coppice.otp.Supervisor;
import java.time.Duration;

/// Two accounts under a supervisor, a transfer, and a crash.
public final class Bank {
    static final Name<Account.Msg> ALICE = Name.of("alice");
    static final Name<Account.Msg> BOB = Name.of("bob");

    private Bank() {}

    static Supervisor tree(Book book) {
        return Supervisor.oneForOne(
                        Child.server(ALICE, () -> new Account("alice", book)),
                        Child.server(BOB, () -> new Account("bob", book)))
                .intensity(3, Duration.ofSeconds(5));
    }

    /// Takes first and gives then; what was surely not given goes back. Of the rest nobody knows: it is for a clerk, with the book.
    static Payment transfer(Ref<Account.Msg> from, Ref<Account.Msg> to, long cents) {
        var payment = from.call(new Withdraw(cents));
        if (payment instanceof Payment.Paid) {
            try {
                to.call(new Deposit(cents));
            } catch (CallFailed failed) {
                if (isSurelyInVain(failed.failure())) {
                    from.call(new Deposit(cents));
                }
                throw failed;
            }
        }
        return payment;
    }

    /// An account that was too slow or was ended may have written it before, and then both had it. One that threw had not.
    private static boolean isSurelyInVain(Failure failure) {
        return switch (failure) {
            case Failure.Exited(var reason) -> reason instanceof Crashed || reason instanceof NoProcess;
            case Failure.Refused _, Failure.Cycle _ -> true;
            case Failure.TimedOut _, Failure.Unanswered _, Failure.Interrupted _ -> false;
        };
    }

    public static void main(String[] args) {
        try (var node = Node.start(tree(new Book()))) {
            var alice = node.ref(ALICE);
            var bob = node.ref(BOB);
            alice.call(new Deposit(100));
            IO.println("alice pays bob 30: " + transfer(alice, bob, 30));
            IO.println("alice pays bob 90: " + transfer(alice, bob, 90));
            try {
                bob.call(new Deposit(-1));
            } catch (CallFailed failed) {
                IO.println("bob crashed: " + failed.getCause());
            }
            // The same refs: a name follows restarts, and a call waits for the next incarnation.
            IO.println(
                    "bob has " + bob.call(new Account.Balance()) + ", alice has " + alice.call(new Account.Balance()));
        }
    }
}
