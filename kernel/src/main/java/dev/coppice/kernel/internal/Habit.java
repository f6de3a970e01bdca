package dev.coppice.kernel.internal;

import dev.coppice.kernel.Loop;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;

/// What is known of a class of bodies: whether it overrides `init`, and whether it blocks in foreign code.
///
/// A class once caught blocking runs on virtual threads without a place, until a thousand activations in a row did not block. Of loops,
/// whose only activation is their life, a class is caught only while many places are blocked: beside the places messages cost more, and one
/// moment of waiting for a class that is being loaded should not cost that for ever.
final class Habit {
    private static final int CALM = 1_000;
    private static final ClassValue<Habit> BY_CLASS =
            new ClassValue<>() {
                @Override
                protected Habit computeValue(Class<?> type) {
                    if (Loop.class.isAssignableFrom(type)) {
                        return new Habit(type, "loop", true, false);
                    }
                    return new Habit(type, name(type), false, overridesInit(type));
                }
            };

    /// The name of a lambda's class ends with an address, which is another in the next run.
    private static String name(Class<?> type) {
        var name = type.getSimpleName().isEmpty() ? type.getName() : type.getSimpleName();
        return type.isHidden() ? name.substring(0, name.lastIndexOf('/')) : name;
    }

    final Class<?> type;
    final String label;
    final boolean ofLoops;
    final boolean hasInit;

    /// Written by the watchdog (true) and by whoever ends the thousandth calm activation (false).
    private volatile boolean blocks;

    /// Calm activations in a row; a lost update only delays the change.
    private volatile int calm;

    private Habit(Class<?> type, String label, boolean ofLoops, boolean hasInit) {
        this.type = type;
        this.label = label;
        this.ofLoops = ofLoops;
        this.hasInit = hasInit;
    }

    static Habit of(Object body) {
        return BY_CLASS.get(body.getClass());
    }

    private static boolean overridesInit(Class<?> type) {
        try {
            return type.getMethod("init", Self.class).getDeclaringClass() != Server.class;
        } catch (NoSuchMethodException e) {
            throw new IllegalArgumentException(type + " is no server", e);
        }
    }

    boolean blocks() {
        return blocks;
    }

    void caughtBlocking() {
        calm = 0;
        blocks = true;
    }

    /// An activation without a place has ended.
    @SuppressWarnings("NonAtomicVolatileUpdate") // see calm
    void ran(boolean blocked) {
        if (blocked) {
            calm = 0;
        } else if (++calm >= CALM) {
            blocks = false;
        }
    }
}
