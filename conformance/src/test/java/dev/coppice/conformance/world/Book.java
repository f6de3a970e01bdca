package dev.coppice.conformance.world;

import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.NodeEvent;
import dev.coppice.kernel.Pid;
import dev.coppice.testkit.Oracle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/// What the actors of the simulated system write down, and what must be true of it: order per pair, requests handled at most once, one
/// down per monitor, no tick of another incarnation, no false cycle and none missed.
///
/// Only one thread moves at a time in a world, so it needs no lock.
final class Book implements Oracle {
    private record Pair(long from, long to) {}

    private record Watch(Pid<?> watcher, Pid<?> subject) {}

    /// An edge of the wait-for graph.
    private record Waits(Pid<?> callee, long since, long until) {}

    private final Map<Pair, Long> lastSeen = new HashMap<>();
    private final Set<Pair> handled = new HashSet<>();
    private final Map<Long, Watch> watches = new TreeMap<>();
    private final Map<Pid<?>, Waits> calls = new HashMap<>();
    private final Map<Long, Long> numbers = new HashMap<>();
    private final Set<Long> cancelledTimers = new HashSet<>();
    private final Set<Long> tasks = new HashSet<>();
    private final List<String> wrong = new ArrayList<>();
    private final Map<String, Long> counts = new TreeMap<>();
    private final Map<Pair, Long> replies = new HashMap<>();
    private final BooleanSupplier punctual;
    private final LongSupplier clock;
    private long tokens;
    private boolean unlucky;

    /// @param punctual whether everybody who could move has moved before the time went on
    Book(BooleanSupplier punctual, LongSupplier clock) {
        this.punctual = punctual;
        this.clock = clock;
    }

    /// While the faults last, starts and ends fail too.
    void unlucky(boolean now) {
        unlucky = now;
    }

    boolean unlucky(long random) {
        return unlucky && Math.floorMod(random, 32) == 0;
    }

    // ---- counts

    void count(String what) {
        counts.merge(what, 1L, Long::sum);
    }

    Map<String, Long> counts() {
        return counts;
    }

    /// Whatever a body finds wrong; thrown at once, it would only crash that body.
    void wrong(String what) {
        wrong.add(what);
    }

    private void require(boolean right, String otherwise) {
        if (!right) {
            wrong(otherwise);
        }
    }

    @Override
    public void begins(Pid<?> actor) {
        if (!wrong.isEmpty()) {
            throw new AssertionError(String.join("; ", wrong));
        }
    }

    // ---- order

    long next(Pid<?> sender) {
        return numbers.merge(sender.id(), 1L, Long::sum);
    }

    /// A stamped message is handled.
    void received(Pid<?> receiver, long by, long number) {
        var before = lastSeen.put(new Pair(by, receiver.id()), number);
        require(
                before == null || before < number,
                receiver + " received message " + number + " of #" + by + " after message " + before);
    }

    // ---- requests

    /// A request is handled; a second time must not be.
    void handles(Pid<?> receiver, long by, long number) {
        received(receiver, by, number);
        once(receiver, by, number);
    }

    void once(Pid<?> receiver, long by, long number) {
        require(
                handled.add(new Pair(by, number)),
                "request " + number + " of #" + by + " was handled twice, now by " + receiver);
    }

    void answered(long by, long number, long answer) {
        require(answer == number, "request " + number + " of #" + by + " was answered with " + answer);
        require(
                handled.contains(new Pair(by, number)),
                "request " + number + " of #" + by + " was answered and never handled");
    }

    /// The reply has been given.
    void replied(long by, long number) {
        replies.put(new Pair(by, number), clock.getAsLong());
    }

    void failed(long by, long number, Failure why, long until) {
        unanswered(by, number, why, until);
        boolean never =
                switch (why) {
                    case Failure.Refused(var policy) -> !policy.startsWith("abandoned");
                    case Failure.Exited(ExitReason.NoProcess()) -> true;
                    default -> false;
                };
        require(
                !never || !handled.contains(new Pair(by, number)),
                "request " + number + " of #" + by + " failed as " + why + ", and was handled");
    }

    /// One who was answered in time must not be told of a time-out.
    void unanswered(long by, long number, Failure why, long until) {
        count("call " + why.getClass().getSimpleName());
        var replied = replies.get(new Pair(by, number));
        require(
                !(why instanceof Failure.TimedOut) || replied == null || replied - until >= 0,
                "request " + number + " of #" + by + " was answered in time and timed out: " + why);
    }

    // ---- cycles: who is inside a call to whom; only of requests that are never deferred or forwarded

    void calls(Pid<?> caller, Pid<?> callee, long now, Duration patience) {
        calls.put(caller, new Waits(callee, now, now + patience.toNanos()));
    }

    void returns(Pid<?> caller) {
        calls.remove(caller);
    }

    void cycle(Failure.Cycle cycle) {
        count("cycles");
        var path = cycle.path();
        for (int i = 0; i < path.size(); i++) {
            var callee = path.get((i + 1) % path.size());
            var called = calls.get(path.get(i));
            // A kept mailbox hands its requests on to the next incarnation: then it is that one who is waited for.
            require(
                    called != null && (callee.equals(called.callee()) || !called.callee().alive()),
                    "a false cycle " + path + ": " + path.get(i) + " calls " + called + ", not " + callee);
        }
    }

    void timedOut(Pid<?> caller) {
        count("time-outs");
        if (!punctual.getAsBoolean()) {
            return; // one who was kept from moving while time went on was not waiting, and the cycle never was there at
            // one instant
        }
        var path = new ArrayList<Waits>();
        for (var edge = calls.get(caller);
                edge != null && edge.callee().alive() && !path.contains(edge);
                edge = calls.get(edge.callee())) {
            path.add(edge);
            // It was a cycle only if all of them waited at one instant.
            var began = path.stream().mapToLong(Waits::since).reduce((a, b) -> a - b > 0 ? a : b).orElseThrow();
            require(
                    !caller.equals(edge.callee()) || path.stream().anyMatch(waits -> waits.until() - began <= 0),
                    "a cycle was missed: " + caller + " timed out, and waits for itself through " + path);
        }
    }

    // ---- monitors

    long watches(Pid<?> watcher, Pid<?> subject) {
        watches.put(++tokens, new Watch(watcher, subject));
        return tokens;
    }

    void forgets(long watch) {
        watches.remove(watch);
    }

    void gone(Pid<?> watcher, long watch, Job.Gone notice) {
        count("downs");
        var known = watches.remove(watch);
        require(known != null, watcher + " was told twice, or after it had cancelled: " + notice);
        require(known == null || known.watcher().equals(watcher), watcher + " got another's " + notice);
        require(
                notice.down().who() instanceof Pid<?> pid && !pid.alive(),
                watcher + " was told " + notice + " of one that lives");
    }

    // ---- timers and tasks

    long token() {
        return ++tokens;
    }

    void cancelled(long timer) {
        cancelledTimers.add(timer);
    }

    void ticks(Pid<?> receiver, long incarnation, long timer) {
        count("ticks");
        require(receiver.id() == incarnation, receiver + " got a tick that #" + incarnation + " had asked for");
        require(
                !cancelledTimers.contains(timer),
                receiver + " got a tick of timer " + timer + " after it had cancelled that");
    }

    void begins(long task) {
        tasks.add(task);
    }

    void worked(Pid<?> receiver, long incarnation, long task) {
        count("tasks done");
        require(receiver.id() == incarnation, receiver + " got the outcome of a task of #" + incarnation);
        require(
                tasks.remove(task),
                receiver + " got the outcome of task " + task + " twice, or after it had cancelled it");
    }

    // ---- at rest

    /// Whoever still lives and watches one that is dead has been told.
    @Override
    public void quiet(Node node) {
        begins(node.root().<Pid<?>>map(pid -> pid).orElse(null));
        watches.forEach((number, watch) -> {
            if (watch.watcher().alive()
                    && !watch.subject().alive()
                    && watch.watcher().info().queued() == 0
                    && watch.watcher().info().status() == dev.coppice.kernel.ActorInfo.Status.IDLE) {
                throw new AssertionError(watch.watcher() + " was never told that " + watch.subject() + " has exited");
            }
        });
    }

    @Override
    public void closed(Node node) {
        if (!wrong.isEmpty()) {
            throw new AssertionError(String.join("; ", wrong));
        }
    }

    @Override
    public void saw(Node node, NodeEvent event) {
        count(event.getClass().getSimpleName());
        if (event instanceof NodeEvent.Undelivered(var letter)) {
            count("letter " + letter.reason().getClass().getSimpleName());
        }
    }
}
