package dev.coppice.kernel.internal;

import dev.coppice.kernel.spi.Backlog;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;

/// Two lanes, each in the order of arrival: messages of some classes, then everything else, notices too.
public final class Urgent implements Backlog {
    private final List<Class<?>> kinds;
    private final ArrayDeque<Item> urgent = new ArrayDeque<>(0);
    private final ArrayDeque<Item> others = new ArrayDeque<>();

    public Urgent(List<Class<?>> kinds) {
        this.kinds = kinds;
    }

    @Override
    public void add(Item item) {
        var lane = isUrgent(item) ? urgent : others;
        var head = lane.peekFirst();
        if (head != null && item.arrival() - head.arrival() < 0) {
            lane.addFirst(item);
        } else {
            lane.addLast(item);
        }
    }

    private boolean isUrgent(Item item) {
        return kinds.stream().anyMatch(kind -> kind.isInstance(item.sent()));
    }

    @Override
    public Optional<Item> poll() {
        return Optional.ofNullable(urgent.isEmpty() ? others.pollFirst() : urgent.pollFirst());
    }

    @Override
    public String toString() {
        return "urgent" + kinds.stream().map(Class::getSimpleName).toList();
    }
}
