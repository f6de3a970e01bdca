package dev.coppice.guard;

import dev.coppice.kernel.Ref;

/// What a guard is called in messages and events.
final class Names {
    private Names() {}

    static String of(String kind, String name, Ref<?> guarded) {
        return name.isEmpty() ? kind + " of " + guarded : kind + " \"" + name + "\"";
    }

    static String checked(String name) {
        if (name.isBlank()) {
            throw new IllegalArgumentException("the name of a guard needs visible characters, was \"" + name + "\"");
        }
        return name;
    }
}
