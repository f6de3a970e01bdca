package dev.coppice.otp;

import dev.coppice.kernel.ActorInfo;
import dev.coppice.kernel.Call;
import dev.coppice.kernel.CallFailed;
import dev.coppice.kernel.Caller;
import dev.coppice.kernel.Exit;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Outcome;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/// The interpreter of [Routing] and [Sizing]. What is not its own message is a worker's.
final class PoolServer<M> implements Server<Object> {
    private record Left(Exit exit) {}

    private record Look() {}

    private record Answered(long gathering, Outcome<?> outcome) {}

    /// A request that all workers were asked.
    private static final class Gathering<R> {
        final Caller<R> caller;
        int open;

        Gathering(Caller<R> caller, int open) {
            this.caller = caller;
            this.open = open;
        }
    }

    private final Pool<M> pool;
    private final Map<Long, Gathering<?>> gatherings = new HashMap<>();
    private Self<Object> self;
    private Lines lines;
    private Crew<M> crew;
    private long turn;
    private boolean looking;

    @SuppressWarnings("NullAway.Init") // the rest is set by init, before anything else
    PoolServer(Pool<M> pool) {
        this.pool = pool;
    }

    @Override
    public void init(Self<Object> self) {
        this.self = self;
        self.trapExits(Left::new);
        lines = new Lines(Pool.class, self.pid().path(), self.node()::config);
        crew = new Crew<>(self, pool.worker(), pool.intensity(), lines);
        crew.resize(pool.sizing().min());
    }

    @Override
    @SuppressWarnings("unchecked") // what is not its own came through a Ref<M>
    public void handle(Object message, Self<Object> self) {
        switch (message) {
            case Left(Exit(var from, var reason)) -> crew.left(from, reason);
            case Look() -> look();
            case Answered(var gathering, var outcome) -> answered(gathering, outcome);
            default -> {
                route((M) message);
                watchTheLoad();
            }
        }
    }

    @Override
    public void terminate(ExitReason reason, Self<Object> self) {
        if (lines != null) {
            lines.summary();
        }
    }

    // ---- route

    private void route(M message) {
        switch (pool.routing()) {
            case Routing.Broadcast<M> _ when message instanceof Call<?, ?> request ->
                    refuseOrBroadcast(request, message);
            case Routing.ScatterGatherFirst<M> _ when message instanceof Call<?, ?> request -> gather(request, message);
            case Routing.Broadcast<M> _ -> broadcast(message);
            case Routing.ScatterGatherFirst<M> _ -> broadcast(message);
            case Routing.ConsistentHash<M> _ -> byKey(message);
            default -> hand(message, choose(message));
        }
    }

    private int choose(M message) {
        return Routing.choose(pool.routing(), message, crew.size(), turn++, self::random, i -> load(crew.get(i)));
    }

    /// The user's function runs here: only its own message fails with it.
    private void byKey(M message) {
        int place;
        try {
            place = choose(message);
        } catch (IllegalArgumentException noKey) {
            refuse(new IllegalArgumentException(self.pid().path() + " has " + noKey.getMessage(), noKey.getCause()));
            return;
        }
        hand(message, place);
    }

    private void refuse(IllegalArgumentException why) {
        self.deferCurrent().ifPresentOrElse(caller -> caller.fail(why), () -> lines.unroutable(self.nanoTime(), why));
    }

    private void hand(M message, int place) {
        var worker = crew.get(place);
        if (message instanceof Call<?, ?> request) {
            forward(request, worker);
        } else {
            worker.send(message);
        }
    }

    @SuppressWarnings("unchecked") // a request that came through a Ref<M> is an M
    private <R> void forward(Call<?, R> request, Pid<M> worker) {
        self.forward((Call<? extends M, R>) request, worker);
    }

    private void broadcast(M message) {
        crew.all().forEach(worker -> worker.send(message));
    }

    private <R> void refuseOrBroadcast(Call<?, R> request, M message) {
        var caller = self.defer(request);
        if (caller.waiting()) {
            caller.fail(
                    new IllegalArgumentException(
                            "a broadcast has no single answer: send the message, or use Routing.ScatterGatherFirst"));
        } else {
            broadcast(message);
        }
    }

    @SuppressWarnings("unchecked") // a request that came through a Ref<M> is an M
    private <R> void gather(Call<?, R> request, M message) {
        var left = self.remaining().orElse(Limits.FOREVER);
        var caller = self.defer(request);
        if (!caller.waiting()) {
            broadcast(message);
            return;
        }
        long number = turn++;
        var patience = left.isPositive() ? left : Duration.ofNanos(1);
        var workers = crew.all();
        gatherings.put(number, new Gathering<>(caller, workers.size()));
        for (var worker : workers) {
            self.ask(worker.within(patience), (Call<? extends M, R>) request, outcome -> new Answered(number, outcome));
        }
    }

    @SuppressWarnings("unchecked") // the outcome is that of the gathering's own request
    private <R> void answered(long number, Outcome<R> outcome) {
        var gathering = (Gathering<R>) gatherings.get(number);
        if (gathering == null) {
            return; // answered by a faster one
        }
        gathering.open--;
        switch (outcome) {
            case Outcome.Replied<R>(R value) -> {
                gatherings.remove(number);
                gathering.caller.reply(value);
            }
            case Outcome.Failed<R>(var why) when gathering.open == 0 -> {
                gatherings.remove(number);
                gathering.caller.fail(new CallFailed(why));
            }
            case Outcome.Failed<R> _ -> {}
        }
    }

    // ---- size

    /// Looks while there is something to see: a pool at rest has no timer.
    private void watchTheLoad() {
        if (!looking && !pool.sizing().isFixed()) {
            looking = true;
            self.sendAfter(pool.sizing().every(), new Look());
        }
    }

    private void look() {
        int busy = 0;
        int waiting = 0;
        for (var worker : crew.all()) {
            var info = worker.info();
            waiting += info.queued();
            busy += isBusy(info) ? 1 : 0;
        }
        crew.follow(pool.sizing().next(crew.size(), busy, waiting));
        looking = false;
        if (busy + waiting > 0 || crew.size() > pool.sizing().min()) {
            watchTheLoad();
        }
    }

    private static int load(Pid<?> worker) {
        var info = worker.info();
        return info.queued() + (isBusy(info) ? 1 : 0);
    }

    private static boolean isBusy(ActorInfo info) {
        return info.status() == ActorInfo.Status.RUNNING || info.doing().isPresent();
    }
}
