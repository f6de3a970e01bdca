package dev.coppice.conformance.laws;

import static dev.coppice.conformance.laws.Lab.millis;
import static dev.coppice.conformance.laws.Lab.seconds;
import static dev.coppice.conformance.laws.Talk.echo;
import static dev.coppice.conformance.laws.Talk.puppet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.coppice.conformance.laws.Talk.Ask;
import dev.coppice.conformance.laws.Talk.Crashing;
import dev.coppice.conformance.laws.Talk.Do;
import dev.coppice.conformance.laws.Talk.Mark;
import dev.coppice.conformance.laws.Talk.Sync;
import dev.coppice.kernel.Config;
import dev.coppice.kernel.Done;
import dev.coppice.kernel.ExitReason.Crashed;
import dev.coppice.kernel.Mailbox;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.NodeEvent;
import dev.coppice.kernel.Recipe;
import java.time.Duration;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Law 17: everything has a limit, stated at its default, and can be set.
@Tag("law-17")
class LimitsTest {

    @Nested
    class Defaults {
        @Test
        void of_a_node() {
            var config = Config.defaults();
            assertThat(config.patience()).isEqualTo(seconds(5));
            assertThat(config.closeBudget()).isEqualTo(seconds(30));
            assertThat(config.unkillableAfter()).isEqualTo(seconds(5));
            assertThat(config.slowHandler()).isEqualTo(seconds(1));
            assertThat(config.keptCrashes()).isEqualTo(100);
            assertThat(config.loggedPerMinute()).isEqualTo(10);
            assertThat(config.haltsOnFatal()).isFalse();
            assertThat(config.places()).isEqualTo(Math.min(64, Runtime.getRuntime().availableProcessors()));
        }

        @Test
        void of_a_recipe() {
            var settings = Talk.puppet().settings();
            assertThat(settings.initWithin()).isEqualTo(seconds(5));
            assertThat(settings.stopWithin()).isEqualTo(seconds(5));
            assertThat(settings.patience()).isEmpty();
            assertThat(settings.threading()).isEqualTo(Recipe.Threading.SHARED);
            assertThat(settings.mailbox().policy()).isEqualTo(Mailbox.Policy.UNBOUNDED);
            assertThat(settings.mailbox().highWater()).isEqualTo(10_000);
            assertThat(settings.mailbox().kept()).isFalse();
            assertThat(Mailbox.blocking(1).patience()).isEqualTo(seconds(5));
        }

        @Test
        @Tag("#4")
        void withers_leave_the_original_alone() {
            var recipe = Talk.puppet();
            Name<Talk> name = Name.of("changed");
            var changed =
                    recipe.named(name)
                            .labelled("l")
                            .initWithin(millis(1))
                            .stopWithin(millis(2))
                            .patience(millis(3))
                            .mailbox(Mailbox.rejecting(4))
                            .blocking()
                            .acknowledged()
                            .settings();
            assertThat(recipe.settings().name()).isEmpty();
            assertThat(recipe.settings().label()).isEmpty();
            assertThat(recipe.settings().initWithin()).isEqualTo(seconds(5));
            assertThat(recipe.settings().isAcknowledged()).isFalse();
            assertThat(changed.name()).contains(name);
            assertThat(changed.label()).contains("l");
            assertThat(changed.patience()).contains(millis(3));
            assertThat(changed.mailbox().capacity()).isEqualTo(4);
            assertThat(changed.threading()).isEqualTo(Recipe.Threading.BLOCKING);
        }

        @Test
        void refuse_nonsense_by_name_and_value() {
            assertThatThrownBy(() -> Mailbox.rejecting(0)).hasMessageContaining("capacity").hasMessageContaining("0");
            assertThatThrownBy(() -> Talk.puppet().initWithin(Duration.ZERO)).hasMessageContaining("initWithin");
            assertThatThrownBy(() -> Talk.puppet().stopWithin(seconds(-1))).hasMessageContaining("stopWithin");
            assertThatThrownBy(() -> Config.defaults().patience(Duration.ZERO)).hasMessageContaining("patience");
            assertThatThrownBy(() -> Config.defaults().places(0)).hasMessageContaining("places");
            assertThatThrownBy(() -> Config.defaults().name(null)).hasMessage("name");
            assertThatThrownBy(() -> Mailbox.unbounded().patience(seconds(1))).hasMessageContaining("blocking");
            assertThatThrownBy(() -> Mailbox.rejecting(1).droppable(_ -> true)).hasMessageContaining("dropping");
        }
    }

    @Nested
    class InForce {
        @Laws
        @Tag("#78")
        void so_many_crash_reports_are_kept(Lab lab) {
            lab.node(lab.config().keptCrashes(3));
            for (int i = 0; i < 7; i++) {
                var pid = lab.puppet();
                pid.send(new Crashing("crash " + i));
                lab.gone(pid);
            }
            assertThat(lab.node().crashes())
                    .extracting(report -> ((Crashed) report.reason()).cause().getMessage())
                    .containsExactly("crash 4", "crash 5", "crash 6");
        }

        @Laws
        void very_long_ones_do_not_overflow(Lab lab) {
            var echo = lab.node().spawn(echo());
            var ever = Duration.ofSeconds(Long.MAX_VALUE);
            assertThat(echo.within(ever).call(new Ask("x"))).isEqualTo("x");
            assertThat(lab.node().spawn(puppet().initWithin(ever).stopWithin(ever)).call(new Sync()))
                    .isEqualTo(Done.DONE);
            var gate = lab.gate();
            var full = lab.stuckAt(gate, puppet().mailbox(Mailbox.blocking(1).patience(ever)));
            full.send(new Mark(1));
            var sent = lab.<String>probe();
            lab.puppet()
                    .send(
                            new Do(_ -> {
                                full.within(ever).send(new Mark(2));
                                sent.send("sent");
                            }));
            sent.expectNothing(millis(10));
            gate.open();
            sent.expectEqual("sent");
        }

        @Laws(Laws.On.PRODUCTION)
        @Tag("#81")
        void a_slow_handler_is_reported_with_its_stack(Lab lab) {
            lab.node(lab.config().slowHandler(millis(50)));
            var events = lab.<NodeEvent.SlowHandler>probe();
            lab.node().subscribe(NodeEvent.SlowHandler.class, events);
            var gate = lab.gate();
            var pid = lab.stuckAt(gate, puppet());
            // Work that waits makes it matter.
            var event = events.expect();
            assertThat(event.pid()).isEqualTo(pid);
            assertThat(event.doing()).contains("Do");
            assertThat(event.since()).isGreaterThanOrEqualTo(millis(50));
            assertThat(event.stack()).anyMatch(frame -> frame.getClassName().contains("Gate"));
            gate.open();
        }
    }
}
