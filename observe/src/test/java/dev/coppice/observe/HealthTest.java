package dev.coppice.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.Config;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import dev.coppice.otp.Child;
import dev.coppice.otp.HealthCheck;
import dev.coppice.otp.Supervisor;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("#108")
class HealthTest {
    record Well() implements Call<Well, Boolean> {}

    static final Name<Well> PATIENT = Name.of("patient");

    private static Facts facts(Node node) {
        return node.ref(Observer.NAME).call(new Observer.GetFacts());
    }

    @Nested
    class A_node {
        @Test
        void whose_tree_runs_is_up_in_every_respect() {
            try (var garden = Garden.open()) {
                assertThat(garden.facts().health().up()).isTrue();
                assertThat(garden.get("/health").statusCode()).isEqualTo(200);
                assertThat(garden.json("/health").at("/readiness/up").asBoolean()).isTrue();
            }
        }

        @Test
        void that_still_starts_says_so() {
            var seen = new AtomicReference<Health>();
            Server.Factory<Server<Well>> slow =
                    () ->
                            new Server<>() {
                                @Override
                                public void init(Self<Well> self) {
                                    seen.set(self.ref(Observer.NAME).call(new Observer.GetFacts()).health());
                                }

                                @Override
                                public void handle(Well message, Self<Well> self) {
                                    self.reply(message, true);
                                }
                            };
            var tree =
                    Supervisor.oneForOne(
                            Child.of("observer", Observer.withoutPage()), Child.server(PATIENT, slow::make));
            try (var node = Node.start(tree, Config.defaults().quiet())) {
                assertThat(seen.get().startup().up()).isFalse();
                assertThat(seen.get().startup().reasons()).singleElement().asString().contains("has not started");
                assertThat(seen.get().readiness().up()).isFalse();
                assertThat(seen.get().liveness().up()).isTrue();
                assertThat(facts(node).health().up()).isTrue();
            }
        }

        @Test
        void with_a_child_that_is_not_ready_names_it() {
            Server.Factory<Server<Well>> sick = () -> (message, self) -> self.reply(message, false);
            var tree =
                    Supervisor.oneForOne(
                            Child.of("observer", Observer.on(0)),
                            Child.server(PATIENT, sick::make)
                                    .readiness(
                                            HealthCheck.of(PATIENT, new Well(), well -> well)
                                                    .every(Duration.ofMillis(10))));
            try (var node = Node.start(tree, Config.defaults().quiet())) {
                var health = facts(node).health();
                assertThat(health.readiness().up()).isFalse();
                assertThat(health.readiness().reasons()).singleElement().asString().contains("patient is not ready");
                assertThat(health.startup().up()).isTrue();
                assertThat(health.liveness().up()).isTrue();
            }
        }
    }

    /// As the guide shows it; any free port in place of the usual one.
    @Nested
    class Turning_it_on {
        private static final int PORT = 0;

        @Test
        void takes_one_line_anywhere() {
            try (var node = Node.start(Config.defaults().quiet())) {
                node.spawn(Observer.on(PORT));
                assertThat(facts(node).health().up()).isTrue();
            }
        }

        @Test
        void as_a_child_sees_all_from_the_start() {
            Server.Factory<Server<Well>> shop = () -> (message, self) -> self.reply(message, true);
            var tree = Supervisor.oneForOne(Child.of("observer", Observer.on(PORT)), Child.server(PATIENT, shop::make));
            try (var node = Node.start(tree, Config.defaults().quiet())) {
                assertThat(facts(node).health().up()).isTrue();
            }
        }
    }

    @Nested
    class Liveness {
        @Test
        void ends_when_no_actor_is_scheduled_any_more() {
            try (var node = Node.start(Config.defaults().quiet())) {
                var checks = new Checks(node, false, text -> text);
                assertThat(checks.health(Duration.ofSeconds(14), Alarms.NONE).up()).isTrue();
                var late = checks.health(Duration.ofSeconds(16), Alarms.NONE);
                assertThat(late.liveness().reasons()).singleElement().asString().contains("16 s");
                assertThat(late.readiness().up()).isFalse();
                assertThat(late.startup().up()).isTrue();
            }
        }
    }
}
