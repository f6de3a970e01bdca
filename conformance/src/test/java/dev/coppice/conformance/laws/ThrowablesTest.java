package dev.coppice.conformance.laws;

import static dev.coppice.conformance.laws.Lab.failure;
import static dev.coppice.conformance.laws.Talk.echo;
import static dev.coppice.conformance.laws.Talk.loop;
import static dev.coppice.conformance.laws.Talk.puppet;
import static dev.coppice.conformance.laws.Talk.server;
import static dev.coppice.conformance.laws.Talk.shutdown;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.coppice.conformance.laws.Talk.Ask;
import dev.coppice.conformance.laws.Talk.Boom;
import dev.coppice.conformance.laws.Talk.Crashing;
import dev.coppice.conformance.laws.Talk.Do;
import dev.coppice.conformance.laws.Talk.Mark;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.ExitReason.Crashed;
import dev.coppice.kernel.Failure.Exited;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import dev.coppice.kernel.StartFailed;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/// Law 12: every Throwable of user code is an exit reason, and nothing that a handler does kills a worker.
@Tag("law-12")
@Tag("#80")
class ThrowablesTest {
    private static final List<Throwable> ALL =
            List.of(
                    new Boom("runtime"),
                    new java.io.IOException("checked"),
                    new InterruptedException("interrupted"),
                    new AssertionError("assertion"),
                    new StackOverflowError("stack"),
                    new OutOfMemoryError("memory"),
                    new NoClassDefFoundError("linkage"),
                    new ExceptionInInitializerError("initializer"),
                    new InternalError("virtual machine"),
                    new Error("plain"),
                    new Throwable("bare"));

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void sneak(Throwable t) throws T {
        throw (T) t;
    }

    private static int deeper(int n) {
        return n == Integer.MIN_VALUE ? 0 : deeper(n + 1) + deeper(n + 2);
    }

    @Nested
    class Handlers {
        @Laws
        void of_servers_and_loops_may_throw_anything(Lab lab) {
            var echo = lab.node().spawn(echo());
            for (var throwable : ALL) {
                for (var actor : List.of(puppet(), loop((_, _) -> {}))) {
                    var pid = lab.node().spawn(actor);
                    pid.send(new Do(_ -> ThrowablesTest.<RuntimeException>sneak(throwable)));
                    assertThat(lab.gone(pid)).isEqualTo(new Crashed(throwable));
                }
            }
            assertThat(echo.call(new Ask("unharmed"))).isEqualTo("unharmed");
            assertThat(lab.node().counters().crashed()).isEqualTo(2L * ALL.size());
        }

        @Laws
        void may_overflow_their_stack(Lab lab) {
            for (int i = 0; i < 5; i++) { // each is a thousand lines of log; the rig overflows a thousand
                var pid = lab.puppet();
                pid.send(new Do(_ -> deeper(0)));
                assertThat(lab.gone(pid))
                        .isInstanceOfSatisfying(
                                Crashed.class,
                                crashed -> assertThat(crashed.cause()).isInstanceOf(StackOverflowError.class));
            }
            assertThat(lab.node().spawn(echo()).call(new Ask("fine"))).isEqualTo("fine");
        }

        @Laws
        @Tag("#82")
        void that_throw_by_the_hundred_kill_no_worker(Lab lab) {
            var pids = new ArrayList<Pid<Talk>>();
            for (int i = 0; i < 300; i++) {
                var throwable = ALL.get(i % ALL.size());
                var pid = lab.puppet();
                pid.send(new Do(_ -> ThrowablesTest.<RuntimeException>sneak(throwable)));
                pids.add(pid);
            }
            pids.forEach(pid -> assertThat(lab.gone(pid)).isInstanceOf(Crashed.class));
            assertThat(lab.node().spawn(echo()).call(new Ask("fine"))).isEqualTo("fine");
        }

        @Laws
        void reach_their_caller_with_the_very_error(Lab lab) {
            var error = new AssertionError("the very one");
            var pid =
                    lab.node()
                            .spawn(
                                    server((_, _) -> {
                                        throw error;
                                    }));
            assertThat(failure(() -> pid.call(new Ask("?")))).isEqualTo(new Exited(new Crashed(error)));
        }
    }

    @Nested
    class Elsewhere {
        @Laws
        @Tag("#3")
        void init_may_throw_errors(Lab lab) {
            for (var throwable : ALL) {
                assertThatThrownBy(() ->
                                lab.node()
                                        .spawn(
                                                Server.<Talk>of(() ->
                                                        new Server<>() {
                                                            @Override
                                                            public void init(Self<Talk> self) {
                                                                ThrowablesTest.<RuntimeException>sneak(throwable);
                                                            }

                                                            @Override
                                                            public void handle(Talk message, Self<Talk> self) {}
                                                        })))
                        .isInstanceOfSatisfying(
                                StartFailed.class,
                                failed -> assertThat(failed.reason()).isEqualTo(new Crashed(throwable)));
            }
        }

        @Laws
        @Tag("#9")
        void terminate_may_throw_errors(Lab lab) {
            for (var throwable : ALL) {
                var pid =
                        lab.node()
                                .spawn(
                                        Server.<Talk>of(() ->
                                                new Server<>() {
                                                    @Override
                                                    public void handle(Talk message, Self<Talk> self) {}

                                                    @Override
                                                    public void terminate(ExitReason reason, Self<Talk> self) {
                                                        ThrowablesTest.<RuntimeException>sneak(throwable);
                                                    }
                                                }));
                pid.exit(shutdown("x"));
                assertThat(lab.gone(pid)).isEqualTo(new Crashed(throwable));
            }
        }

        @Laws
        @Tag("#78")
        void a_rendering_that_throws_does_no_harm(Lab lab) {
            var pid =
                    lab.node()
                            .spawn(
                                    puppet().rendering(_ -> {
                                        throw new AssertionError("rendering");
                                    }));
            pid.send(new Crashing("reported all the same"));
            assertThat(lab.gone(pid))
                    .isInstanceOfSatisfying(
                            Crashed.class, crashed -> assertThat(crashed.cause()).hasMessage("reported all the same"));
            assertThat(lab.node().crashes()).hasSize(1);
            pid.send(new Mark(1));
            assertThat(lab.node().spawn(echo()).call(new Ask("fine"))).isEqualTo("fine");
        }

        @Laws
        @Tag("#78")
        void a_message_that_cannot_be_printed_does_no_harm(Lab lab) {
            var unprintable =
                    new Object() {
                        @Override
                        public String toString() {
                            throw new StackOverflowError("in toString");
                        }
                    };
            var pid =
                    lab.node()
                            .spawn(
                                    Server.<Object>of(() ->
                                            (_, _) -> {
                                                throw new Boom("with it");
                                            }));
            pid.send(unprintable);
            assertThat(lab.gone(pid)).isInstanceOf(Crashed.class);
            pid.send(unprintable);
            assertThat(lab.node().crashes()).hasSize(1);
        }

        @Laws
        void a_cause_that_cannot_be_printed_does_no_harm(Lab lab) {
            var horrible =
                    new RuntimeException() {
                        private static final long serialVersionUID = 1L;

                        @Override
                        public String getMessage() {
                            throw new IllegalStateException("no message");
                        }
                    };
            var pid = lab.puppet();
            pid.send(
                    new Do(_ -> {
                        throw horrible;
                    }));
            assertThat(lab.gone(pid)).isInstanceOf(Crashed.class);
            assertThat(lab.node().spawn(echo()).call(new Ask("fine"))).isEqualTo("fine");
        }
    }
}
