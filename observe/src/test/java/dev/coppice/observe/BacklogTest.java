package dev.coppice.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("#99")
class BacklogTest {
    private Backlog backlog = new Backlog();

    private long look(long received, int queued, long now) {
        long age = backlog.look(1, received, queued, now);
        backlog.looked();
        return age;
    }

    @Nested
    class Look {
        @Test
        void finds_how_long_a_stuck_mailbox_waits() {
            assertThat(look(5, 3, 100)).isZero();
            assertThat(look(5, 4, 200)).isEqualTo(100);
            assertThat(look(7, 9, 300)).as("one of the first three is left").isEqualTo(200);
            assertThat(look(8, 9, 400)).as("those are gone, the fourth is not").isEqualTo(200);
            assertThat(look(99, 9, 500)).isZero();
        }

        @Test
        void forgets_a_mailbox_that_was_empty_in_between() {
            look(5, 3, 100);
            assertThat(look(5, 0, 200)).isZero();
            assertThat(look(5, 3, 300)).isZero();
        }

        @Test
        void never_makes_a_message_older_than_it_is() {
            for (long seed = 0; seed < 200; seed++) {
                var chance = new SplittableRandom(seed);
                backlog = new Backlog();
                var mailbox = new ArrayDeque<Long>();
                long received = 0;
                for (long now = 1; now < 300; now++) {
                    for (int i = chance.nextInt(4); i > 0; i--) {
                        mailbox.add(now);
                    }
                    for (int i = chance.nextInt(5); i > 0 && !mailbox.isEmpty(); i--) {
                        mailbox.remove();
                        received++;
                    }
                    if (chance.nextInt(3) == 0) {
                        long truth = mailbox.isEmpty() ? 0 : now - mailbox.element();
                        assertThat(look(received, mailbox.size(), now))
                                .as("seed %d at %d", seed, now)
                                .isBetween(0L, truth);
                    }
                }
            }
        }
    }

    @Nested
    class The_map_of_counts {
        @Test
        void holds_what_a_map_holds() {
            var chance = new SplittableRandom(7);
            var map = new LongMap();
            var model = new java.util.HashMap<Long, Long>();
            for (int i = 0; i < 20_000; i++) {
                long key = 1 + chance.nextLong(10_000);
                map.put(key, i);
                model.put(key, (long) i);
            }
            assertThat(map.size()).isEqualTo(model.size());
            model.forEach((key, value) -> assertThat(map.get(key, -1)).isEqualTo(value));
            assertThat(map.get(10_001, -1)).isEqualTo(-1);
        }
    }
}
