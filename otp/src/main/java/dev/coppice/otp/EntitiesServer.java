package dev.coppice.otp;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.Caller;
import dev.coppice.kernel.Exit;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Recipe;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The keeper of [Entities].
///
/// ```
///   (none) --message--> ACTIVE --idle, or one too many--> LEAVING --gone--> (none), or ACTIVE when messages wait
///      ^-------------------crash---+
/// ```
///
/// A leaving actor is told to stop after everything that was handed to it before: this actor is its only way in, and what one actor sends
/// to another stays in order. From then on messages for its key are held here until its exit arrives.
final class EntitiesServer<K, M> implements Server<Object> {
    private record Left(Exit exit) {}

    private record Sweep() {}

    private record Late(Pid<?> pid) {}

    private record Active<M>(Pid<M> pid, long lastUsed, Duration stopWithin) {}

    /// @param waiting for the next one
    private record Leaving<M>(Pid<M> pid, ArrayDeque<Held<M>> waiting) {}

    /// @param caller of a request; deferred, so that it can still be handed on
    private record Held<M>(M message, @Nullable Caller<?> caller) {
        /// Its time is over, and it is not handled any more.
        boolean isGivenUp() {
            return caller != null && !caller.waiting();
        }

        void fail(Throwable why) {
            if (caller != null) {
                caller.fail(why);
            }
        }
    }

    /// How many are looked at to make room for one.
    private static final int LOOKS = 16;

    private final Entities<K, M> rules;

    /// The longest unused first.
    private final LinkedHashMap<K, Active<M>> active = new LinkedHashMap<>();

    private final Map<K, Leaving<M>> leaving = new HashMap<>();
    private final Map<Long, K> keys = new HashMap<>();
    private Self<Object> self;
    private Lines lines;
    private boolean sweeping;

    @SuppressWarnings("NullAway.Init") // the rest is set by init, before anything else
    EntitiesServer(Entities<K, M> rules) {
        this.rules = rules;
    }

    @Override
    public void init(Self<Object> self) {
        this.self = self;
        lines = new Lines(Entities.class, self.pid().path(), self.node()::config);
        self.trapExits(Left::new);
    }

    @Override
    @SuppressWarnings("unchecked") // its requests come through a Ref<Msg<K, M>>
    public void handle(Object message, Self<Object> self) {
        switch (message) {
            case Entities.To<?, ?> to -> deliver(((Entities.To<K, M>) to).key(), ((Entities.To<K, M>) to).message());
            case Entities.Active<?, ?> ask -> self.reply((Entities.Active<K, M>) ask, List.copyOf(active.keySet()));
            case Left(Exit(var from, _)) -> left(from);
            case Sweep() -> sweep();
            case Late(var pid) -> pid.kill();
            default -> lines.unknown(self.nanoTime(), message);
        }
    }

    // ---- messages

    private void deliver(K key, M message) {
        var going = leaving.get(key);
        if (going != null) {
            going.waiting.add(new Held<>(message, message instanceof Call<?, ?> request ? caller(request) : null));
        } else {
            entity(key, self::failCurrent).ifPresent(pid -> hand(pid, message));
        }
    }

    private void hand(Pid<M> pid, M message) {
        if (message instanceof Call<?, ?> request) {
            try {
                forward(request, pid);
                return;
            } catch (IllegalStateException made) {
                // a wrap on top of the key's has made this request: nobody waits for its answer
            }
        }
        pid.send(message);
    }

    /// Null when nobody waits for the answer: it was sent, or a wrap on top of the key's has made it.
    private @Nullable Caller<?> caller(Call<?, ?> request) {
        try {
            var caller = self.defer(request);
            return caller.waiting() ? caller : null;
        } catch (IllegalStateException made) {
            return null;
        }
    }

    /// What was held: a request that nobody ever waited for is a message like others.
    private void handHeld(Pid<M> pid, Held<M> held) {
        if (held.caller != null) {
            hand(pid, held.message);
        } else {
            pid.send(held.message);
        }
    }

    @SuppressWarnings("unchecked") // a request that came through a Ref<M> is an M
    private <R> void forward(Call<?, R> request, Pid<M> pid) {
        self.forward((Call<? extends M, R>) request, pid);
    }

    /// The actor of a key that is not leaving, as the one used last; empty when it could not be started.
    private Optional<Pid<M>> entity(K key, Consumer<Throwable> otherwise) {
        var there = active.remove(key);
        if (there != null && there.pid.alive()) {
            active.put(key, new Active<>(there.pid, self.nanoTime(), there.stopWithin));
            return Optional.of(there.pid);
        }
        try {
            return Optional.of(start(key, rules.entity(key).recipe()));
        } catch (Exception | AssertionError | LinkageError | StackOverflowError failed) {
            lines.startFailed(self.nanoTime(), "the entity of " + key, new ExitReason.Crashed(failed));
            otherwise.accept(failed);
            return Optional.empty();
        }
    }

    private Pid<M> start(K key, Recipe<M> recipe) {
        if (active.size() >= rules.maxActive()) {
            makeRoom();
        }
        var pid = self.spawnLinked(recipe);
        active.put(key, new Active<>(pid, self.nanoTime(), recipe.settings().stopWithin()));
        keys.put(pid.id(), key);
        sweepLater(rules.idle());
        return pid;
    }

    // ---- rest

    /// One of those that were used longest ago, at rest: a stop that meets an actor inside a selective receive would end it there.
    private void makeRoom() {
        active.entrySet().stream()
                .limit(LOOKS)
                .filter(entry -> !Crew.atWork(entry.getValue().pid))
                .map(Map.Entry::getKey)
                .findFirst()
                .ifPresent(this::passivate);
    }

    private void passivate(K key) {
        var entity = active.remove(key);
        if (entity != null) {
            leaving.put(key, new Leaving<>(entity.pid, new ArrayDeque<>()));
            entity.pid.stop();
            self.sendAfter(entity.stopWithin, new Late(entity.pid));
        }
    }

    private void left(Pid<?> pid) {
        var key = keys.remove(pid.id());
        if (key == null) {
            return; // not ours: somebody linked with us
        }
        active.computeIfPresent(key, (_, entity) -> entity.pid.equals(pid) ? null : entity);
        var going = leaving.get(key);
        if (going != null && going.pid.equals(pid)) {
            leaving.remove(key);
            going.waiting.removeIf(Held::isGivenUp);
            going.waiting.forEach(held -> entity(key, held::fail).ifPresent(next -> handHeld(next, held)));
        }
    }

    /// Those whose last message is long ago, unless they are at work.
    private void sweep() {
        sweeping = false;
        long now = self.nanoTime();
        while (!active.isEmpty()) {
            var eldest = active.firstEntry();
            var entity = eldest.getValue();
            long left = rules.idle().toNanos() - (now - entity.lastUsed);
            if (left > 0) {
                sweepLater(Duration.ofNanos(left));
                return;
            }
            if (Crew.atWork(entity.pid)) {
                active.remove(eldest.getKey());
                active.put(eldest.getKey(), new Active<>(entity.pid, now, entity.stopWithin));
            } else {
                passivate(eldest.getKey());
            }
        }
    }

    private void sweepLater(Duration delay) {
        if (!sweeping) {
            sweeping = true;
            self.sendAfter(delay, new Sweep());
        }
    }

    @Override
    public void terminate(ExitReason reason, Self<Object> self) {
        if (lines != null) {
            lines.summary();
        }
    }
}
