package dev.coppice.observe;

import dev.coppice.kernel.ActorInfo;

/// What counts are kept by: never by pid, so that their number stays small however many actors come and go.
///
/// @param behaviour the class of the server, or `loop`
/// @param supervisor the path of the actor that started it; `/` for those that belong to the node
public record Kind(String behaviour, String supervisor) implements Comparable<Kind> {

    /// Where everything goes that comes after the limit of kinds.
    static final Kind OTHER = new Kind("other", "other");

    public Kind {
        // Each lambda's class has a number that the next start changes; who wrote it is what matters.
        int number = behaviour.indexOf("$$Lambda");
        behaviour = number < 0 ? behaviour : behaviour.substring(0, number) + " lambda";
    }

    /// From what an event says: the path without its last part, which is the name or the label and may itself contain slashes.
    static Kind of(ActorInfo info, String path) {
        var last = info.name().orElse(info.label());
        var above = path.endsWith("/" + last) ? path.substring(0, path.length() - last.length() - 1) : parent(path);
        return new Kind(info.behaviour(), above.isEmpty() ? "/" : above);
    }

    private static String parent(String path) {
        return path.substring(0, Math.max(0, path.lastIndexOf('/')));
    }

    @Override
    public int compareTo(Kind other) {
        int bySupervisor = supervisor.compareTo(other.supervisor);
        return bySupervisor != 0 ? bySupervisor : behaviour.compareTo(other.behaviour);
    }
}
