package dev.coppice.conformance.world;

import dev.coppice.kernel.CallFailed;
import dev.coppice.kernel.Caller;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Loop;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/// A worker of the simulated system: does what it is told, and writes down what the oracles want to know.
class Worker implements Server<Job> {

    /// A bug of a body, without a stack: thousands are thrown.
    static final class Bug extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Bug(String what) {
            super(what, null, false, false);
        }
    }

    final Book book;
    private final Map<Job.Later, Caller<Long>> later = new HashMap<>();

    Worker(Book book) {
        this.book = book;
    }

    /// The same as a loop.
    static Loop<Job> loop(Book book) {
        return self -> {
            var worker = new Worker(book);
            while (true) {
                worker.handle(self.receive(), self);
            }
        };
    }

    /// One whose start is waited for, and that says good-bye.
    static final class Careful extends Worker {
        Careful(Book book) {
            super(book);
        }

        @Override
        public void init(Self<Job> self) {
            if (book.unlucky(self.random())) {
                book.count("fault: init throws");
                throw new Bug("no luck in init");
            }
        }

        @Override
        public void terminate(ExitReason reason, Self<Job> self) {
            book.count("terminate");
            if (book.unlucky(self.random())) {
                book.count("fault: terminate throws");
                throw new Bug("no luck in terminate");
            }
        }
    }

    @Override
    public void handle(Job job, Self<Job> self) {
        switch (job) {
            case Job.Note(var by, var number) -> book.received(self.pid(), by, number);
            case Job.Break(var how) -> breakDown(how, self);
            case Job.Nap(var time) -> nap(time, self);
            case Job.Watch watch -> watch(watch, self);
            case Job.Tie tie -> tie(tie, self);
            case Job.Clock clock -> clock(clock, self);
            case Job.Work work -> work(work, self);
            case Job.Hire hire -> hire(hire, self);
            case Job.Trap() -> self.trapExits(Job.Broke::new);
            case Job.Echo echo -> {
                book.handles(self.pid(), echo.by(), echo.number());
                self.reply(echo, echo.number());
                book.replied(echo.by(), echo.number());
            }
            case Job.Relay relay -> relay(relay, self);
            case Job.Later request -> later(request, self);
            case Job.Forward forward -> {
                book.received(self.pid(), forward.by(), forward.number());
                handOn(forward, self);
            }
            case Job.Silence _ -> book.count("fault: no answer");
            case Job.Gone gone -> book.gone(self.pid(), gone.watch(), gone);
            case Job.Broke(var exit) -> {
                book.count("trapped exits");
                if (exit.from().alive() && exit.reason() instanceof ExitReason.Killed) {
                    book.wrong(self.pid() + " was told that " + exit.from() + " was killed, which lives");
                }
            }
            case Job.Tick(var incarnation, var timer) -> book.ticks(self.pid(), incarnation, timer);
            case Job.Due(var incarnation, var request) -> due(incarnation, request, self);
            case Job.Worked(var incarnation, var task, _) -> book.worked(self.pid(), incarnation, task);
        }
    }

    /// May have to wait for room there: an edge of the wait-for graph for as long.
    private void handOn(Job.Forward forward, Self<Job> self) {
        book.calls(self.pid(), forward.to(), self.nanoTime(), Duration.ZERO);
        try {
            self.forward(forward, new Job.Later(forward.by(), forward.number(), 1, Duration.ofMillis(1)), forward.to());
        } finally {
            book.returns(self.pid());
        }
    }

    private void breakDown(int how, Self<Job> self) {
        switch (Math.floorMod(how, 4)) {
            case 0 -> {
                book.count("fault: exception");
                throw new Bug("broken");
            }
            case 1 -> {
                book.count("fault: error");
                throw new StackOverflowError("as if");
            }
            case 2 -> {
                book.count("fault: stops itself");
                self.stop();
            }
            default -> {
                book.count("fault: stops itself uncleanly");
                self.stop(new ExitReason.Crashed(new Bug("by itself")));
            }
        }
    }

    private void nap(Duration time, Self<Job> self) {
        book.count("fault: slow handler");
        self.receive(message -> message instanceof Job.Silence ? null : null, time);
    }

    private void watch(Job.Watch watch, Self<Job> self) {
        var subject = watch.subject();
        if (subject.equals(self.pid())) {
            return;
        }
        var number = book.watches(self.pid(), subject);
        var monitor = self.monitor(subject, down -> new Job.Gone(number, down));
        if (watch.cancelled()) {
            monitor.cancel();
            book.forgets(number);
        }
    }

    private void tie(Job.Tie tie, Self<Job> self) {
        if (tie.unlinked()) {
            self.unlink(tie.peer());
        } else {
            book.count("fault: link");
            self.link(tie.peer());
        }
    }

    private void clock(Job.Clock clock, Self<Job> self) {
        var timer = book.token();
        var tick = new Job.Tick(self.pid().id(), timer);
        var set = clock.periodic() ? self.sendEvery(clock.delay(), tick) : self.sendAfter(clock.delay(), tick);
        if (clock.cancelled()) {
            nap(clock.delay(), self);
            set.cancel();
            book.cancelled(timer);
        }
    }

    private void work(Job.Work work, Self<Job> self) {
        var task = book.token();
        var me = self.pid().id();
        book.begins(task);
        var running = self.task(() -> Hand.work(work, book), outcome -> new Job.Worked(me, task, outcome));
        if (work.cancelled()) {
            nap(work.time(), self);
            if (running.cancel()) {
                book.worked(self.pid(), me, task);
            }
        }
    }

    private void hire(Job.Hire hire, Self<Job> self) {
        var hand = new Hand(book, hire);
        switch (Math.floorMod(hire.how(), 3)) {
            case 0 -> self.spawn(hand);
            case 1 -> self.spawnLinked(hand);
            default -> self.spawnDetached(hand);
        }
    }

    private void relay(Job.Relay relay, Self<Job> self) {
        if (relay.way().isEmpty()) {
            self.reply(relay, 1);
            return;
        }
        var next = relay.way().getFirst();
        var rest = new Job.Relay(relay.way().subList(1, relay.way().size()), relay.patience());
        self.reply(relay, 1 + called(self, next, rest));
    }

    private int called(Self<Job> self, Pid<Job> next, Job.Relay rest) {
        book.calls(self.pid(), next, self.nanoTime(), rest.patience());
        try {
            return next.within(rest.patience()).call(rest);
        } catch (CallFailed failed) {
            book.count("relay " + failed.failure().getClass().getSimpleName());
            switch (failed.failure()) {
                case Failure.Cycle cycle -> book.cycle(cycle);
                case Failure.TimedOut _ -> book.timedOut(self.pid());
                default -> {}
            }
            return 0;
        } finally {
            book.returns(self.pid());
        }
    }

    private void later(Job.Later request, Self<Job> self) {
        switch (Math.floorMod(request.how(), 3)) {
            case 0 -> self.<Long>defer(request).handTo(() -> request.number());
            case 1 -> {
                later.put(request, self.defer(request));
                self.sendAfter(request.delay(), new Job.Due(self.pid().id(), request));
            }
            default -> {
                book.count("fault: never answered");
                self.defer(request);
            }
        }
    }

    private void due(long incarnation, Job.Later request, Self<Job> self) {
        book.ticks(self.pid(), incarnation, 0);
        var caller = later.remove(request);
        if (caller != null) {
            caller.reply(request.number());
            book.replied(request.by(), request.number());
        }
    }
}
