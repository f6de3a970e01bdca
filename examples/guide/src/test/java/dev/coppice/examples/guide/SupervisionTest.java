package dev.coppice.examples.guide;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import dev.coppice.otp.Backoff;
import dev.coppice.otp.Child;
import dev.coppice.otp.Child.Restart;
import dev.coppice.otp.Child.Shutdown;
import dev.coppice.otp.Control;
import dev.coppice.otp.DynamicSupervisor;
import dev.coppice.otp.DynamicSupervisor.StartChild;
import dev.coppice.otp.Supervisor;
import dev.coppice.testkit.World;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The code of `supervision.md`.
@Tag("#143")
class SupervisionTest {
    record Ping() implements Call<Ping, String> {}

    static final class Pong implements Server<Ping> {
        @Override
        public void handle(Ping ping, Self<Ping> self) {
            self.reply(ping, "pong");
        }
    }

    static final Name<Ping> STORE = Name.of("store");
    static final Name<Ping> INDEX = Name.of("index");
    static final Name<Ping> FEED = Name.of("feed");
    static final Name<Control> ROOT = Name.of("root");
    static final Name<DynamicSupervisor.Msg> SESSIONS = Name.of("sessions");

    static final Supervisor TREE =
            Supervisor.restForOne(
                            Child.server(STORE, Pong::new),
                            Child.server(INDEX, Pong::new).shutdown(Shutdown.after(ofSeconds(30))),
                            Child.server(FEED, Pong::new)
                                    .restart(Restart.TRANSIENT)
                                    .backoff(Backoff.between(ofMillis(100), ofSeconds(30))),
                            Child.of(
                                    DynamicSupervisor.of()
                                            .restart(Restart.TEMPORARY)
                                            .maxChildren(10_000)
                                            .named(SESSIONS)))
                    .intensity(5, ofSeconds(10));

    @Test
    void a_tree_heals() {
        try (var world = World.seeded(1)) {
            world.start(TREE);
            var feed = world.pid(FEED);
            var store = world.pid(STORE);
            world.crash(INDEX, new IllegalStateException("the index is corrupt"));
            world.settle();
            assertThat(world.pid(STORE)).isEqualTo(store);
            assertThat(world.pid(FEED)).isNotEqualTo(feed);
            assertThat(world.ref(INDEX).call(new Ping())).isEqualTo("pong");
        }
    }

    @Test
    void children_come_and_go() {
        try (var world = World.seeded(1)) {
            world.start(TREE);
            var sessions = world.ref(SESSIONS);
            var session = sessions.call(new StartChild<>(Server.of(Pong::new))).pid();
            session.stop();
            world.settle();
            assertThat(sessions.call(new DynamicSupervisor.CountChildren()).active()).isZero();
        }
    }

    @Test
    void a_supervisor_answers() {
        try (var world = World.seeded(1)) {
            world.start(TREE.named(ROOT));
            var root = world.ref(ROOT);
            root.call(new Control.TerminateChild("feed"));
            root.call(new Control.RestartChild("feed"));
            boolean ready = root.call(new Control.Ready()).ready();
            assertThat(ready).isTrue();
        }
    }
}
