package dev.coppice.examples.mqtt;

import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// Topic filters, level by level, and who waits at each: the cost of a match depends on the topic's depth and the matches, not on the
/// number of subscriptions. Not thread-safe: the router owns it.
///
/// Not otp's `Topic`: that gives messages to actors that live, each subscription its own. Here a client subscribes that may be away for days,
/// once a filter with a quality that may change, and gets one message for all its filters that match, through the store.
///
/// @param <K> who subscribes; once per filter
/// @param <V> how
final class TopicTrie<K, V> {

    private static final class Node<K, V> {
        final Map<String, Node<K, V>> below = new HashMap<>(2);
        final Map<K, V> here = new HashMap<>(2);

        boolean isEmpty() {
            return below.isEmpty() && here.isEmpty();
        }
    }

    private final Node<K, V> root = new Node<>();

    /// Adds a subscription, or replaces the one of the same key and filter.
    void put(String filter, K key, V value) {
        var node = root;
        for (var level : Topics.levels(filter)) {
            node = node.below.computeIfAbsent(level, _ -> new Node<>());
        }
        node.here.put(key, value);
    }

    void remove(String filter, K key) {
        remove(root, Topics.levels(filter), 0, key);
    }

    private void remove(Node<K, V> node, String[] levels, int depth, K key) {
        if (depth == levels.length) {
            node.here.remove(key);
            return;
        }
        var next = node.below.get(levels[depth]);
        if (next != null) {
            remove(next, levels, depth + 1, key);
            if (next.isEmpty()) {
                node.below.remove(levels[depth]);
            }
        }
    }

    /// Shows every subscription whose filter matches: a key with overlapping filters once for each.
    void match(String topic, BiConsumer<? super K, ? super V> found) {
        match(root, Topics.levels(topic), 0, found);
    }

    private void match(Node<K, V> node, String[] levels, int depth, BiConsumer<? super K, ? super V> found) {
        boolean wild = depth > 0 || !Topics.isReserved(levels[0]);
        if (wild) {
            show(node.below.get("#"), found);
        }
        if (depth == levels.length) {
            node.here.forEach(found);
            return;
        }
        var same = node.below.get(levels[depth]);
        if (same != null) {
            match(same, levels, depth + 1, found);
        }
        var any = node.below.get("+");
        if (wild && any != null) {
            match(any, levels, depth + 1, found);
        }
    }

    private static <K, V> void show(@Nullable Node<K, V> node, BiConsumer<? super K, ? super V> found) {
        if (node != null) {
            node.here.forEach(found);
        }
    }

    boolean isEmpty() {
        return root.isEmpty();
    }
}
