package dev.coppice.kernel.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.Loop;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Outcome;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Server;
import dev.coppice.kernel.spi.Inspection;
import java.time.Duration;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RareTest {
    record Get() implements Call<Get, Integer> {}

    @Nested
    class What_an_actor_has_received {
        @ParameterizedTest
        @CsvSource({"2147483647, 2147483650", "-2, 4294967297", "-3, 4294967296"})
        void is_counted_beyond_what_an_int_holds(int before, long after) {
            try (var node = Node.start()) {
                Pid<Get> pid = node.spawn(Server.of(() -> (get, self) -> self.reply(get, 7)));
                var cell = (Cell<?>) pid;
                Inspection.of(
                        pid,
                        Duration.ofSeconds(5),
                        _ -> {
                            cell.selfRef().turns = before;
                            cell.selfRef().requests = before;
                            return true;
                        });
                for (int i = 0; i < 3; i++) {
                    pid.call(new Get());
                }
                assertThat(pid.info().received()).isEqualTo(after);
                assertThat(pid.info().requests()).isEqualTo(after);
                var inside = Inspection.of(pid, Duration.ofSeconds(5), Inspection.Insides::received);
                assertThat(inside).isEqualTo(Integer.MAX_VALUE);
            }
        }

        @Test
        void beyond_an_int_is_told_rightly_of_a_request_that_is_still_held() {
            try (var node = Node.start()) {
                Loop<Get> body =
                        self -> {
                            var held = self.receive();
                            for (int i = 0; i < 3; i++) {
                                self.reply(self.receive(), 7);
                            }
                            self.receive(get -> get == held ? get : null);
                        };
                Pid<Get> pid = node.spawn(body);
                var cell = (Cell<?>) pid;
                Inspection.of(
                        pid,
                        Duration.ofSeconds(5),
                        _ -> {
                            cell.selfRef().turns = Integer.MAX_VALUE - 2;
                            return true;
                        });
                var pending = pid.within(Duration.ofSeconds(1)).ask(new Get());
                for (int i = 0; i < 3; i++) {
                    pid.call(new Get());
                }
                assertThat(pending.await())
                        .isInstanceOfSatisfying(
                                Outcome.Failed.class,
                                failed -> assertThat(failed.why().toString()).contains("still held, 3 messages since"));
            }
        }
    }
}
