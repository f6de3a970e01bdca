package dev.coppice.conformance.laws;

import static dev.coppice.conformance.laws.Lab.millis;
import static dev.coppice.conformance.laws.Talk.puppet;
import static dev.coppice.conformance.laws.Talk.server;
import static dev.coppice.conformance.laws.Talk.shutdown;
import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.conformance.laws.Talk.Ask;
import dev.coppice.conformance.laws.Talk.Boom;
import dev.coppice.conformance.laws.Talk.Broke;
import dev.coppice.conformance.laws.Talk.Came;
import dev.coppice.conformance.laws.Talk.Do;
import dev.coppice.conformance.laws.Talk.DoNow;
import dev.coppice.conformance.laws.Talk.Gone;
import dev.coppice.conformance.laws.Talk.Mark;
import dev.coppice.conformance.laws.Talk.Note;
import dev.coppice.kernel.Exit;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.ExitReason.Crashed;
import dev.coppice.kernel.ExitReason.Normal;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.Outcome.Replied;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import dev.coppice.testkit.Probe;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/// Law 1: signals from one actor to another keep their order, across kinds.
@Tag("#40")
@Tag("law-1")
class OrderTest {

    private static List<Integer> numbers(Probe<Talk> probe, int count) {
        var numbers = new ArrayList<Integer>();
        for (int i = 0; i < count; i++) {
            numbers.add(probe.expect(Mark.class).n());
        }
        return numbers;
    }

    private static List<Integer> upTo(int count) {
        return IntStream.range(0, count).boxed().toList();
    }

    @Nested
    class Messages {
        @Laws
        @Tag("#34")
        void of_one_sender_arrive_in_their_order(Lab lab) {
            var probe = lab.<Talk>probe();
            lab.puppet().send(new Do(_ -> upTo(200).forEach(i -> probe.send(new Mark(i)))));
            assertThat(numbers(probe, 200)).isEqualTo(upTo(200));
        }

        @Laws
        void of_several_senders_keep_each_senders_order(Lab lab) {
            var probe = lab.<Talk>probe();
            for (int sender = 0; sender < 4; sender++) {
                int base = sender * 1000;
                lab.puppet().send(new Do(_ -> upTo(50).forEach(i -> probe.send(new Mark(base + i)))));
            }
            var bySender = numbers(probe, 200).stream().collect(Collectors.groupingBy(n -> n / 1000));
            bySender.values().forEach(list -> assertThat(list).isSorted().hasSize(50));
        }

        @Laws
        @Tag("#34")
        void to_oneself_keep_their_order(Lab lab) {
            var probe = lab.<Talk>probe();
            var pid = lab.node().spawn(server((message, _) -> probe.send(message)));
            pid.send(new Do(self -> upTo(50).forEach(i -> self.pid().send(new Mark(i)))));
            assertThat(numbers(probe, 50)).isEqualTo(upTo(50));
        }

        @Laws
        void by_name_and_by_pid_are_one_stream(Lab lab) {
            Name<Talk> name = Name.of("one-stream");
            var probe = lab.<Talk>probe();
            var pid = lab.node().spawn(server((message, _) -> probe.send(message)).named(name));
            lab.puppet()
                    .send(
                            new Do(self -> {
                                for (int i = 0; i < 50; i += 2) {
                                    self.ref(name).send(new Mark(i));
                                    pid.send(new Mark(i + 1));
                                }
                            }));
            assertThat(numbers(probe, 50)).isEqualTo(upTo(50));
        }
    }

    @Nested
    class Replies {
        @Laws
        void what_the_callee_sent_before_it_replied_is_there_when_the_call_returns(Lab lab) {
            var probe = lab.<Optional<Talk>>probe();
            var callee = lab.puppet();
            lab.puppet()
                    .send(
                            new Do(self -> {
                                var me = self.pid();
                                callee.call(new DoNow(_ -> me.send(new Note("before the reply"))));
                                probe.send(self.receive(Duration.ZERO));
                            }));
            probe.expectEqual(Optional.of(new Note("before the reply")));
        }

        @Laws
        void the_callees_earlier_messages_are_there_among_those_of_busy_others(Lab lab) {
            var probe = lab.<Boolean>probe();
            var callee = lab.puppet();
            lab.puppet()
                    .send(
                            new Do(self -> {
                                var me = self.pid();
                                for (int i = 0; i < 8; i++) {
                                    int n = i;
                                    self.spawn(puppet()).send(new Do(_ -> upTo(20).forEach(k -> me.send(new Mark(n)))));
                                }
                                callee.call(new DoNow(_ -> me.send(new Note("mine"))));
                                probe.send(self.receive(Note.class, Duration.ZERO).isPresent());
                            }));
            probe.expectEqual(true);
        }

        @Laws
        void a_reply_comes_before_the_down_of_the_one_that_replied(Lab lab) {
            var probe = lab.<Talk>probe();
            var callee =
                    lab.node()
                            .spawn(
                                    server((message, self) -> {
                                        self.reply((Ask) message, "last word");
                                        throw new Boom("after the reply");
                                    }));
            probe.run(self -> {
                self.monitor(callee, Gone::new);
                self.ask(callee, new Ask("?"), Came::new);
            });
            assertThat(probe.expect(Came.class).outcome()).isEqualTo(new Replied<>("last word"));
            assertThat(probe.expect(Gone.class).down().reason()).isInstanceOf(Crashed.class);
        }
    }

    @Nested
    class Deaths {
        @Laws
        void a_down_does_not_overtake_last_words(Lab lab) {
            var probe = lab.<Talk>probe();
            var pid = lab.puppet();
            probe.run(self -> self.monitor(pid, Gone::new));
            pid.send(
                    new Do(_ -> {
                        upTo(100).forEach(i -> probe.send(new Mark(i)));
                        throw new Boom("with last words");
                    }));
            assertThat(numbers(probe, 100)).isEqualTo(upTo(100));
            assertThat(probe.expect(Gone.class).down().who()).isEqualTo(pid);
        }

        @Laws
        void an_exit_does_not_overtake_last_words(Lab lab) {
            var probe = lab.<Talk>probe();
            var pid = lab.puppet();
            probe.run(self -> {
                self.trapExits(Broke::new);
                self.link(pid);
            });
            pid.send(
                    new Do(self -> {
                        upTo(100).forEach(i -> probe.send(new Mark(i)));
                        self.stop(shutdown("bye"));
                    }));
            assertThat(numbers(probe, 100)).isEqualTo(upTo(100));
            assertThat(probe.expect(Broke.class).exit()).isEqualTo(new Exit(pid, shutdown("bye")));
        }

        @Laws
        void words_of_terminate_come_before_the_down(Lab lab) {
            var probe = lab.<Talk>probe();
            var pid =
                    lab.node()
                            .spawn(
                                    Server.<Talk>of(() ->
                                            new Server<>() {
                                                @Override
                                                public void handle(Talk message, Self<Talk> self) {}

                                                @Override
                                                public void terminate(ExitReason reason, Self<Talk> self) {
                                                    probe.send(new Note("terminating"));
                                                }
                                            }));
            probe.run(self -> self.monitor(pid, Gone::new));
            pid.stop();
            probe.expectEqual(new Note("terminating"));
            probe.expect(Gone.class);
        }
    }

    @Nested
    class ExitSignals {
        @Laws
        void messages_and_explicit_exits_keep_their_order_for_one_that_traps(Lab lab) {
            var probe = lab.<Talk>probe();
            var inbox = probe.pid();
            probe.run(self -> self.trapExits(Broke::new));
            var sender = lab.puppet();
            sender.send(
                    new Do(_ -> {
                        probe.send(new Mark(0));
                        inbox.exit(shutdown("one"));
                        probe.send(new Mark(1));
                        inbox.exit(shutdown("two"));
                        probe.send(new Mark(2));
                    }));
            probe.expectEqual(new Mark(0));
            assertThat(probe.expect(Broke.class).exit()).isEqualTo(new Exit(sender, shutdown("one")));
            probe.expectEqual(new Mark(1));
            assertThat(probe.expect(Broke.class).exit()).isEqualTo(new Exit(sender, shutdown("two")));
            probe.expectEqual(new Mark(2));
        }

        @Laws
        void a_message_sent_after_an_exit_signal_is_never_handled(Lab lab) {
            var probe = lab.<Talk>probe();
            var gate = lab.gate();
            var pid = lab.stuckAt(gate, server((message, _) -> probe.send(message)));
            pid.exit(shutdown("now"));
            pid.send(new Mark(1));
            gate.open();
            assertThat(lab.gone(pid)).isEqualTo(shutdown("now"));
            probe.expectNothing(millis(20));
            assertThat(lab.node().counters().deadLetters()).containsEntry("Died", 1L);
        }

        @Laws
        @Tag("#10")
        void a_stop_queues_behind_earlier_messages(Lab lab) {
            var probe = lab.<Talk>probe();
            var pid = lab.node().spawn(server((message, _) -> probe.send(message)));
            upTo(50).forEach(i -> pid.send(new Mark(i)));
            pid.stop();
            pid.send(new Note("after the stop"));
            assertThat(lab.gone(pid)).isEqualTo(new Normal());
            assertThat(numbers(probe, 50)).isEqualTo(upTo(50));
            probe.expectNothing(millis(20));
        }
    }
}
