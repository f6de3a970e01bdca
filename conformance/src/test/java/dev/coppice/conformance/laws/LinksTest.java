package dev.coppice.conformance.laws;

import static dev.coppice.conformance.laws.Lab.millis;
import static dev.coppice.conformance.laws.Talk.puppet;
import static dev.coppice.conformance.laws.Talk.shutdown;
import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.conformance.laws.Talk.Boom;
import dev.coppice.conformance.laws.Talk.Broke;
import dev.coppice.conformance.laws.Talk.Crashing;
import dev.coppice.conformance.laws.Talk.Do;
import dev.coppice.conformance.laws.Talk.DoNow;
import dev.coppice.conformance.laws.Talk.Sync;
import dev.coppice.kernel.Done;
import dev.coppice.kernel.Exit;
import dev.coppice.kernel.ExitReason.Crashed;
import dev.coppice.kernel.ExitReason.Killed;
import dev.coppice.kernel.ExitReason.NoProcess;
import dev.coppice.kernel.NodeEvent;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Self;
import dev.coppice.testkit.Probe;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/// Law 11, links: entries in both tables, changed in one step.
@Tag("law-11")
@Tag("#63")
class LinksTest {
    private static Probe<Talk> trapping(Lab lab) {
        var probe = lab.<Talk>probe();
        probe.run(self -> self.trapExits(Broke::new));
        return probe;
    }

    @Nested
    class Linking {
        @Laws
        void works_both_ways(Lab lab) {
            var a = trapping(lab);
            var b = trapping(lab);
            a.run(self -> self.link(b.pid()));
            assertThat(a.pid().info().links()).containsExactly(b.pid());
            assertThat(b.pid().info().links()).containsExactly(a.pid());
            a.pid().kill();
            assertThat(b.expect(Broke.class).exit()).isEqualTo(new Exit(a.pid(), new Killed()));
            assertThat(b.pid().info().links()).isEmpty();
        }

        @Laws
        void twice_is_once(Lab lab) {
            var a = trapping(lab);
            var b = trapping(lab);
            a.run(self -> {
                self.link(b.pid());
                self.link(b.pid());
            });
            b.run(self -> self.link(a.pid()));
            assertThat(a.pid().info().links()).hasSize(1);
            b.pid().kill();
            a.expect(Broke.class);
            a.expectNothing(millis(20));
        }

        @Laws
        void with_oneself_does_nothing(Lab lab) {
            var pid = lab.puppet();
            pid.call(new DoNow(self -> self.link(self.pid())));
            assertThat(pid.info().links()).isEmpty();
            pid.exit(shutdown("alone"));
            assertThat(lab.gone(pid)).isEqualTo(shutdown("alone"));
        }

        @Laws
        void with_the_dead_is_an_exit_no_process(Lab lab) {
            var dead = lab.puppet();
            dead.stop();
            lab.gone(dead);
            var probe = trapping(lab);
            probe.run(self -> self.link(dead));
            assertThat(probe.expect(Broke.class).exit()).isEqualTo(new Exit(dead, new NoProcess()));
            var plain = lab.puppet();
            plain.send(new Do(self -> self.link(dead)));
            assertThat(lab.gone(plain)).isEqualTo(new NoProcess());
        }

        @Laws
        void from_the_start_leaves_no_gap(Lab lab) {
            for (int i = 0; i < 10; i++) {
                var probe = trapping(lab);
                var child =
                        probe.get(self ->
                                self.spawnLinked((Self<Talk> _) -> {
                                    throw new Boom("at once");
                                }));
                assertThat(probe.expect(Broke.class).exit().from()).isEqualTo(child);
                probe.expectNothing(millis(2));
            }
        }

        @Laws
        void a_linked_childs_crash_ends_its_parent_and_a_normal_end_does_not(Lab lab) {
            var parent = lab.puppet();
            var ended = lab.<Pid<?>>probe();
            parent.call(new DoNow(self -> ended.send(self.spawnLinked((Self<Talk> _) -> {}))));
            lab.gone(ended.expect());
            assertThat(parent.call(new Sync())).isEqualTo(Done.DONE);
            parent.send(new DoNow(self -> self.spawnLinked(puppet()).send(new Crashing("the child"))));
            assertThat(lab.gone(parent))
                    .isInstanceOfSatisfying(
                            Crashed.class, crashed -> assertThat(crashed.cause()).hasMessage("the child"));
        }
    }

    @Nested
    class Unlinking {
        @Laws
        void removes_it_on_both_sides(Lab lab) {
            var a = trapping(lab);
            var b = trapping(lab);
            a.run(self -> self.link(b.pid()));
            b.run(self -> self.unlink(a.pid()));
            assertThat(a.pid().info().links()).isEmpty();
            a.pid().kill();
            b.expectNothing(millis(20));
        }

        @Laws
        void and_linking_again_is_a_link(Lab lab) {
            var a = trapping(lab);
            var b = trapping(lab);
            a.run(self -> {
                for (int i = 0; i < 5; i++) {
                    self.link(b.pid());
                    self.unlink(b.pid());
                }
                self.link(b.pid());
            });
            b.pid().kill();
            a.expect(Broke.class);
            a.expectNothing(millis(20));
        }

        @Laws
        void leaves_an_exit_that_is_a_message_already(Lab lab) {
            var a = trapping(lab);
            var b = lab.puppet();
            a.run(self -> {
                self.link(b);
                b.kill();
                // It is in the mailbox before unlink, and stays there.
                var seen = new AtomicBoolean();
                while (!seen.get()) {
                    self.receive(
                            message -> {
                                seen.compareAndSet(false, message instanceof Broke);
                                return null;
                            },
                            millis(1));
                }
                self.unlink(b);
            });
            assertThat(a.expect(Broke.class).exit()).isEqualTo(new Exit(b, new Killed()));
        }

        @Laws
        void what_is_not_linked_does_nothing(Lab lab) {
            var a = trapping(lab);
            var b = lab.puppet();
            a.run(self -> {
                self.unlink(b);
                self.unlink(self.pid());
            });
            b.kill();
            lab.gone(b);
            a.run(self -> self.unlink(b));
            a.expectNothing(millis(10));
        }
    }

    @Nested
    class Groups {
        @Laws
        void a_ring_dies_once_each(Lab lab) {
            var exits = lab.<NodeEvent.Exited>probe();
            var ring = IntStream.range(0, 10).mapToObj(_ -> lab.puppet()).toList();
            for (int i = 0; i < 10; i++) {
                var next = ring.get((i + 1) % 10);
                ring.get(i).call(new DoNow(self -> self.link(next)));
            }
            lab.node().subscribe(NodeEvent.Exited.class, exits);
            ring.getFirst().exit(shutdown("all of us"));
            ring.forEach(pid -> assertThat(lab.gone(pid)).isEqualTo(shutdown("all of us")));
            var seen = new HashSet<Pid<?>>();
            for (int i = 0; i < 10; i++) {
                assertThat(seen.add(exits.fish(event -> ring.contains(event.pid()) ? event : null).pid())).isTrue();
            }
        }

        @Laws
        void a_long_chain_dies_without_a_deep_stack(Lab lab) {
            var chain = new ArrayList<Pid<Talk>>();
            for (int i = 0; i < 3_000; i++) {
                chain.add(lab.puppet());
            }
            for (int i = 1; i < chain.size(); i++) {
                var before = chain.get(i - 1);
                chain.get(i).send(new Do(self -> self.link(before)));
            }
            chain.forEach(pid -> pid.call(new Sync()));
            chain.getFirst().exit(shutdown("along the chain"));
            assertThat(lab.gone(chain.getLast())).isEqualTo(shutdown("along the chain"));
        }

        @Laws
        void one_with_many_links_tells_all(Lab lab) {
            var hub = lab.puppet();
            var spokes = IntStream.range(0, 200).mapToObj(_ -> lab.puppet()).toList();
            spokes.forEach(pid -> pid.call(new DoNow(self -> self.link(hub))));
            hub.send(new Crashing("the hub"));
            spokes.forEach(pid -> assertThat(lab.gone(pid)).isInstanceOf(Crashed.class));
        }
    }
}
