package dev.coppice.conformance.laws;

import static dev.coppice.conformance.laws.Lab.LONG;
import static dev.coppice.conformance.laws.Lab.failure;
import static dev.coppice.conformance.laws.Lab.millis;
import static dev.coppice.conformance.laws.Talk.echo;
import static dev.coppice.conformance.laws.Talk.puppet;
import static dev.coppice.conformance.laws.Talk.server;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.coppice.conformance.laws.Talk.Ask;
import dev.coppice.conformance.laws.Talk.Came;
import dev.coppice.conformance.laws.Talk.Do;
import dev.coppice.conformance.laws.Talk.Mark;
import dev.coppice.conformance.laws.Talk.Sync;
import dev.coppice.kernel.ActorInfo;
import dev.coppice.kernel.CallFailed;
import dev.coppice.kernel.Caller;
import dev.coppice.kernel.DeadLetter;
import dev.coppice.kernel.Done;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.ExitReason.Crashed;
import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Failure.Cycle;
import dev.coppice.kernel.Failure.Unanswered;
import dev.coppice.kernel.Mailbox;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.NodeEvent;
import dev.coppice.kernel.Outcome;
import dev.coppice.kernel.Outcome.Failed;
import dev.coppice.kernel.Outcome.Replied;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import dev.coppice.kernel.StartFailed;
import dev.coppice.testkit.Probe;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/// Law 5: a call cycle is an error, not a hang.
@Tag("law-5")
@Tag("#35")
@Tag("#105")
class CyclesTest {
    private static Cycle cycle(Failure failure) {
        assertThat(failure).isInstanceOf(Cycle.class);
        return (Cycle) failure;
    }

    /// An actor that, told so, calls another and tells the probe how it went.
    private static Do calling(Probe<Object> probe, Ref<Talk> to) {
        return new Do(_ -> {
            var pending = to.within(LONG).ask(new Ask("?"));
            probe.send("asked");
            probe.send(pending.await());
        });
    }

    @Nested
    class Found {
        @Laws
        void a_call_to_oneself(Lab lab) {
            var probe = lab.<Failure>probe();
            var pid = lab.puppet();
            var before = lab.elapsed();
            pid.send(new Do(self -> probe.send(failure(() -> self.pid().call(new Ask("me"))))));
            assertThat(cycle(probe.expect()).path()).isEqualTo(List.of(pid));
            lab.assertNoTimePassed(before);
            assertThat(pid.call(new Sync())).isEqualTo(Done.DONE);
        }

        @Laws
        void a_call_to_oneself_by_name_and_under_a_wrap(Lab lab) {
            Name<Talk> name = Name.of("myself");
            var probe = lab.<Failure>probe();
            var pid = lab.node().spawn(puppet().named(name));
            pid.send(new Do(self -> probe.send(failure(() -> self.ref(name).call(new Ask("me"))))));
            pid.send(new Do(self -> probe.send(failure(() -> self.pid().via((Talk it) -> it).call(new Ask("me"))))));
            assertThat(probe.expect()).isInstanceOf(Cycle.class);
            assertThat(probe.expect()).isInstanceOf(Cycle.class);
        }

        @Laws
        void a_callee_that_calls_back(Lab lab) {
            var probe = lab.<Failure>probe();
            var a = lab.puppet();
            var b =
                    lab.node()
                            .spawn(
                                    server((message, self) -> {
                                        probe.send(failure(() -> a.within(LONG).call(new Ask("back"))));
                                        self.reply((Ask) message, "went on");
                                    }));
            var answers = lab.<String>probe();
            var before = lab.elapsed();
            a.send(new Do(_ -> answers.send(b.within(LONG).call(new Ask("there")))));
            assertThat(cycle(probe.expect()).path())
                    .as("first the caller, last the one that waits for it")
                    .isEqualTo(List.of(b, a));
            answers.expectEqual("went on");
            lab.assertNoTimePassed(before);
        }

        @Laws
        void a_ring_of_five(Lab lab) {
            var probe = lab.<Failure>probe();
            var first = new AtomicReference<Pid<Talk>>();
            var next =
                    lab.node()
                            .spawn(
                                    server((message, self) -> {
                                        probe.send(failure(() -> first.get().within(LONG).call(new Ask("round"))));
                                        self.reply((Ask) message, "x");
                                    }));
            var last = next;
            for (int i = 0; i < 3; i++) {
                var to = next;
                next =
                        lab.node()
                                .spawn(
                                        server((message, self) ->
                                                self.reply((Ask) message, to.within(LONG).call((Ask) message))));
            }
            var second = next;
            var answers = lab.<String>probe();
            first.set(lab.node().spawn(server((message, _) -> answers.send(second.within(LONG).call(new Ask("go"))))));
            first.get().send(new Mark(0));
            assertThat(cycle(probe.expect()).path()).hasSize(5).startsWith(last).contains(first.get());
            answers.expectEqual("x");
        }

        @Laws
        void a_request_that_still_queues_counts(Lab lab) {
            var probe = lab.<Object>probe();
            var back = lab.<Failure>probe();
            var a = lab.puppet();
            var gate = lab.gate();
            var b = lab.puppet();
            var inB = lab.<String>probe();
            b.send(
                    new Do(_ -> {
                        inB.send("in");
                        gate.pass();
                        back.send(failure(() -> a.within(LONG).call(new Ask("?"))));
                    }));
            inB.expectEqual("in");
            a.send(calling(probe, b));
            probe.expectEqual("asked");
            settled(a);
            gate.open();
            assertThat(back.expect()).isInstanceOf(Cycle.class);
            assertThat(probe.expect()).isEqualTo(new Failed<>(new Unanswered()));
        }

        @Laws
        @Tag("#3")
        void a_child_whose_init_calls_its_starter(Lab lab) {
            var probe = lab.<StartFailed>probe();
            var before = lab.elapsed();
            lab.puppet()
                    .send(
                            new Do(self -> {
                                var starter = self.pid();
                                var child =
                                        Server.<Talk>of(() ->
                                                new Server<>() {
                                                    @Override
                                                    public void init(Self<Talk> it) {
                                                        starter.within(LONG).call(new Ask("are you there?"));
                                                    }

                                                    @Override
                                                    public void handle(Talk message, Self<Talk> it) {}
                                                });
                                probe.send(catchThrowableOfType(StartFailed.class, () -> self.spawn(child)));
                            }));
            assertThat(probe.expect().reason())
                    .isInstanceOfSatisfying(
                            Crashed.class,
                            crashed ->
                                    assertThat(crashed.cause())
                                            .isInstanceOfSatisfying(
                                                    CallFailed.class,
                                                    failed -> assertThat(failed.failure()).isInstanceOf(Cycle.class)));
            lab.assertNoTimePassed(before);
        }

        @Laws
        void an_await_of_a_pending_request(Lab lab) {
            var probe = lab.<Failure>probe();
            var a = lab.puppet();
            var b =
                    lab.node()
                            .spawn(
                                    server((message, self) -> {
                                        // The asker has said that it awaits when this second message is here.
                                        self.receive(Mark.class);
                                        probe.send(failure(() -> a.within(LONG).call(new Ask("back"))));
                                        self.reply((Ask) message, "x");
                                    }));
            var answers = lab.<Outcome<String>>probe();
            a.send(
                    new Do(_ -> {
                        var pending = b.within(LONG).ask(new Ask("there"));
                        answers.send(pending.await());
                    }));
            settled(a);
            b.send(new Mark(0));
            assertThat(probe.expect()).isInstanceOf(Cycle.class);
            answers.expectEqual(new Replied<>("x"));
        }

        @Laws
        void an_await_of_a_request_that_was_handed_on_meanwhile(Lab lab) {
            var probe = lab.<Failure>probe();
            var a = lab.puppet();
            var c =
                    lab.node()
                            .spawn(
                                    server((message, self) -> {
                                        probe.send(failure(() -> a.within(LONG).call(new Ask("back"))));
                                        self.reply((Ask) message, "x");
                                    }));
            var b =
                    lab.node()
                            .spawn(
                                    server((message, self) -> {
                                        self.receive(Mark.class); // when the asker awaits
                                        self.forward((Ask) message, c);
                                    }));
            var answers = lab.<Outcome<String>>probe();
            a.send(new Do(_ -> answers.send(b.within(LONG).ask(new Ask("there")).await())));
            settled(a);
            var before = lab.elapsed();
            b.send(new Mark(0));
            assertThat(cycle(probe.expect()).path()).isEqualTo(List.of(c, a));
            answers.expectEqual(new Replied<>("x"));
            lab.assertNoTimePassed(before);
        }

        @Laws
        void an_await_of_a_request_that_is_handed_to_one_who_waits_for_the_asker(Lab lab) {
            var a = lab.puppet();
            var c = lab.puppet();
            var b =
                    lab.node()
                            .spawn(
                                    server((message, self) -> {
                                        self.receive(Mark.class); // when both wait
                                        self.forward((Ask) message, c);
                                    }));
            var answers = lab.<Outcome<String>>probe();
            var back = lab.<Failure>probe();
            a.send(new Do(_ -> answers.send(b.within(LONG).ask(new Ask("there")).await())));
            settled(a);
            c.send(new Do(_ -> back.send(failure(() -> a.within(LONG).call(new Ask("back"))))));
            settled(c);
            var before = lab.elapsed();
            b.send(new Mark(0));
            assertThat(answers.expect())
                    .isInstanceOfSatisfying(Failed.class, failed -> assertThat(failed.why()).isInstanceOf(Cycle.class));
            assertThat(back.expect()).isEqualTo(new Unanswered());
            lab.assertNoTimePassed(before);
        }

        @Laws
        @Tag("#22")
        void a_sender_that_waits_for_room(Lab lab) {
            var back = lab.<Failure>probe();
            var a = lab.puppet();
            var gate = lab.gate();
            var b = lab.node().spawn(puppet().mailbox(Mailbox.blocking(1).patience(LONG)));
            var inB = lab.<String>probe();
            b.send(
                    new Do(_ -> {
                        inB.send("in");
                        gate.pass();
                        back.send(failure(() -> a.within(LONG).call(new Ask("?"))));
                    }));
            inB.expectEqual("in");
            b.send(new Mark(0));
            a.send(new Do(_ -> b.send(new Mark(1))));
            settled(a);
            gate.open();
            assertThat(back.expect()).isInstanceOf(Cycle.class);
            assertThat(a.call(new Sync())).isEqualTo(Done.DONE);
        }

        @Laws
        @Tag("#22")
        @Tag("#41")
        void a_send_that_would_wait_for_room_at_its_own_caller_is_dead_lettered(Lab lab) {
            var letters = lab.<NodeEvent.Undelivered>probe();
            lab.node().subscribe(NodeEvent.Undelivered.class, letters);
            var a = lab.node().spawn(puppet().mailbox(Mailbox.blocking(1).patience(LONG)));
            var done = lab.<String>probe();
            var b =
                    lab.node()
                            .spawn(
                                    server((message, self) -> {
                                        a.send(new Mark(1));
                                        a.send(new Mark(2));
                                        done.send("did not hang");
                                        self.reply((Ask) message, "x");
                                    }));
            var before = lab.elapsed();
            a.send(new Do(_ -> b.within(LONG).call(new Ask("?"))));
            done.expectEqual("did not hang");
            lab.assertNoTimePassed(before);
            var letter = letters.expect().letter();
            assertThat(letter.reason()).isEqualTo(new DeadLetter.Reason.Cycle());
            assertThat(letter.message()).isEqualTo(new Mark(2));
        }
    }

    @Nested
    class NotFound {
        @Laws
        @Tag("#37")
        void a_deferred_request_is_no_edge(Lab lab) {
            var callers = lab.<Caller<String>>probe();
            var back = lab.<String>probe();
            var a = lab.node().spawn(echo());
            var b =
                    lab.node()
                            .spawn(
                                    server((message, self) -> {
                                        if (message instanceof Ask ask) {
                                            callers.send(self.defer(ask));
                                        } else {
                                            back.send(a.within(LONG).call(new Ask("back")));
                                        }
                                    }));
            var answers = lab.<String>probe();
            a.send(new Do(_ -> answers.send(b.within(LONG).call(new Ask("there")))));
            var caller = callers.expect();
            b.send(new Mark(0));
            settled(b);
            caller.reply("from elsewhere");
            answers.expectEqual("from elsewhere");
            back.expectEqual("back");
        }

        @Laws
        void awaiting_a_request_that_was_deferred_meanwhile(Lab lab) {
            var callers = lab.<Caller<String>>probe();
            var looked = lab.<Optional<Outcome<Done>>>probe();
            var a = lab.puppet();
            var b =
                    lab.node()
                            .spawn(
                                    server((message, self) -> {
                                        self.receive(Mark.class); // when the asker awaits
                                        callers.send(self.defer((Ask) message));
                                        looked.send(a.within(LONG).ask(new Sync()).await(Duration.ZERO));
                                    }));
            var answers = lab.<Outcome<String>>probe();
            a.send(new Do(_ -> answers.send(b.within(LONG).ask(new Ask("there")).await())));
            settled(a);
            b.send(new Mark(0));
            looked.expectEqual(Optional.empty());
            callers.expect().reply("from elsewhere");
            answers.expectEqual(new Replied<>("from elsewhere"));
        }

        @Laws
        void waiting_for_an_end_is_no_edge(Lab lab) {
            var a = lab.node().spawn(echo());
            var answers = lab.<String>probe();
            var b = lab.puppet();
            var waited = lab.<Optional<ExitReason>>probe();
            a.send(
                    new Do(_ -> {
                        b.send(new Do(_ -> answers.send(a.within(LONG).call(new Ask("no cycle")))));
                        waited.send(b.await(millis(100)));
                    }));
            waited.expectEqual(Optional.empty());
            answers.expectEqual("no cycle");
        }

        @Laws
        void a_request_that_nobody_awaits_is_no_edge(Lab lab) {
            var a = lab.node().spawn(echo());
            var b =
                    lab.node()
                            .spawn(
                                    server((message, self) ->
                                            self.reply(
                                                    (Ask) message,
                                                    a.within(LONG).call(new Ask("back")) + " and forth")));
            var probe = lab.<Talk>probe();
            probe.run(self -> self.ask(b, new Ask("?"), Came::new));
            assertThat(probe.expect(Came.class).outcome()).isEqualTo(new Replied<>("back and forth"));
        }

        @Laws
        void a_diamond_of_calls_is_no_cycle(Lab lab) {
            var bottom = lab.node().spawn(echo());
            var left =
                    lab.node()
                            .spawn(
                                    server((message, self) ->
                                            self.reply((Ask) message, bottom.within(LONG).call((Ask) message))));
            var right =
                    lab.node()
                            .spawn(
                                    server((message, self) ->
                                            self.reply((Ask) message, bottom.within(LONG).call((Ask) message))));
            var probe = lab.<String>probe();
            for (int i = 0; i < 20; i++) {
                lab.puppet()
                        .send(
                                new Do(_ ->
                                        probe.send(
                                                left.within(LONG).call(new Ask("l"))
                                                        + right.within(LONG).call(new Ask("r")))));
            }
            for (int i = 0; i < 20; i++) {
                probe.expectEqual("lr");
            }
        }

        @Laws
        void random_calls_downwards_never_make_one(Lab lab) {
            var actors = new ArrayList<Pid<Talk>>();
            for (int i = 0; i < 12; i++) {
                var below = List.copyOf(actors);
                actors.add(
                        lab.node()
                                .spawn(
                                        server((message, self) -> {
                                            var ask = (Ask) message;
                                            var seed = Integer.parseInt(ask.text());
                                            if (!below.isEmpty()) {
                                                below.get(Math.floorMod(seed * 31 + 7, below.size()))
                                                        .within(LONG)
                                                        .call(new Ask(String.valueOf(seed * 17 + 3)));
                                            }
                                            self.reply(ask, "ok");
                                        })));
            }
            var pendings =
                    IntStream.range(0, 100)
                            .mapToObj(i -> actors.get(i % 12).within(LONG).ask(new Ask(String.valueOf(i))))
                            .toList();
            pendings.forEach(pending -> assertThat(pending.await()).isEqualTo(new Replied<>("ok")));
        }
    }

    /// Waits until an actor waits.
    private static void settled(Pid<?> pid) {
        for (int i = 0; i < 2_000 && pid.info().status() != ActorInfo.Status.WAITING; i++) {
            pid.await(millis(1));
        }
        assertThat(pid.info().status()).isEqualTo(ActorInfo.Status.WAITING);
    }
}
