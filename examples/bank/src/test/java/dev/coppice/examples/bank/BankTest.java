package dev.coppice.examples.bank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.coppice.examples.bank.Account.Balance;
import dev.coppice.examples.bank.Account.Deposit;
import dev.coppice.examples.bank.Account.Payment;
import dev.coppice.examples.bank.Account.Withdraw;
import dev.coppice.kernel.CallFailed;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.Self;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class BankTest {
    private final Node node = Node.start(Bank.tree(new Book()));
    private final Ref<Account.Msg> alice = node.ref(Bank.ALICE);
    private final Ref<Account.Msg> bob = node.ref(Bank.BOB);

    @AfterEach
    void close() {
        node.close();
    }

    @Nested
    class An_account {
        @Test
        @Tag("#8")
        void adds_up_and_never_goes_below_zero() {
            assertThat(alice.call(new Deposit(100))).isEqualTo(100);
            assertThat(alice.call(new Withdraw(30))).isEqualTo(new Payment.Paid(70));
            assertThat(alice.call(new Withdraw(71))).isEqualTo(new Payment.Short(1));
            assertThat(alice.call(new Balance())).isEqualTo(70);
            assertThat(bob.call(new Balance())).isZero();
        }

        @Test
        @Tag("#86")
        void crashes_on_a_bad_amount_tells_its_caller_why_and_goes_on_with_its_balance() {
            alice.call(new Deposit(100));
            var first = node.whereis(Bank.ALICE).orElseThrow();
            assertThatExceptionOfType(CallFailed.class)
                    .isThrownBy(() -> alice.call(new Withdraw(-1)))
                    .withCause(new IllegalArgumentException("an amount must be positive, was -1"));
            assertThat(alice.call(new Balance())).isEqualTo(100);
            assertThat(node.whereis(Bank.ALICE).orElseThrow()).isNotEqualTo(first);
        }
    }

    @Nested
    class A_transfer {
        @Test
        void moves_the_amount_or_nothing() {
            alice.call(new Deposit(100));
            assertThat(Bank.transfer(alice, bob, 30)).isEqualTo(new Payment.Paid(70));
            assertThat(Bank.transfer(alice, bob, 90)).isEqualTo(new Payment.Short(20));
            assertThat(alice.call(new Balance())).isEqualTo(70);
            assertThat(bob.call(new Balance())).isEqualTo(30);
        }

        @Test
        void gives_the_amount_back_when_it_cannot_be_given() {
            alice.call(new Deposit(100));
            var refusing =
                    node.spawn((Self<Account.Msg> self) -> {
                        throw new IllegalStateException("closed: " + self.receive());
                    });
            assertThatExceptionOfType(CallFailed.class).isThrownBy(() -> Bank.transfer(alice, refusing, 30));
            assertThat(alice.call(new Balance())).isEqualTo(100);
        }

        /// With the amount given back there was more money than before.
        @Test
        void gives_nothing_back_that_may_have_been_given() {
            alice.call(new Deposit(100));
            var book = new Book();
            var slow =
                    node.spawn((Self<Account.Msg> self) -> {
                        long cents = self.receive(Deposit.class).cents();
                        self.receive(_ -> null, Duration.ofMillis(200));
                        book.write("slow", cents);
                    });
            var killed =
                    node.spawn((Self<Account.Msg> self) -> {
                        book.write("killed", self.receive(Deposit.class).cents());
                        self.pid().kill();
                        self.receive();
                    });
            assertThatExceptionOfType(CallFailed.class)
                    .isThrownBy(() -> Bank.transfer(alice, slow.within(Duration.ofMillis(50)), 30));
            assertThatExceptionOfType(CallFailed.class).isThrownBy(() -> Bank.transfer(alice, killed, 30));
            slow.await();
            assertThat(book.balance("slow") + book.balance("killed")).isEqualTo(60);
            assertThat(alice.call(new Balance())).isEqualTo(40);
        }
    }

    @Nested
    class The_program {
        @Test
        void tells_the_story() {
            var before = System.out;
            var told = new ByteArrayOutputStream();
            System.setOut(new PrintStream(told, true));
            try {
                Bank.main(new String[0]);
            } finally {
                System.setOut(before);
            }
            assertThat(told.toString().lines().filter(line -> !line.contains(" ERROR ")))
                    .contains(
                            "alice pays bob 30: Paid[left=70]",
                            "alice pays bob 90: Short[by=20]",
                            "bob crashed: java.lang.IllegalArgumentException: an amount must be positive, was -1",
                            "bob has 30, alice has 70");
        }
    }
}
