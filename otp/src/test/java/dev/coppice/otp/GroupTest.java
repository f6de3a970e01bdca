package dev.coppice.otp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.kernel.Node;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Server;
import dev.coppice.otp.Doer.Do;
import dev.coppice.otp.Doer.Heard;
import dev.coppice.otp.Doer.Msg;
import dev.coppice.otp.Doer.WhatWasHeard;
import dev.coppice.otp.Group.Change;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("#43")
@Tag("#88")
class GroupTest {
    private final Node node = Node.start();
    private final Group<Msg> group = Group.of("workers");
    private final Pid<Msg> a = node.spawn(Server.<Msg>of(Doer::new));
    private final Pid<Msg> b = node.spawn(Server.<Msg>of(Doer::new));

    private static <R> R in(Pid<Msg> actor, Doer.Deed<R> deed) {
        return actor.within(Duration.ofSeconds(30)).call(new Do<>(deed));
    }

    private void join(Pid<Msg> who) {
        in(
                who,
                self -> {
                    group.join(self);
                    return true;
                });
    }

    @AfterEach
    void close() {
        node.close();
    }

    @Nested
    class A_member {
        @Test
        void is_in_as_often_as_it_joined_and_leaves_as_often() {
            join(a);
            join(b);
            join(a);
            assertThat(group.members()).containsExactly(a, b, a);
            assertThat((boolean) in(a, group::leave)).isTrue();
            assertThat(group.members()).containsExactly(b, a);
            assertThat((boolean) in(a, group::leave)).isTrue();
            assertThat((boolean) in(a, group::leave)).isFalse();
            assertThat(group.members()).containsExactly(b);
        }

        @Test
        void leaves_for_good_when_it_exits() {
            join(a);
            join(a);
            join(b);
            a.kill();
            a.await();
            assertThat(group.members()).containsExactly(b);
        }

        @Test
        void gets_a_broadcast_once() {
            join(a);
            join(a);
            join(b);
            assertThat(group.broadcast(new Heard("all"))).isEqualTo(2);
            assertThat(a.call(new WhatWasHeard())).containsExactly("all");
            assertThat(b.call(new WhatWasHeard())).containsExactly("all");
        }
    }

    @Nested
    class A_watcher {
        @Test
        void is_told_of_each_joining_and_leaving() {
            join(a);
            var watching = in(b, self -> group.monitor(self, Heard::new));
            join(a);
            in(a, group::leave);
            a.kill();
            a.await();
            assertThat(watching.members()).containsExactly(a);
            assertThat(Doer.heard(b, 3))
                    .containsExactly(new Change.Joined<>(a), new Change.Left<>(a), new Change.Left<>(a));
        }
    }
}
