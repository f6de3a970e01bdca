package dev.coppice.otp;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Subscriptions by filter: a tree with a node for each level.
///
/// **Idea.** Readers walk concurrent maps and rosters and take no lock: along a path each node has at most two ways on, by name and by
/// `+`, and one collection, of `#`. Those who add and remove do so under one lock, since a branch that falls empty is cut off and nobody
/// may enter it then; a reader in a branch that is being cut off sees it empty. The lock is held for a few steps and no code of others
/// runs under it.
final class Trie<E> {
    private static final String ONE = "+";
    private static final String REST = "#";

    private static final class Branch<E> {
        final ConcurrentHashMap<String, Branch<E>> below = new ConcurrentHashMap<>();
        final Roster<E> here = new Roster<>();
        final Roster<E> fromHere = new Roster<>();

        boolean isEmpty() {
            return below.isEmpty() && here.isEmpty() && fromHere.isEmpty();
        }
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Branch<E> root = new Branch<>();
    private final AtomicInteger size = new AtomicInteger();

    /// Returns what takes it out again; that says whether it was in.
    BooleanSupplier add(String filter, E one) {
        var levels = filter(filter);
        lock.lock();
        try {
            long number = roster(levels).add(one);
            size.incrementAndGet();
            return () -> remove(levels, number);
        } finally {
            lock.unlock();
        }
    }

    private Roster<E> roster(List<String> levels) {
        var branch = root;
        for (var level : levels) {
            if (level.equals(REST)) {
                return branch.fromHere;
            }
            branch = branch.below.computeIfAbsent(level, _ -> new Branch<>());
        }
        return branch.here;
    }

    private boolean remove(List<String> levels, long number) {
        lock.lock();
        try {
            boolean was = remove(root, levels, number);
            if (was) {
                size.decrementAndGet();
            }
            return was;
        } finally {
            lock.unlock();
        }
    }

    private boolean remove(@Nullable Branch<E> branch, List<String> levels, long number) {
        if (branch == null) {
            return false;
        }
        if (levels.isEmpty()) {
            return branch.here.remove(number);
        }
        var level = levels.getFirst();
        if (level.equals(REST)) {
            return branch.fromHere.remove(number);
        }
        var next = branch.below.get(level);
        boolean was = remove(next, levels.subList(1, levels.size()), number);
        if (next != null && next.isEmpty()) {
            branch.below.remove(level);
        }
        return was;
    }

    /// Shows every subscription whose filter accepts the path, once each.
    void match(String path, Consumer<? super E> found) {
        match(root, levels(path), found);
    }

    private void match(Branch<E> branch, List<String> levels, Consumer<? super E> found) {
        branch.fromHere.all().forEach(found);
        if (levels.isEmpty()) {
            branch.here.all().forEach(found);
            return;
        }
        if (branch.below.isEmpty()) {
            return;
        }
        var rest = levels.subList(1, levels.size());
        match(branch, levels.getFirst(), rest, found);
        match(branch, ONE, rest, found);
    }

    private void match(Branch<E> branch, String way, List<String> rest, Consumer<? super E> found) {
        var next = branch.below.get(way);
        if (next != null) {
            match(next, rest, found);
        }
    }

    int size() {
        return size.get();
    }

    /// Whether no branch is left.
    boolean isPruned() {
        return root.isEmpty();
    }

    // ---- text

    /// The empty path has no level.
    private static List<String> levels(String path) {
        requireNonNull(path, "path");
        if (path.contains(ONE) || path.contains(REST)) {
            throw new IllegalArgumentException(
                    "a path has no wildcards, was \"" + path + "\"; + and # belong to filters");
        }
        return path.isEmpty() ? List.of() : List.of(path.split("/", -1));
    }

    private static List<String> filter(String filter) {
        requireNonNull(filter, "filter");
        var levels = filter.isEmpty() ? List.<String>of() : List.of(filter.split("/", -1));
        for (int i = 0; i < levels.size(); i++) {
            var level = levels.get(i);
            boolean alone = level.equals(ONE) || (level.equals(REST) && i == levels.size() - 1);
            if (!alone && (level.contains(ONE) || level.contains(REST))) {
                throw new IllegalArgumentException(
                        "+ and # stand alone between slashes, and # last, was \"" + filter + "\"");
            }
        }
        return levels;
    }
}
