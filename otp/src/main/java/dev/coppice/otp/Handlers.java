package dev.coppice.otp;

import dev.coppice.kernel.Exit;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import dev.coppice.otp.EventManager.Add;
import dev.coppice.otp.EventManager.AddSupervised;
import dev.coppice.otp.EventManager.Added;
import dev.coppice.otp.EventManager.Ask;
import dev.coppice.otp.EventManager.Cause;
import dev.coppice.otp.EventManager.Handler;
import dev.coppice.otp.EventManager.Key;
import dev.coppice.otp.EventManager.Left;
import dev.coppice.otp.EventManager.Msg;
import dev.coppice.otp.EventManager.Remove;
import dev.coppice.otp.EventManager.Seat;
import dev.coppice.otp.EventManager.Swap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The actor of an [EventManager].
final class Handlers<E> implements Server<Object>, Stateful<Map<Key<?>, Handler<E>>> {

    /// An adder has exited.
    private record AdderExited(Exit exit) {}

    private record Adder(Pid<?> pid, Ref<Left> notices) {}

    private record Installed<E>(Key<?> key, Handler<E> handler, Optional<Adder> adder) {}

    private final EventManager<E> rules;

    /// Newest first.
    private final ArrayList<Installed<E>> installed = new ArrayList<>();

    private Self<Object> self;
    private @Nullable Lines lines;

    @SuppressWarnings("NullAway.Init") // set by init, before anything else
    Handlers(EventManager<E> rules) {
        this.rules = rules;
    }

    @Override
    public void init(Self<Object> self) throws Exception {
        this.self = self;
        self.trapExits(AdderExited::new);
        for (var first : rules.first()) {
            installed.addFirst(new Installed<>(first.key(), first.factory().make(), Optional.empty()));
        }
    }

    @Override
    public void handle(Object message, Self<Object> self) {
        switch (message) {
            case AdderExited(Exit(var from, var reason)) -> orphaned(from, reason);
            case Msg<?> request -> serve(Handlers.<E>typed(request));
            default -> lines().unknown(self.nanoTime(), message);
        }
    }

    private void serve(Msg<E> message) {
        switch (message) {
            case EventManager.Notify<E>(var event) -> tell(event);
            case EventManager.SyncNotify<E> sync -> {
                tell(sync.event());
                self.done(sync);
            }
            case Add<E, ?> add -> self.reply(add, add(add.key(), add.factory(), Optional.empty()));
            case AddSupervised<E, ?, ?> add -> self.reply(add, add(add.key(), add.factory(), Optional.of(adder(add))));
            case Remove<E, ?> remove -> remove(remove);
            case Swap<E, ?, ?> swap -> self.reply(swap, swap(swap));
            case Ask<E, ?, ?> ask -> ask(ask);
            case EventManager.Which<E> which ->
                    self.reply(which, List.<Key<?>>copyOf(installed.stream().map(Installed::key).toList()));
        }
    }

    @Override
    public void terminate(ExitReason reason, Self<Object> self) {
        for (var each : List.copyOf(installed)) {
            remove(each, new Cause.Stopped(reason));
        }
        if (lines != null) {
            lines.summary();
        }
    }

    /// Newest first.
    @Override
    public Map<Key<?>, Handler<E>> state() {
        var all = new LinkedHashMap<Key<?>, Handler<E>>();
        installed.forEach(each -> all.put(each.key(), each.handler()));
        return all;
    }

    // ---- events

    private void tell(E event) {
        for (var each : List.copyOf(installed)) {
            var seat = new Chosen();
            try {
                each.handler().on(event, seat);
            } catch (Exception thrown) {
                fail(each, thrown);
                continue;
            }
            if (seat.swap != null) {
                swap(each, seat.swap);
            } else if (seat.leaves) {
                remove(each, new Cause.Removed());
            }
        }
    }

    /// What a handler has said about itself.
    private final class Chosen implements Seat<E> {
        private boolean leaves;
        private EventManager.@Nullable First<E, ?> swap;

        @Override
        public void leave() {
            leaves = true;
        }

        @Override
        public <H extends Handler<E>> void swap(Key<H> key, Server.Factory<? extends H> factory) {
            swap = new EventManager.First<>(key, factory);
        }
    }

    private void swap(Installed<E> old, EventManager.First<E, ?> by) {
        replace(old, by.key(), by.factory());
    }

    // ---- adding and removing

    private static <N> Adder adder(AddSupervised<?, ?, N> add) {
        return new Adder(add.adder(), add.adder().via(add.as()));
    }

    private Added add(Key<?> key, Server.Factory<? extends Handler<E>> factory, Optional<Adder> adder) {
        if (find(key).isPresent()) {
            return new Added.AlreadyThere();
        }
        try {
            installed.addFirst(new Installed<>(key, factory.make(), adder));
        } catch (Exception thrown) {
            return new Added.NotMade(thrown);
        }
        adder.ifPresent(it -> self.link(it.pid()));
        return new Added.Installed();
    }

    private <H extends Handler<E>> void remove(Remove<E, H> request) {
        var found = find(request.key());
        found.ifPresent(each -> remove(each, new Cause.Removed()));
        self.reply(request, found.map(each -> request.key().type().cast(each.handler())));
    }

    private <O extends Handler<E>> Added swap(Swap<E, O, ?> request) {
        var old = find(request.old());
        var known = old.map(each -> request.old().type().cast(each.handler()));
        Server.Factory<Handler<E>> factory = () -> request.factory().apply(known);
        return old.map(each -> replace(each, request.key(), factory))
                .orElseGet(() -> add(request.key(), factory, Optional.empty()));
    }

    /// The link to its adder goes over to the new one.
    private Added replace(Installed<E> old, Key<?> key, Server.Factory<? extends Handler<E>> factory) {
        if (!old.key().equals(key) && find(key).isPresent()) {
            return new Added.AlreadyThere();
        }
        int place = installed.indexOf(old);
        installed.remove(old);
        terminate(old, new Cause.Swapped(key));
        try {
            installed.add(place, new Installed<>(key, factory.make(), old.adder()));
        } catch (Exception thrown) {
            release(old, new Cause.Failed(thrown));
            return new Added.NotMade(thrown);
        }
        old.adder().ifPresent(adder -> adder.notices().send(new Left(old.key(), new Cause.Swapped(key))));
        return new Added.Installed();
    }

    private <H extends Handler<E>, R> void ask(Ask<E, H, R> request) {
        var found = find(request.key());
        if (found.isEmpty()) {
            self.reply(request, Optional.empty());
            return;
        }
        try {
            var handler = request.key().type().cast(found.get().handler());
            self.reply(request, Optional.of(request.question().apply(handler)));
        } catch (Exception thrown) {
            self.fail(request, thrown);
            fail(found.get(), thrown);
        }
    }

    private void fail(Installed<E> each, Exception thrown) {
        lines().handlerFailed(self.nanoTime(), each.key(), thrown);
        remove(each, new Cause.Failed(thrown));
    }

    private void orphaned(Pid<?> from, ExitReason reason) {
        for (var each : List.copyOf(installed)) {
            if (each.adder().filter(adder -> adder.pid().equals(from)).isPresent()) {
                remove(each, new Cause.Orphaned(reason));
            }
        }
    }

    private void remove(Installed<E> each, Cause cause) {
        if (installed.remove(each)) {
            terminate(each, cause);
            release(each, cause);
        }
    }

    private void terminate(Installed<E> each, Cause cause) {
        try {
            each.handler().terminate(cause);
        } catch (Exception thrown) {
            lines().handlerFailed(self.nanoTime(), each.key(), thrown);
        }
    }

    /// Tells the adder, and unlinks it when this was its last handler.
    private void release(Installed<E> each, Cause cause) {
        each.adder()
                .ifPresent(adder -> {
                    if (!(cause instanceof Cause.Orphaned)) {
                        adder.notices().send(new Left(each.key(), cause));
                    }
                    boolean last =
                            installed.stream()
                                    .flatMap(other -> other.adder().stream())
                                    .noneMatch(other -> other.pid().equals(adder.pid()));
                    if (last && !(cause instanceof Cause.Stopped)) {
                        self.unlink(adder.pid());
                    }
                });
    }

    private Optional<Installed<E>> find(Key<?> key) {
        return installed.stream().filter(each -> each.key().equals(key)).findFirst();
    }

    private Lines lines() {
        var made = lines;
        if (made == null) {
            lines = made = new Lines(EventManager.class, self.pid().path(), self.node()::config);
        }
        return made;
    }

    @SuppressWarnings("unchecked")
    private static <E> Msg<E> typed(Msg<?> message) {
        return (Msg<E>) message;
    }
}
