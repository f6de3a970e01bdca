package dev.coppice.conformance.world;

import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.NodeEvent;
import dev.coppice.kernel.Pid;
import dev.coppice.otp.Child;
import dev.coppice.otp.Supervisor;
import dev.coppice.testkit.Oracle;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// In what order supervisors start and stop: a child starts when no sibling after it lives (where the strategy restarts these with it),
/// and is told to stop when none after it lives.
final class Growth implements Oracle {
    private final Garden garden;
    private final Book book;

    /// Who lives, by the path of its supervisor and its own id.
    private final Map<String, Map<String, Pid<?>>> living = new HashMap<>();

    Growth(Garden garden, Book book) {
        this.garden = garden;
        this.book = book;
    }

    @Override
    public void saw(Node node, NodeEvent event) {
        switch (event) {
            case NodeEvent.Spawned(var pid, var path) -> started(pid, parent(path), id(path));
            case NodeEvent.Exited(var pid, var path, var reason) -> exited(pid, parent(path), id(path), reason);
            default -> {}
        }
    }

    private static String parent(String path) {
        return path.substring(0, path.lastIndexOf('/'));
    }

    private static String id(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private void started(Pid<?> pid, String parent, String id) {
        var supervisor = garden.supervisors().get(id(parent));
        if (supervisor == null) {
            return;
        }
        if (together(supervisor)) {
            forbid(after(supervisor, parent, id), parent + " starts " + id + " while those after it live");
        }
        living.computeIfAbsent(parent, _ -> new HashMap<>()).put(id, pid);
    }

    private void exited(Pid<?> pid, String parent, String id, ExitReason reason) {
        var siblings = living.get(parent);
        var supervisor = garden.supervisors().get(id(parent));
        if (siblings == null || supervisor == null || !siblings.remove(id, pid)) {
            return;
        }
        // Only a supervisor says Shutdown without a note; but links pass it on.
        if (together(supervisor)
                && reason.equals(new ExitReason.Shutdown())
                && !book.counts().containsKey("fault: link")
                && !garden.stopsInParallel(supervisor)) {
            // The start of the youngest may have been under way when the supervisor was told to stop: then it is no
            // child of the tree
            // yet, and the kernel ends it afterwards.
            var youngest =
                    living.get(parent).entrySet().stream()
                            .max(Map.Entry.comparingByValue(Comparator.comparing(Pid::id)));
            var others =
                    after(supervisor, parent, id).stream()
                            .filter(sibling -> !youngest.orElseThrow().getKey().equals(sibling))
                            .toList();
            forbid(others, parent + " stops " + id + " while those after it live");
        }
    }

    /// Whether those after a child always start after it: then the order of their ids is also that of their ages, by which the children
    /// of a killed supervisor are stopped.
    private static boolean together(Supervisor supervisor) {
        return supervisor.strategy() != Supervisor.Strategy.ONE_FOR_ONE;
    }

    private List<String> after(Supervisor supervisor, String parent, String id) {
        var ids = supervisor.children().stream().map(Child::id).toList();
        var living = this.living.getOrDefault(parent, Map.of());
        return ids.subList(ids.indexOf(id) + 1, ids.size()).stream().filter(living::containsKey).toList();
    }

    private static void forbid(List<String> those, String otherwise) {
        if (!those.isEmpty()) {
            throw new AssertionError(otherwise + ": " + those);
        }
    }
}
