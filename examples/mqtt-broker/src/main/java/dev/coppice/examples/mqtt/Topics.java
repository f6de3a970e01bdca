package dev.coppice.examples.mqtt;

/// What is a topic name, what is a topic filter, and which filter takes in which.
final class Topics {
    /// The standard allows 65,535 levels; nobody needs them, and a walk of the trie goes a stack frame deeper for each.
    static final int MAX_LEVELS = 100;

    private Topics() {}

    /// Whether a client may publish to it: not empty, no wildcard.
    static boolean isName(String topic) {
        return isText(topic) && topic.indexOf('+') < 0 && topic.indexOf('#') < 0;
    }

    /// Whether a client may subscribe to it: `+` stands for one whole level, `#` for the last and all below.
    static boolean isFilter(String filter) {
        if (!isText(filter)) {
            return false;
        }
        var levels = levels(filter);
        for (int i = 0; i < levels.length; i++) {
            var level = levels[i];
            boolean whole = level.equals("+") || (level.equals("#") && i == levels.length - 1);
            if (!whole && (level.indexOf('+') >= 0 || level.indexOf('#') >= 0)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isText(String topic) {
        return !topic.isEmpty() && topic.indexOf('\0') < 0 && topic.chars().filter(c -> c == '/').count() < MAX_LEVELS;
    }

    static String[] levels(String topic) {
        return topic.split("/", -1);
    }

    /// Topics that begin with `$` are the server's: no filter that begins with a wildcard matches them.
    static boolean isReserved(String topic) {
        return topic.startsWith("$");
    }

    /// Whether a message on `topic` is for a subscriber of `filter`.
    static boolean matches(String filter, String topic) {
        return covers(filter, topic) && !(isReserved(topic) && (filter.startsWith("+") || filter.startsWith("#")));
    }

    /// Whether `wide` takes in everything that `narrow` (a filter or a topic) does, reserved topics included.
    static boolean covers(String wide, String narrow) {
        var outer = levels(wide);
        var inner = levels(narrow);
        for (int i = 0; i < outer.length; i++) {
            if (outer[i].equals("#")) {
                return true;
            }
            if (i == inner.length || !coversLevel(outer[i], inner[i])) {
                return false;
            }
        }
        return outer.length == inner.length;
    }

    private static boolean coversLevel(String outer, String inner) {
        return outer.equals("+") ? !inner.equals("#") : outer.equals(inner);
    }
}
