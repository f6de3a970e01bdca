package dev.coppice.conformance.laws;

import static dev.coppice.conformance.laws.Lab.millis;
import static dev.coppice.conformance.laws.Talk.puppet;
import static dev.coppice.conformance.laws.Talk.server;
import static dev.coppice.conformance.laws.Talk.shutdown;
import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.conformance.laws.Talk.Boom;
import dev.coppice.conformance.laws.Talk.Crashing;
import dev.coppice.conformance.laws.Talk.Do;
import dev.coppice.conformance.laws.Talk.DoNow;
import dev.coppice.conformance.laws.Talk.Gone;
import dev.coppice.conformance.laws.Talk.Sync;
import dev.coppice.kernel.Done;
import dev.coppice.kernel.Down;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.ExitReason.Crashed;
import dev.coppice.kernel.ExitReason.Killed;
import dev.coppice.kernel.ExitReason.NoProcess;
import dev.coppice.kernel.ExitReason.Normal;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Ref;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/// Law 11, monitors: each gives exactly one down, unless it was cancelled.
@Tag("law-11")
@Tag("#64")
class MonitorsTest {
    record Numbered(int n, Down down) implements Marked {}

    sealed interface Marked {}

    @Nested
    class Downs {
        @Laws
        void come_once_for_each_monitor(Lab lab) {
            var probe = lab.<Marked>probe();
            var pid = lab.puppet();
            probe.run(self -> {
                self.monitor(pid, down -> new Numbered(1, down));
                self.monitor(pid, down -> new Numbered(2, down));
            });
            pid.stop(shutdown("watched"));
            var seen = new HashSet<Marked>();
            seen.add(probe.expect());
            seen.add(probe.expect());
            assertThat(seen)
                    .containsExactlyInAnyOrder(
                            new Numbered(1, new Down(pid, shutdown("watched"))),
                            new Numbered(2, new Down(pid, shutdown("watched"))));
            probe.expectNothing(millis(20));
        }

        @Laws
        void tell_every_kind_of_end(Lab lab) {
            var probe = lab.<Talk>probe();
            var boom = new Boom("watched");
            var ends = new LinkedHashMap<ExitReason, Consumer<Pid<Talk>>>();
            ends.put(new Normal(), Pid::stop);
            ends.put(shutdown("told"), pid -> pid.exit(shutdown("told")));
            ends.put(new Killed(), Pid::kill);
            ends.put(
                    new Crashed(boom),
                    pid ->
                            pid.send(
                                    new Do(_ -> {
                                        throw boom;
                                    })));
            ends.forEach((reason, end) -> {
                var pid = lab.puppet();
                probe.run(self -> self.monitor(pid, Gone::new));
                end.accept(pid);
                assertThat(probe.expect(Gone.class).down()).isEqualTo(new Down(pid, reason));
            });
        }

        @Laws
        void of_the_dead_come_at_once(Lab lab) {
            var probe = lab.<Talk>probe();
            var pid = lab.puppet();
            pid.kill();
            lab.gone(pid);
            probe.run(self -> self.monitor(pid, Gone::new));
            assertThat(probe.expect(Gone.class).down()).isEqualTo(new Down(pid, new NoProcess()));
            probe.expectNothing(millis(20));
        }

        @Laws
        @Tag("#86")
        void by_name_carry_the_ref_that_was_given(Lab lab) {
            Name<Talk> name = Name.of("watched");
            var probe = lab.<Talk>probe();
            Ref<Talk> ref = lab.node().ref(name);
            probe.run(self -> self.monitor(ref, Gone::new));
            var nobody = probe.expect(Gone.class).down();
            assertThat(nobody.who()).isSameAs(ref);
            assertThat(nobody.reason()).isEqualTo(new NoProcess());
            var pid = lab.node().spawn(puppet().named(name));
            probe.run(self -> self.monitor(ref, Gone::new));
            pid.stop();
            var down = probe.expect(Gone.class).down();
            assertThat(down.who()).isSameAs(ref);
            assertThat(down.reason()).isEqualTo(new Normal());
        }

        @Laws
        void through_a_door_are_those_of_the_actor_behind_it(Lab lab) {
            var probe = lab.<Talk>probe();
            var door = lab.<Talk>probe();
            probe.run(self -> self.monitor(door, Gone::new));
            door.pid().stop();
            assertThat(probe.expect(Gone.class).down()).isEqualTo(new Down(door, new Normal()));
        }

        @Laws
        void of_oneself_never_come(Lab lab) {
            var probe = lab.<Talk>probe();
            var pid = lab.node().spawn(server((message, _) -> probe.send(message)));
            pid.call(new DoNow(self -> self.monitor(self.pid(), Gone::new)));
            pid.stop();
            lab.gone(pid);
            probe.expectNothing(millis(20));
        }

        @Laws
        void do_not_touch_the_one_that_is_watched(Lab lab) {
            var watcher = lab.puppet();
            var pid = lab.puppet();
            watcher.call(new DoNow(self -> self.monitor(pid, Gone::new)));
            watcher.send(new Crashing("the watcher"));
            lab.gone(watcher);
            assertThat(pid.call(new Sync())).isEqualTo(Done.DONE);
        }

        @Laws
        void do_not_end_the_watcher(Lab lab) {
            var watcher = lab.puppet();
            var pid = lab.puppet();
            watcher.call(new DoNow(self -> self.monitor(pid, Gone::new)));
            pid.send(new Crashing("the watched"));
            lab.gone(pid);
            assertThat(watcher.call(new Sync())).isEqualTo(Done.DONE);
        }
    }

    @Nested
    class Cancelling {
        @Laws
        void before_the_end_takes_it_back(Lab lab) {
            var probe = lab.<Talk>probe();
            var pid = lab.puppet();
            assertThat(probe.<Boolean>get(self -> self.monitor(pid, Gone::new).cancel())).isTrue();
            pid.kill();
            lab.gone(pid);
            probe.expectNothing(millis(20));
        }

        @Laws
        void withdraws_a_down_that_is_queued_already(Lab lab) {
            var probe = lab.<Talk>probe();
            var pid = lab.puppet();
            var cancelled =
                    probe.<Boolean>get(self -> {
                        var monitor = self.monitor(pid, Gone::new);
                        var kept = self.monitor(pid, Gone::new);
                        pid.kill();
                        pid.await();
                        // Queued, and even looked at.
                        self.receive(_ -> null, Duration.ZERO);
                        return monitor.cancel() && kept != monitor;
                    });
            assertThat(cancelled).isTrue();
            probe.expect(Gone.class);
            probe.expectNothing(millis(20));
        }

        @Laws
        void after_the_down_was_received_is_false_and_harmless(Lab lab) {
            var probe = lab.<Talk>probe();
            var pid = lab.puppet();
            var monitor = probe.get(self -> self.monitor(pid, Gone::new));
            pid.kill();
            probe.expect(Gone.class);
            assertThat(probe.<Boolean>get(_ -> monitor.cancel())).isFalse();
            assertThat(probe.<Boolean>get(_ -> monitor.cancel())).isFalse();
        }

        @Laws
        void twice_is_harmless(Lab lab) {
            var probe = lab.<Talk>probe();
            var pid = lab.puppet();
            var monitor = probe.get(self -> self.monitor(pid, Gone::new));
            assertThat(probe.<Boolean>get(_ -> monitor.cancel())).isTrue();
            assertThat(probe.<Boolean>get(_ -> monitor.cancel())).isFalse();
        }
    }
}
