package dev.coppice.examples.bank;

import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.examples.bank.Account.Deposit;
import dev.coppice.kernel.CallFailed;
import dev.coppice.kernel.Name;
import dev.coppice.testkit.Chaos;
import dev.coppice.testkit.Chaos.Fault;
import dev.coppice.testkit.Seeds;
import dev.coppice.testkit.World;
import java.time.Duration;
import org.junit.jupiter.api.Tag;

/// The bank under many unlucky schedules, as a user would test it.
@Tag("#136")
class BankInTheWorldTest {
    private static int transfers(World world) {
        int failed = 0;
        for (int i = 0; i < 10; i++) {
            boolean there = world.chance().nextBoolean();
            try {
                Bank.transfer(
                        world.ref(there ? Bank.ALICE : Bank.BOB),
                        world.ref(there ? Bank.BOB : Bank.ALICE),
                        1 + world.chance().nextInt(60));
            } catch (CallFailed failure) {
                failed++;
            }
            world.advance(Duration.ofMillis(world.chance().nextInt(50)));
        }
        return failed;
    }

    private static void open(World world, Name<Account.Msg> account) {
        assertThat(world.ref(account).call(new Deposit(100))).isEqualTo(100);
    }

    /// Each run has a book of its own: a failing seed is run again to shrink its faults.
    @Seeds(300)
    void accounts_that_die_create_no_money_and_lose_none_but_in_a_transfer_that_failed(World world) {
        var book = new Book();
        world.config(config -> config.quiet());
        world.start(Bank.tree(book));
        open(world, Bank.ALICE);
        open(world, Bank.BOB);
        world.unleash(
                Chaos.of(Fault.CRASH, Fault.KILL, Fault.PAUSE, Fault.SLOW)
                        .strikes(3)
                        .within(Duration.ofMillis(300))
                        .victims(path -> path.startsWith("/supervisor/")));
        int failed = transfers(world);
        world.heal();
        world.mustSettle(Duration.ofMinutes(1));
        var money = book.balance("alice") + book.balance("bob");
        assertThat(money).isLessThanOrEqualTo(200);
        if (failed == 0) {
            assertThat(money).isEqualTo(200);
        }
    }
}
