package dev.coppice.conformance.laws;

import static dev.coppice.conformance.laws.Lab.failure;
import static dev.coppice.conformance.laws.Lab.millis;
import static dev.coppice.conformance.laws.Talk.puppet;
import static dev.coppice.conformance.laws.Talk.server;
import static dev.coppice.conformance.laws.Talk.shutdown;
import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.conformance.laws.Talk.Ask;
import dev.coppice.conformance.laws.Talk.Boom;
import dev.coppice.conformance.laws.Talk.Crashing;
import dev.coppice.conformance.laws.Talk.DoNow;
import dev.coppice.conformance.laws.Talk.Gone;
import dev.coppice.conformance.laws.Talk.Mark;
import dev.coppice.conformance.laws.Talk.Note;
import dev.coppice.conformance.laws.Talk.Sync;
import dev.coppice.kernel.Done;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.ExitReason.Killed;
import dev.coppice.kernel.ExitReason.Normal;
import dev.coppice.kernel.Failure.Unanswered;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import java.time.Duration;
import java.util.function.Function;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/// What a server's callbacks may do: the whole set, changing behaviour, messages of every kind in one protocol, stale notices.
@Tag("law-7")
class CallbacksTest {

    @Nested
    @Tag("#52")
    @Tag("#9")
    class TheWholeSet {
        @Laws
        void runs_in_the_order_of_a_life(Lab lab) {
            var said = lab.<String>probe();
            var pid =
                    lab.node()
                            .spawn(
                                    Server.<Talk>of(() ->
                                            new Server<>() {
                                                @Override
                                                public void init(Self<Talk> self) {
                                                    said.send("init");
                                                    self.sendAfter(Duration.ZERO, new Note("continue"));
                                                }

                                                @Override
                                                public void handle(Talk message, Self<Talk> self) {
                                                    switch (message) {
                                                        case Ask ask -> {
                                                            said.send("call");
                                                            self.reply(ask, "answer");
                                                        }
                                                        case Note(String text) -> said.send(text);
                                                        case Mark _ -> self.stop(shutdown("done"));
                                                        default -> said.send("other");
                                                    }
                                                }

                                                @Override
                                                public void terminate(ExitReason reason, Self<Talk> self) {
                                                    said.send("terminate " + reason);
                                                }
                                            }));
            said.expectEqual("init");
            said.expectEqual("continue");
            assertThat(pid.call(new Ask("?"))).isEqualTo("answer");
            said.expectEqual("call");
            pid.send(new Note("cast"));
            said.expectEqual("cast");
            pid.send(new Mark(0));
            said.expectEqual("terminate " + shutdown("done"));
            assertThat(lab.gone(pid)).isEqualTo(shutdown("done"));
            said.expectNothing(millis(10));
        }

        @Laws
        void a_reply_before_a_stop_reaches_the_caller(Lab lab) {
            var pid =
                    lab.node()
                            .spawn(
                                    server((message, self) -> {
                                        self.reply((Ask) message, "and goodbye");
                                        self.stop();
                                    }));
            assertThat(pid.call(new Ask("?"))).isEqualTo("and goodbye");
            assertThat(lab.gone(pid)).isEqualTo(new Normal());
        }
    }

    @Nested
    @Tag("#7")
    class Becoming {
        @Laws
        void a_server_may_change_what_it_does(Lab lab) {
            var pid =
                    lab.node()
                            .spawn(
                                    Server.<Talk>of(() ->
                                            new Server<>() {
                                                private Function<String, String> behaviour = String::toUpperCase;

                                                @Override
                                                public void handle(Talk message, Self<Talk> self) {
                                                    switch (message) {
                                                        case Ask ask -> self.reply(ask, behaviour.apply(ask.text()));
                                                        default -> behaviour = String::toLowerCase;
                                                    }
                                                }
                                            }));
            assertThat(pid.call(new Ask("Abc"))).isEqualTo("ABC");
            pid.send(new Mark(0));
            assertThat(pid.call(new Ask("Abc"))).isEqualTo("abc");
        }
    }

    @Nested
    @Tag("#6")
    class Functional {
        record Sum(long total) {}

        private static Sum step(Sum sum, Talk message) {
            return switch (message) {
                case Mark(int n) when n < 0 -> throw new Boom("negative");
                case Mark(int n) -> new Sum(sum.total() + n);
                default -> sum;
            };
        }

        @Laws
        void a_pure_step_changes_the_state_only_when_it_succeeds(Lab lab) {
            var pid =
                    lab.node()
                            .spawn((Self<Talk> self) -> {
                                for (var sum = new Sum(0); ; ) {
                                    var message = self.receive();
                                    try {
                                        sum = step(sum, message);
                                    } catch (Boom e) {
                                        continue;
                                    }
                                    if (message instanceof Ask ask) {
                                        self.reply(ask, String.valueOf(sum.total()));
                                    }
                                }
                            });
            pid.send(new Mark(2));
            pid.send(new Mark(-1));
            pid.send(new Mark(3));
            assertThat(pid.call(new Ask("total"))).isEqualTo("5");
        }
    }

    @Nested
    @Tag("#38")
    @Tag("#53")
    class OneProtocol {
        @Laws
        void calls_casts_and_notices_arrive_through_one_switch(Lab lab) {
            var kinds = lab.<String>probe();
            var peer = lab.puppet();
            var pid =
                    lab.node()
                            .spawn(
                                    server((message, self) -> {
                                        kinds.send(message.getClass().getSimpleName());
                                        if (message instanceof Ask ask) {
                                            self.reply(ask, "");
                                        }
                                    }));
            pid.call(
                    new DoNow(self -> {
                        self.monitor(peer, Gone::new);
                        self.sendAfter(Duration.ZERO, new Note("timer"));
                    }));
            kinds.expectEqual("Note");
            pid.send(new Mark(1));
            kinds.expectEqual("Mark");
            pid.call(new Ask("?"));
            kinds.expectEqual("Ask");
            pid.send(new Ask("as a cast"));
            kinds.expectEqual("Ask");
            peer.kill();
            kinds.expectEqual("Gone");
        }

        @Laws
        void what_a_handler_leaves_alone_is_received_and_gone(Lab lab) {
            var pid = lab.puppet();
            pid.send(new Note("ignored"));
            assertThat(failure(() -> pid.call(new Ask("ignored too")))).isEqualTo(new Unanswered());
            pid.call(new Sync());
            assertThat(pid.info().queued()).isZero();
            assertThat(lab.node().counters().unaccounted()).isZero();
        }
    }

    @Nested
    @Tag("#73")
    class Stale {
        @Laws
        void what_is_meant_for_an_old_incarnation_does_not_touch_the_new(Lab lab) {
            Name<Talk> name = Name.of("incarnated");
            var keeper = lab.puppet();
            keeper.call(
                    new DoNow(self -> {
                        self.reserve(name, Self.Gap.WAIT);
                        self.spawn(puppet().named(name));
                    }));
            var old = lab.node().whereis(name).orElseThrow();
            var peer = lab.puppet();
            old.call(new DoNow(self -> self.link(peer)));
            old.kill();
            lab.gone(old);
            assertThat(lab.gone(peer)).isEqualTo(new Killed());
            keeper.call(new DoNow(self -> self.spawn(puppet().named(name))));
            var next = lab.node().whereis(name).orElseThrow();
            old.kill();
            old.stop();
            old.exit(shutdown("late"));
            old.send(new Crashing("late"));
            keeper.call(new DoNow(self -> self.unlink(old)));
            assertThat(lab.node().ref(name).call(new Sync())).isEqualTo(Done.DONE);
            assertThat(next.alive()).isTrue();
            assertThat(old).isNotEqualTo(next);
            assertThat(old.await()).isEqualTo(new Killed());
        }
    }
}
