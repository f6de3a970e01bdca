package dev.coppice.kernel.internal;

import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;

/// What is known of a class of servers: whether it overrides `init`, and whether its handlers block in foreign code.
///
/// A class once caught blocking runs on virtual threads without a place, until a thousand activations in a row did not block.
final class Habit {
    static final Habit OF_LOOPS = new Habit("loop", false);

    private static final int CALM = 1_000;
    private static final ClassValue<Habit> BY_CLASS =
            new ClassValue<>() {
                @Override
                protected Habit computeValue(Class<?> type) {
                    return new Habit(
                            type.getSimpleName().isEmpty() ? type.getName() : type.getSimpleName(),
                            overridesInit(type));
                }
            };

    final String label;
    final boolean hasInit;

    /// Written by the watchdog (true) and by whoever ends the thousandth calm activation (false).
    private volatile boolean blocks;

    /// Calm activations in a row; a lost update only delays the change.
    private volatile int calm;

    private Habit(String label, boolean hasInit) {
        this.label = label;
        this.hasInit = hasInit;
    }

    static Habit of(Object body) {
        return body instanceof Server<?> ? BY_CLASS.get(body.getClass()) : OF_LOOPS;
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
        if (this != OF_LOOPS) {
            calm = 0;
            blocks = true;
        }
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
