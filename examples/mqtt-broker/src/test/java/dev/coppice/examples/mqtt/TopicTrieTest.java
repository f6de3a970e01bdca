package dev.coppice.examples.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class TopicTrieTest {
    private final TopicTrie<String, Integer> trie = new TopicTrie<>();

    private List<String> found(String topic) {
        var found = new ArrayList<String>();
        trie.match(topic, (key, value) -> found.add(key + value));
        return found.stream().sorted().toList();
    }

    @Nested
    class Put {
        @Test
        void replaces_the_subscription_of_the_same_key_and_filter_only() {
            trie.put("a/b", "x", 0);
            trie.put("a/b", "y", 0);
            trie.put("a/+", "x", 1);
            trie.put("a/b", "x", 2);
            assertThat(found("a/b")).containsExactly("x1", "x2", "y0");
        }
    }

    @Nested
    class Remove {
        @Test
        void leaves_nothing_behind_and_nobody_else_out() {
            trie.put("a/b/#", "x", 0);
            trie.put("a/b", "y", 0);
            trie.remove("a/b/#", "x");
            trie.remove("a/b/#", "x");
            trie.remove("never/there", "x");
            assertThat(found("a/b")).containsExactly("y0");
            trie.remove("a/b", "y");
            assertThat(trie.isEmpty()).isTrue();
        }
    }

    @Nested
    class Match {
        @Test
        void hides_reserved_topics_from_leading_wildcards_only() {
            trie.put("#", "all", 0);
            trie.put("+/x", "one", 0);
            trie.put("$SYS/#", "sys", 0);
            assertThat(found("$SYS/x")).containsExactly("sys0");
            assertThat(found("a/x")).containsExactly("all0", "one0");
        }

        @Test
        void agrees_with_the_plain_rule_on_random_filters_and_topics() {
            long seed = new Random().nextLong();
            var random = new Random(seed);
            var filters =
                    IntStream.range(0, 200).mapToObj(_ -> filter(random)).filter(Topics::isFilter).distinct().toList();
            filters.forEach(filter -> trie.put(filter, filter, 0));
            for (int i = 0; i < 2_000; i++) {
                var topic = words(random, List.of("a", "b", "", "$s"));
                var expected =
                        filters.stream().filter(f -> Topics.matches(f, topic)).map(f -> f + "0").sorted().toList();
                assertThat(found(topic)).as("topic %s, seed %d", topic, seed).isEqualTo(expected);
            }
            filters.forEach(filter -> trie.remove(filter, filter));
            assertThat(trie.isEmpty()).as("seed %d", seed).isTrue();
        }

        private String filter(Random random) {
            return words(random, List.of("a", "b", "", "+", "#", "$s"));
        }

        private String words(Random random, List<String> words) {
            return IntStream.rangeClosed(0, random.nextInt(4))
                    .mapToObj(_ -> words.get(random.nextInt(words.size())))
                    .collect(Collectors.joining("/"));
        }
    }
}
