package dev.coppice.otp;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.coppice.kernel.ExitReason;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class LinesTest {
    private static final long MINUTE = Duration.ofMinutes(1).toNanos();

    private final ListAppender<ILoggingEvent> written = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger(Supervisor.class);
    private final Lines lines =
            new Lines(Supervisor.class, "/root", () -> dev.coppice.kernel.Config.defaults().loggedPerMinute(3));
    private final Child child = Puppets.child("a");
    private final Intensity intensity = Intensity.of(3, Duration.ofSeconds(5));

    @BeforeEach
    void listen() {
        written.start();
        logger.setLevel(Level.INFO);
        logger.setAdditive(false);
        logger.addAppender(written);
    }

    @AfterEach
    void leave() {
        logger.detachAppender(written);
        logger.setAdditive(true);
        logger.setLevel(null);
    }

    private void restart(long now) {
        lines.restarting(now, child, Puppets.CRASH, Duration.ZERO, intensity.count(now));
    }

    private List<String> messages() {
        return written.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    @Nested
    class A_restart {

        /// Seen elsewhere: crash loops that nobody can see.
        @Test
        void is_one_line_with_the_supervisor_the_child_and_the_reason_as_keys() {
            restart(0);

            assertThat(written.list)
                    .singleElement()
                    .satisfies(line -> {
                        assertThat(line.getLevel()).isEqualTo(Level.WARN);
                        assertThat(line.getKeyValuePairs())
                                .extracting(pair -> pair.key + "=" + pair.value)
                                .containsExactly(
                                        "supervisor=/root",
                                        "child=a",
                                        "reason=" + Puppets.CRASH,
                                        "delay=PT0S",
                                        "restarts=1");
                    });
        }
    }

    @Nested
    @Tag("#77")
    class A_storm {

        @Test
        void is_counted_instead_of_written_and_told_once() {
            for (int i = 0; i < 100; i++) {
                restart(i);
            }
            assertThat(messages()).hasSize(3);
            assertThat(lines.storm()).hasValue(100);
            assertThat(lines.storm()).isEmpty();

            restart(MINUTE);
            assertThat(messages()).hasSize(5).element(3).isEqualTo("left out lines like these");
            assertThat(written.list.get(3).getKeyValuePairs().getLast().value).isEqualTo(97L);
        }

        @Test
        void does_not_swallow_that_the_supervisor_gives_up() {
            for (int i = 0; i < 10; i++) {
                restart(i);
            }
            lines.gaveUp("a", new ExitReason.Killed(), intensity);

            assertThat(messages()).endsWith("left out lines like these", "giving up: more restarts than allowed");
            assertThat(lines.suppresses()).isFalse();
        }

        @Test
        void of_unknown_messages_is_no_storm_of_restarts() {
            for (int i = 0; i < 10; i++) {
                lines.unknown(i, "?");
            }
            assertThat(lines.suppresses()).isTrue();
            assertThat(lines.storm()).isEmpty();
            assertThat(messages()).first().asString().contains("java.lang.String");
        }
    }
}
