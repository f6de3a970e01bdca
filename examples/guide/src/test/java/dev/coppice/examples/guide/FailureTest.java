package dev.coppice.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.CallFailed;
import dev.coppice.kernel.Down;
import dev.coppice.kernel.Escalation;
import dev.coppice.kernel.Exit;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.ExitReason.Crashed;
import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Outcome.Failed;
import dev.coppice.kernel.Outcome.Replied;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import dev.coppice.otp.Pure;
import dev.coppice.otp.Step;
import dev.coppice.testkit.Probe;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The code of `failure.md`.
@Tag("#143")
class FailureTest {
    record Divide(long by) implements Call<Divide, Long> {}

    static final class Divider implements Server<Divide> {
        @Override
        public void handle(Divide divide, Self<Divide> self) {
            self.reply(divide, 84 / divide.by());
        }
    }

    // ---- an expected answer is a value

    sealed interface Quotient {
        record Of(long value) implements Quotient {}

        record Undefined() implements Quotient {}
    }

    record Ask(long by) implements Call<Ask, Quotient> {}

    static final class Careful implements Server<Ask> {
        @Override
        public void handle(Ask ask, Self<Ask> self) {
            self.reply(ask, ask.by() == 0 ? new Quotient.Undefined() : new Quotient.Of(84 / ask.by()));
        }
    }

    @Test
    void what_a_caller_must_handle_is_a_value() {
        try (var node = Node.start()) {
            var careful = node.spawn(Server.of(Careful::new));
            var text =
                    switch (careful.call(new Ask(0))) {
                        case Quotient.Of(long value) -> "it is " + value;
                        case Quotient.Undefined() -> "nobody knows";
                    };
            assertThat(text).isEqualTo("nobody knows");
        }
    }

    @Test
    void a_bug_reaches_the_caller_at_once_with_its_cause() {
        try (var node = Node.start()) {
            var divider = node.spawn(Server.of(Divider::new));
            var said = "";
            try {
                divider.call(new Divide(0));
            } catch (CallFailed failed) {
                said = failed.failure().message();
            }
            assertThat(said).contains("/ by zero");
            assertThat(divider.alive()).isFalse();
        }
    }

    @Test
    void an_outcome_can_be_looked_at() {
        try (var node = Node.start()) {
            Ref<Divide> divider = node.spawn(Server.of(Divider::new));
            var text =
                    switch (divider.ask(new Divide(0)).await()) {
                        case Replied<Long>(var value) -> "it is " + value;
                        case Failed<Long>(Failure.Exited(Crashed(var cause))) -> "it broke: " + cause.getMessage();
                        case Failed<Long>(Failure.TimedOut(var report)) -> "too late: " + report;
                        case Failed<Long>(var why) -> why.message();
                    };
            assertThat(text).isEqualTo("it broke: / by zero");
        }
    }

    // ---- watching

    sealed interface Guardian {}

    record Gone(Down down) implements Guardian {}

    record Broke(Exit exit) implements Guardian {}

    static void watch(Self<Guardian> self, Pid<?> peer, Probe<String> log) {
        self.monitor(peer, Gone::new);
        self.trapExits(Broke::new);
        self.link(peer);
        for (int told = 0; told < 2; told++) {
            switch (self.receive()) {
                case Gone(Down(var who, Crashed(var why))) -> log.send("down: " + why.getMessage());
                case Gone(Down(var who, _)) -> log.send("left in order");
                case Broke(Exit(_, var reason)) -> log.send("exit, clean: " + reason.clean());
            }
        }
    }

    @Test
    void deaths_are_messages() {
        try (var node = Node.start()) {
            var log = Probe.<String>in(node);
            var divider = node.spawn(Server.of(Divider::new));
            var ready = Probe.<String>in(node);
            node.spawn((Self<Guardian> self) -> {
                self.monitor(divider, Gone::new);
                ready.send("watching");
                watch(self, divider, log);
            });
            ready.expectEqual("watching");
            divider.send(new Divide(0));
            assertThat(log.expect(String.class)).containsAnyOf("down: ", "exit, clean: false", "left in order");
        }
    }

    // ---- going on with the last good state

    sealed interface Till {}

    record Pay(int cents) implements Till, Call<Pay, Integer> {}

    static Step<Integer> step(Integer total, Till message) {
        return switch (message) {
            case Pay(int cents) when cents < 0 -> throw new IllegalArgumentException("a negative payment");
            case Pay pay -> Step.to(total + pay.cents(), Step.reply(pay, total + pay.cents()));
        };
    }

    @Test
    void a_pure_server_may_resume() {
        try (var node = Node.start()) {
            var till = node.spawn(Pure.of(0, FailureTest::step).resuming());
            till.call(new Pay(5));
            var refused = till.ask(new Pay(-1)).await().orElse(_ -> -1);
            int total = till.call(new Pay(1));
            assertThat(refused).isEqualTo(-1);
            assertThat(total).isEqualTo(6);
        }
    }

    // ---- the whole branch

    static final class Reader implements Server<Divide> {
        @Override
        public void handle(Divide divide, Self<Divide> self) {
            throw new Escalation(
                    "the configuration is unreadable: a restart here cannot help", new IllegalStateException());
        }
    }

    @Test
    void an_escalation_is_no_business_of_the_next_restart() {
        try (var node = Node.start()) {
            var reader = node.spawn(Server.of(Reader::new));
            reader.send(new Divide(1));
            assertThat(reader.await()).isInstanceOf(ExitReason.Crashed.class);
        }
    }
}
