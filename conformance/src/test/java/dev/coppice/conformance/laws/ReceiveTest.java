package dev.coppice.conformance.laws;

import static dev.coppice.conformance.laws.Lab.millis;
import static dev.coppice.conformance.laws.Talk.server;
import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.conformance.laws.Talk.Ask;
import dev.coppice.conformance.laws.Talk.Do;
import dev.coppice.conformance.laws.Talk.Gone;
import dev.coppice.conformance.laws.Talk.Mark;
import dev.coppice.conformance.laws.Talk.Note;
import dev.coppice.kernel.Loop;
import dev.coppice.kernel.NodeEvent;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Self;
import dev.coppice.testkit.Probe;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/// Selective receive: section 2 of the semantics, on the kernel's mailbox.
@Tag("#47")
@Tag("law-4")
class ReceiveTest {

    @Nested
    @Tag("#5")
    class Plain {
        @Laws
        void takes_messages_in_order(Lab lab) {
            var probe = lab.<Talk>probe();
            probe.run(self -> {
                for (int i = 0; i < 5; i++) {
                    self.pid().send(new Mark(i));
                }
            });
            for (int i = 0; i < 5; i++) {
                probe.expectEqual(new Mark(i));
            }
        }

        @Laws
        @Tag("#48")
        void with_a_patience_gives_nothing_when_nothing_comes(Lab lab) {
            var nothing = lab.<Optional<Talk>>probe();
            var before = lab.elapsed();
            lab.puppet().send(new Do(self -> nothing.send(self.receive(millis(30)))));
            nothing.expectEqual(Optional.empty());
            if (lab.isSeeded()) {
                assertThat(lab.elapsed().minus(before)).isEqualTo(millis(30));
            }
        }

        @Laws
        @Tag("#48")
        void with_no_patience_looks_and_goes_on(Lab lab) {
            var seen = lab.<List<Optional<Talk>>>probe();
            var before = lab.elapsed();
            lab.puppet()
                    .send(
                            new Do(self -> {
                                var none = self.receive(Duration.ZERO);
                                self.pid().send(new Mark(1));
                                seen.send(List.of(none, self.receive(Duration.ZERO), self.receive(Duration.ZERO)));
                            }));
            seen.expectEqual(List.of(Optional.empty(), Optional.of(new Mark(1)), Optional.empty()));
            lab.assertNoTimePassed(before);
        }

        @Laws(Laws.On.PRODUCTION)
        void of_a_loop_keeps_nothing_of_what_it_has_handled(Lab lab) {
            var handled = lab.<Integer>probe();
            Loop<Talk> loop =
                    self -> {
                        while (true) {
                            measure(self.receive(), handled);
                        }
                    };
            var pid = lab.node().spawn(loop);
            var note = tell(pid);
            handled.expectEqual(10);
            for (int i = 0; i < 100 && note.get() != null; i++) {
                System.gc();
                pid.await(millis(1));
            }
            assertThat(note.get()).isNull();
        }

        private static void measure(Talk message, Probe<Integer> handled) {
            handled.send(((Note) message).text().length());
        }

        private static WeakReference<Talk> tell(Pid<Talk> pid) {
            var note = new Note(new String(new char[10]));
            pid.send(note);
            return new WeakReference<>(note);
        }
    }

    @Nested
    class Selective {
        @Laws
        void takes_the_first_that_fits_and_leaves_the_others_in_order(Lab lab) {
            var seen = lab.<List<Talk>>probe();
            var gate = lab.gate();
            var pid =
                    lab.node()
                            .spawn((Self<Talk> self) -> {
                                self.receive(Ask.class);
                                gate.pass();
                                var first = self.receive(Note.class);
                                seen.send(List.of(first, self.receive(), self.receive(), self.receive()));
                            });
            pid.send(new Ask("go"));
            pid.send(new Mark(1));
            pid.send(new Mark(2));
            pid.send(new Note("x"));
            pid.send(new Note("y"));
            gate.open();
            seen.expectEqual(List.of(new Note("x"), new Mark(1), new Mark(2), new Note("y")));
        }

        @Laws
        void extracts_what_a_pattern_returns(Lab lab) {
            var seen = lab.<String>probe();
            var pid =
                    lab.node()
                            .spawn((Self<Talk> self) -> {
                                String text =
                                        self.receive(message ->
                                                message instanceof Note(String it) && it.startsWith("b")
                                                        ? it.toUpperCase()
                                                        : null);
                                seen.send(text + " " + self.receive());
                            });
            pid.send(new Note("alpha"));
            pid.send(new Note("beta"));
            seen.expectEqual("BETA " + new Note("alpha"));
        }

        @Laws
        void waits_for_one_that_comes_later(Lab lab) {
            var seen = lab.<Talk>probe();
            var pid = lab.puppet();
            pid.send(new Do(self -> seen.send(self.receive(Note.class))));
            pid.send(new Mark(1));
            seen.expectNothing(millis(10));
            pid.send(new Note("there"));
            seen.expectEqual(new Note("there"));
        }

        @Laws
        void in_a_handler_leaves_the_others_for_the_handler(Lab lab) {
            var seen = lab.<Talk>probe();
            var gate = lab.gate();
            var pid = lab.stuckAt(gate, server((message, _) -> seen.send(message)));
            pid.send(new Do(self -> seen.send(self.receive(Note.class))));
            pid.send(new Mark(1));
            pid.send(new Note("selected"));
            pid.send(new Mark(2));
            gate.open();
            seen.expectEqual(new Note("selected"));
            seen.expectEqual(new Mark(1));
            seen.expectEqual(new Mark(2));
        }

        @Laws
        @Tag("#50")
        void replays_in_arrival_order_whatever_was_passed_over(Lab lab) {
            var seen = lab.<List<Talk>>probe();
            lab.puppet()
                    .send(
                            new Do(self -> {
                                for (int i = 0; i < 6; i++) {
                                    self.pid().send(i % 2 == 0 ? new Mark(i) : new Note("" + i));
                                }
                                var taken = new ArrayList<Talk>();
                                taken.add(self.receive(Note.class));
                                self.pid().send(new Mark(6));
                                taken.add(self.receive(Note.class));
                                for (int i = 0; i < 5; i++) {
                                    taken.add(self.receive());
                                }
                                seen.send(taken);
                            }));
            seen.expectEqual(
                    List.of(
                            new Note("1"),
                            new Note("3"),
                            new Mark(0),
                            new Mark(2),
                            new Mark(4),
                            new Note("5"),
                            new Mark(6)));
        }

        @Laws
        @Tag("#64")
        void selects_notices_like_messages(Lab lab) {
            var probe = lab.<Talk>probe();
            var dying = lab.puppet();
            probe.run(self -> {
                self.pid().send(new Mark(1));
                self.monitor(dying, Gone::new);
                dying.kill();
                self.receive(Gone.class);
            });
            probe.expectEqual(new Mark(1));
            probe.expectNothing(millis(10));
        }
    }

    @Nested
    @Tag("#49")
    class Scanning {
        @Laws
        void looks_at_a_message_once_while_it_waits(Lab lab) {
            var looks = new AtomicInteger();
            var done = lab.<Integer>probe();
            var pid = lab.puppet();
            pid.send(
                    new Do(self -> {
                        for (int i = 0; i < 100; i++) {
                            self.pid().send(new Mark(i));
                        }
                        done.send(-1);
                        self.<Talk>receive(message -> {
                            looks.incrementAndGet();
                            return message instanceof Note ? message : null;
                        });
                        done.send(looks.get());
                    }));
            done.expectEqual(-1);
            for (int i = 0; i < 50; i++) {
                pid.send(new Mark(1000 + i));
                pid.await(millis(1));
            }
            pid.send(new Note("found"));
            done.expectEqual(151);
        }

        @Laws
        void begins_anew_with_each_receive(Lab lab) {
            var seen = lab.<List<Talk>>probe();
            lab.puppet()
                    .send(
                            new Do(self -> {
                                self.pid().send(new Note("a"));
                                self.pid().send(new Mark(1));
                                self.pid().send(new Note("b"));
                                var mark = self.receive(Mark.class);
                                seen.send(List.of(mark, self.receive(Note.class), self.receive(Note.class)));
                            }));
            seen.expectEqual(List.of(new Mark(1), new Note("a"), new Note("b")));
        }

        @Laws
        void of_very_many_messages_is_told(Lab lab) {
            var events = lab.<NodeEvent.LongScan>probe();
            lab.node().subscribe(NodeEvent.LongScan.class, events);
            var pid = lab.puppet();
            pid.send(
                    new Do(self -> {
                        for (int i = 0; i < 20_000; i++) {
                            self.pid().send(new Mark(i));
                        }
                        self.receive(Note.class, millis(1));
                    }));
            var event = events.expect();
            assertThat(event.pid()).isEqualTo(pid);
            assertThat(event.scanned()).isGreaterThanOrEqualTo(1_000);
            pid.kill();
        }
    }

    @Nested
    @Tag("#48")
    class Patience {
        @Laws(Laws.On.SEEDED)
        void covers_the_waiting_and_is_counted_once(Lab lab) {
            var nothing = lab.<Optional<Note>>probe();
            var pid = lab.puppet();
            var before = lab.elapsed();
            pid.send(new Do(self -> nothing.send(self.receive(Note.class, millis(100)))));
            for (int i = 0; i < 9; i++) {
                lab.world().advance(millis(10));
                pid.send(new Mark(i));
            }
            nothing.expectEqual(Optional.empty());
            assertThat(lab.elapsed().minus(before))
                    .as("not prolonged by messages that do not fit")
                    .isEqualTo(millis(100));
        }

        @Laws
        void does_not_cover_the_pattern_nor_what_comes_after(Lab lab) {
            var probe = lab.<Talk>probe();
            var seen = lab.<Optional<String>>probe();
            var pid = lab.puppet();
            pid.send(new Note("slow to match"));
            pid.send(
                    new Do(self -> {
                        self.pid().send(new Note("slow to match"));
                        Optional<String> found = self.receive(message -> probe.call(new Ask("?")), millis(20));
                        self.receive(millis(30));
                        seen.send(found);
                    }));
            var ask = probe.expect(Ask.class);
            pid.await(millis(40));
            probe.reply(ask, "matched");
            seen.expectEqual(Optional.of("matched"));
        }

        @Laws
        void takes_what_is_there_before_it_gives_up(Lab lab) {
            var seen = lab.<Optional<Note>>probe();
            lab.puppet()
                    .send(
                            new Do(self -> {
                                for (int i = 0; i < 50; i++) {
                                    self.pid().send(new Mark(i));
                                }
                                self.pid().send(new Note("at the end"));
                                seen.send(self.receive(Note.class, Duration.ZERO));
                            }));
            seen.expectEqual(Optional.of(new Note("at the end")));
        }
    }
}
