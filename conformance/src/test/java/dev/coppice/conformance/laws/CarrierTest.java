package dev.coppice.conformance.laws;

import static dev.coppice.conformance.laws.Lab.millis;
import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.conformance.laws.Talk.Ask;
import dev.coppice.conformance.laws.Talk.Came;
import dev.coppice.conformance.laws.Talk.Do;
import dev.coppice.conformance.laws.Talk.Note;
import dev.coppice.kernel.Carrier;
import dev.coppice.kernel.Loop;
import dev.coppice.kernel.Mailbox;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Recipe;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.slf4j.MDC;

/// Context travels in the envelope, with calls and sends, and nowhere else.
@Tag("#39")
class CarrierTest {
    private static final ScopedValue<String> TENANT = ScopedValue.newInstance();
    private static final Name<Talk> ECHO = Name.of("echo");

    private static String tenant() {
        return TENANT.orElse("nobody");
    }

    private static Node node(Lab lab) {
        return lab.node(lab.config().carrying(Carrier.of(TENANT)));
    }

    /// Answers with the tenant that its handler sees.
    private static Recipe<Talk> telling() {
        return Talk.server((message, self) -> {
            if (message instanceof Ask ask) {
                self.reply(ask, tenant());
            }
        });
    }

    @Nested
    class A_scoped_value {
        @Laws
        void is_seen_by_the_handler_of_a_call_and_of_whom_it_calls(Lab lab) throws Exception {
            var node = node(lab);
            var last = node.spawn(telling());
            var middle =
                    node.spawn(
                            Talk.server((message, self) -> {
                                if (message instanceof Ask ask) {
                                    self.reply(ask, tenant() + " then " + last.call(new Ask("who?")));
                                }
                            }));
            var said = ScopedValue.where(TENANT, "acme").call(() -> middle.call(new Ask("who?")));
            assertThat(said).isEqualTo("acme then acme");
            assertThat(middle.call(new Ask("who?"))).isEqualTo("nobody then nobody");
        }

        @Laws
        void travels_by_name_through_via_and_forward_and_a_stash(Lab lab) throws Exception {
            var node = node(lab);
            node.spawn(telling().named(ECHO));
            var open = new boolean[1];
            var forwarding =
                    node.spawn(
                            Talk.server((message, self) -> {
                                if (message instanceof Ask ask && open[0]) {
                                    self.forward(ask, self.ref(ECHO));
                                } else if (message instanceof Ask ask) {
                                    self.stash(ask);
                                } else {
                                    open[0] = true;
                                    self.unstash();
                                }
                            }));
            var pending =
                    ScopedValue.where(TENANT, "acme").call(() -> forwarding.<Ask>via(ask -> ask).ask(new Ask("who?")));
            forwarding.send(new Note("open"));
            assertThat(pending.get()).isEqualTo("acme");
        }

        @Laws
        void travels_to_a_node_with_other_carriers(Lab lab) throws Exception {
            ScopedValue<Integer> number = ScopedValue.newInstance();
            var here = node(lab);
            var there = lab.node(lab.config().carrying(Carrier.of(number)));
            var pid = there.spawn(telling());
            var seen = lab.<String>probe();
            var asking = here.spawn(Talk.server((message, _) -> seen.send(pid.call((Ask) message))));
            ScopedValue.where(TENANT, "acme").run(() -> asking.send(new Ask("who?")));
            seen.expectEqual("acme");
            assertThat(ScopedValue.where(number, 7).call(() -> pid.call(new Ask("who?")))).isEqualTo("nobody");
        }

        @Laws
        void travels_with_a_send_and_not_with_a_timer(Lab lab) {
            var node = node(lab);
            var seen = lab.<String>probe();
            var pid =
                    node.spawn(
                            Talk.server((message, self) -> {
                                seen.send(message + " " + tenant());
                                if (message.equals(new Note("sent"))) {
                                    self.sendAfter(millis(1), new Note("tick"));
                                }
                            }));
            ScopedValue.where(TENANT, "acme").run(() -> pid.<String>via(Note::new).send("sent"));
            seen.expectEqual(new Note("sent") + " acme");
            seen.expectEqual(new Note("tick") + " nobody");
        }

        @Laws
        void is_there_when_an_answer_arrives_as_a_message_and_in_a_task(Lab lab) {
            var node = node(lab);
            var seen = lab.<String>probe();
            var echo = node.spawn(telling());
            var stage = new CompletableFuture<String>();
            var pid =
                    node.spawn(
                            Talk.server((message, self) -> {
                                switch (message) {
                                    case Note(String how) when how.equals("ask") ->
                                            self.ask(echo, new Ask("?"), Came::new);
                                    case Note(String how) when how.equals("task") ->
                                            self.task(CarrierTest::tenant, Came::new);
                                    case Note _ -> {
                                        self.pipe(stage, Came::new);
                                        stage.complete("piped");
                                    }
                                    case Came(var outcome) -> seen.send(outcome.get() + " " + tenant());
                                    default -> {}
                                }
                            }));
            ScopedValue.where(TENANT, "acme").run(() -> pid.send(new Note("ask")));
            seen.expectEqual("acme acme");
            ScopedValue.where(TENANT, "acme").run(() -> pid.send(new Note("task")));
            seen.expectEqual("acme acme");
            ScopedValue.where(TENANT, "acme").run(() -> pid.send(new Note("pipe")));
            seen.expectEqual("piped acme");
        }

        @Laws
        void is_given_to_a_loop_that_asks_for_it(Lab lab) {
            var node = node(lab);
            var seen = lab.<String>probe();
            Loop<Talk> loop =
                    self -> {
                        self.receive();
                        seen.send(tenant());
                        self.inContext(() -> seen.send(tenant()));
                        seen.send(tenant());
                    };
            var pid = node.spawn(loop.mailbox(Mailbox.rejecting(1)));
            ScopedValue.where(TENANT, "acme").run(() -> pid.offer(new Note("x")));
            seen.expectEqual("nobody");
            seen.expectEqual("acme");
            seen.expectEqual("nobody");
        }

        @Laws
        void does_not_travel_in_a_node_that_does_not_carry_it(Lab lab) throws Exception {
            var pid = lab.node().spawn(telling());
            assertThat(ScopedValue.where(TENANT, "acme").call(() -> pid.call(new Ask("?")))).isEqualTo("nobody");
        }

        @Laws
        void is_gone_after_a_handler_that_throws_and_the_crash_is_the_handlers(Lab lab) throws Exception {
            var node = node(lab);
            var pid = node.spawn(Talk.puppet());
            ScopedValue.where(TENANT, "acme").run(() -> pid.send(new Talk.Crashing("oh")));
            assertThat(lab.gone(pid).toString()).contains("oh");
            assertThat(node.spawn(telling()).call(new Ask("?"))).isEqualTo("nobody");
        }
    }

    @Nested
    class Several_carriers {
        /// Carries a text that a plain field holds; for tests on one thread at a time.
        private record Held(ThreadLocal<String> text) implements Carrier<String> {
            @Override
            public Optional<String> capture() {
                return Optional.ofNullable(text.get());
            }

            @Override
            public void around(String carried, Body body) throws Exception {
                var before = text.get();
                text.set(carried);
                try {
                    body.run();
                } finally {
                    text.set(before);
                }
            }
        }

        @Laws
        void carry_each_its_own(Lab lab) throws Exception {
            var held = new Held(new ThreadLocal<>());
            var node = lab.node(lab.config().carrying(Carrier.of(TENANT), held));
            var pid =
                    node.spawn(
                            Talk.server((message, self) -> {
                                if (message instanceof Ask ask) {
                                    self.reply(ask, tenant() + " " + held.text().get());
                                }
                            }));
            held.around("trace", () -> assertThat(pid.call(new Ask("?"))).isEqualTo("nobody trace"));
            held.around(
                    "trace",
                    () ->
                            ScopedValue.where(TENANT, "acme")
                                    .run(() -> assertThat(pid.call(new Ask("?"))).isEqualTo("acme trace")));
            assertThat(pid.call(new Ask("?"))).isEqualTo("nobody null");
        }

        @org.junit.jupiter.api.Test
        void of_the_log_put_its_context_back() throws Exception {
            var mdc = Carrier.mdc();
            MDC.put("who", "outer");
            // Without a logging backend the context is not kept: nothing travels, and nothing breaks.
            var captured = mdc.capture();
            mdc.around(
                    Map.of("who", "inner"),
                    () -> captured.ifPresent(_ -> assertThat(MDC.get("who")).isEqualTo("inner")));
            captured.ifPresent(_ -> assertThat(MDC.get("who")).isEqualTo("outer"));
            MDC.clear();
            assertThat(mdc.capture()).isEmpty();
        }
    }

    @Laws
    void a_do_sees_what_its_sender_saw(Lab lab) {
        var node = node(lab);
        var seen = lab.<String>probe();
        ScopedValue.where(TENANT, "acme").run(() -> node.spawn(Talk.puppet()).send(new Do(_ -> seen.send(tenant()))));
        seen.expectEqual("acme");
    }
}
