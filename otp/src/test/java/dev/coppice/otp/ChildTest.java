package dev.coppice.otp;

import static dev.coppice.otp.Child.Restart.PERMANENT;
import static dev.coppice.otp.Child.Restart.TRANSIENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.coppice.kernel.Name;
import dev.coppice.kernel.Server;
import dev.coppice.otp.Child.Shutdown;
import dev.coppice.otp.Supervisor.AutoShutdown;
import java.time.Duration;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ChildTest {
    private static final Name<Lab.Msg> ALICE = Name.of("alice");
    private final Lab lab = new Lab();

    @Nested
    @Tag("#71")
    class Defaults {

        @Test
        void are_permanent_insignificant_and_five_seconds_to_stop() {
            var child = lab.child("alice");

            assertThat(child.id()).isEqualTo("alice");
            assertThat(child.restart()).isEqualTo(PERMANENT);
            assertThat(child.isSignificant()).isFalse();
            assertThat(child.shutdown()).isEqualTo(Shutdown.after(Duration.ofSeconds(5)));
            assertThat(child.isSupervisor()).isFalse();
        }

        @Test
        void of_supervisors_are_no_limit_also_when_they_were_named_on_the_way() {
            var tree = Supervisor.oneForOne();
            Name<Control> name = Name.of("tree");

            for (var child :
                    new Child[] {
                        Child.of(tree),
                        Child.supervisor("x", tree),
                        Child.supervisor(name, tree),
                        Child.of(tree.named(name)),
                        Child.of(DynamicSupervisor.of()),
                        Child.of(TaskSupervisor.of().labelled("tasks"))
                    }) {
                assertThat(child.isSupervisor()).as(child.toString()).isTrue();
                assertThat(child.shutdown()).isEqualTo(Shutdown.infinite());
            }
        }

        @Test
        @Tag("#69")
        void of_a_supervisor_are_one_restart_in_five_seconds() {
            assertThat(Supervisor.oneForOne().intensity()).isEqualTo(Intensity.of(1, Duration.ofSeconds(5)));
        }
    }

    @Nested
    class Withers {

        /// Seen elsewhere: a specification shared by two supervisors is changed by one of them.
        @Test
        void change_a_copy_and_nothing_else() {
            var child = lab.child("alice");
            var changed = child.restart(TRANSIENT).significant().shutdown(Shutdown.brutal()).id("bob");

            assertThat(changed.toString()).isEqualTo("Child[bob, TRANSIENT, significant, Brutal[]]");
            assertThat(child.toString()).isEqualTo("Child[alice, PERMANENT, After[limit=PT5S]]");
        }
    }

    @Nested
    @Tag("#68")
    class Validation {

        @Test
        void names_the_duplicate_and_the_remedy() {
            assertThatThrownBy(() -> Supervisor.oneForOne(lab.child("a"), lab.child("a")))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("\"a\"")
                    .hasMessageContaining("Child.id");
            assertThatThrownBy(() -> Supervisor.oneForOne(lab.child("a"), lab.child("a").id("b")))
                    .hasMessageContaining("\"b\" has the name of another child");
            assertThatThrownBy(() -> Supervisor.oneForOne(lab.child("a"), OnNode.foreign("b", "a")))
                    .as("of another protocol")
                    .hasMessageContaining("\"b\" has the name of another child");
        }

        @Test
        void rejects_a_significant_permanent_child() {
            assertThatThrownBy(() -> Supervisor.oneForOne(lab.child("a").significant()))
                    .hasMessageContaining("\"a\"")
                    .hasMessageContaining("TRANSIENT or TEMPORARY");
        }

        @Test
        void rejects_a_significant_child_of_a_supervisor_that_never_shuts_down_when_it_is_used() {
            var tree = Supervisor.oneForOne(lab.child("a", TRANSIENT).significant());

            assertThatThrownBy(tree::recipe).hasMessageContaining("\"a\"").hasMessageContaining("autoShutdown");
            assertThatThrownBy(() -> Child.of("tree", tree)).hasMessageContaining("\"a\"");
            assertThat(tree.autoShutdown(AutoShutdown.ANY_SIGNIFICANT).recipe()).isNotNull();
        }

        @Test
        void rejects_a_transient_supervisor_which_would_stay_down_after_giving_up() {
            var inner = Supervisor.oneForOne();

            assertThatThrownBy(() -> Supervisor.oneForOne(Child.supervisor("inner", inner).restart(TRANSIENT)))
                    .hasMessageContaining("\"inner\"")
                    .hasMessageContaining("PERMANENT");
            assertThat(
                            Supervisor.oneForOne(
                                    Child.supervisor("inner", inner.autoShutdown(AutoShutdown.ALL_SIGNIFICANT))
                                            .restart(TRANSIENT)))
                    .isNotNull();
        }

        @Test
        void rejects_an_actor_without_an_id() {
            assertThatThrownBy(() -> Child.of(Server.<Lab.Msg>of(() -> (_, _) -> {})))
                    .hasMessageContaining("Child.of(\"its id\", actor)");
            assertThatThrownBy(() -> lab.child("a").id(" ")).hasMessageContaining("visible characters");
        }

        @Test
        @Tag("#74")
        void rejects_a_health_check_made_for_another() {
            Name<Lab.Msg> bob = Name.of("bob");

            assertThatThrownBy(() -> lab.child("alice").liveness(HealthCheck.of(bob, new Lab.Ping())))
                    .hasMessageContaining("\"alice\"")
                    .hasMessageContaining("bob");
            assertThat(lab.child("alice").liveness(HealthCheck.of(ALICE, new Lab.Ping())).liveness()).isPresent();
        }

        @Test
        @Tag("#70")
        void rejects_limits_that_make_no_sense() {
            var second = Duration.ofSeconds(1);
            assertThatThrownBy(() -> Supervisor.oneForOne().intensity(-1, second)).hasMessageContaining("-1");
            assertThatThrownBy(() -> Supervisor.oneForOne().intensity(1, Duration.ZERO)).hasMessageContaining("PT0S");
            assertThatThrownBy(() -> Shutdown.after(Duration.ZERO)).hasMessageContaining("shutdown");
            assertThatThrownBy(() -> Backoff.between(second, Duration.ofMillis(1))).hasMessageContaining("max");
            assertThatThrownBy(() -> Backoff.between(second, second).factor(0.5)).hasMessageContaining("factor");
            assertThatThrownBy(() -> Backoff.between(second, second).jitter(1.5)).hasMessageContaining("jitter");
            assertThatThrownBy(() -> DynamicSupervisor.of().maxChildren(0)).hasMessageContaining("maxChildren");
            assertThatThrownBy(() -> TaskSupervisor.of().maxTasks(0)).hasMessageContaining("maxTasks");
        }
    }
}
