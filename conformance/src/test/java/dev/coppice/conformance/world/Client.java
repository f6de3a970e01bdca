package dev.coppice.conformance.world;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.CallFailed;
import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Loop;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.Self;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// One who uses the simulated system from outside: so many deeds, drawn by chance.
final class Client implements Loop<Job> {
    private final Book book;
    private final List<Name<Job>> names;
    private final SplittableRandom chance;
    private final int deeds;

    Client(Book book, List<Name<Job>> names, SplittableRandom chance, int deeds) {
        this.book = book;
        this.names = names;
        this.chance = chance;
        this.deeds = deeds;
    }

    @Override
    public void run(Self<Job> self) {
        for (int i = 0; i < deeds; i++) {
            try {
                deed(self);
            } catch (CallFailed failed) {
                book.count("client " + failed.failure().getClass().getSimpleName());
            }
            if (chance.nextInt(4) == 0) {
                self.receive(_ -> null, time(40));
            }
        }
    }

    private Duration time(int millis) {
        return Duration.ofNanos(1 + chance.nextLong(millis * 1_000_000L));
    }

    private Name<Job> name() {
        return names.get(chance.nextInt(names.size()));
    }

    private Pid<Job> pid(Self<Job> self) {
        for (int i = 0; i < 8; i++) {
            var holder = self.node().whereis(name());
            if (holder.isPresent()) {
                return holder.get();
            }
        }
        return self.pid();
    }

    private Ref<Job> ref(Self<Job> self) {
        return chance.nextInt(4) == 0 ? pid(self) : self.ref(name());
    }

    private void deed(Self<Job> self) {
        switch (chance.nextInt(24)) {
            case 0, 1, 2, 3 -> notes(self, ref(self));
            case 4, 5, 6, 7, 8 -> echo(self, ref(self), time(200));
            case 9 -> asks(self);
            case 10, 11, 12 -> pid(self).within(time(400)).call(relay(self));
            case 13 -> ref(self).send(new Job.Break(chance.nextInt(4)));
            case 14 -> ref(self).send(new Job.Nap(time(60)));
            case 15 -> ref(self).send(new Job.Watch(pid(self), chance.nextInt(3) == 0));
            case 16 -> ref(self).send(new Job.Tie(pid(self), chance.nextBoolean()));
            case 17 -> ref(self).send(new Job.Clock(time(50), chance.nextInt(4) == 0, chance.nextInt(3) == 0));
            case 18 -> ref(self).send(new Job.Work(time(20), chance.nextInt(9), chance.nextInt(3) == 0));
            case 19 -> ref(self).send(new Job.Hire(time(50), chance.nextInt(9)));
            case 20 -> ref(self).send(new Job.Trap());
            case 21 -> later(self);
            case 22 -> silence(self);
            default -> whereabouts(self);
        }
    }

    private void notes(Self<Job> self, Ref<Job> to) {
        for (int i = chance.nextInt(6); i >= 0; i--) {
            to.send(note(self));
        }
    }

    private Job.Note note(Self<Job> self) {
        return new Job.Note(self.pid().id(), book.next(self.pid()));
    }

    private void echo(Self<Job> self, Ref<Job> to, Duration patience) {
        var number = book.next(self.pid());
        var me = self.pid().id();
        var until = self.nanoTime() + patience.toNanos();
        try {
            book.answered(me, number, to.within(patience).call(new Job.Echo(me, number)));
        } catch (CallFailed failed) {
            book.failed(me, number, failed.failure(), until);
        }
    }

    /// Several at once; looks at the answers afterwards.
    private void asks(Self<Job> self) {
        record Asked(long number, dev.coppice.kernel.Pending<Long> pending) {}
        var patience = time(200);
        var to = ref(self).within(patience);
        var until = self.nanoTime() + patience.toNanos();
        var me = self.pid().id();
        var asked = new ArrayList<Asked>();
        for (int i = 0; i < 3; i++) {
            var number = book.next(self.pid());
            asked.add(new Asked(number, to.ask(new Job.Echo(me, number))));
        }
        if (chance.nextInt(4) == 0) {
            asked.removeLast().pending().abandon();
        }
        for (var request : asked) {
            switch (request.pending().await()) {
                case dev.coppice.kernel.Outcome.Replied<Long>(var answer) ->
                        book.answered(me, request.number(), answer);
                case dev.coppice.kernel.Outcome.Failed<Long>(var why) -> book.failed(me, request.number(), why, until);
            }
        }
    }

    private Job.Relay relay(Self<Job> self) {
        var way = new ArrayList<Pid<Job>>();
        for (int i = 1 + chance.nextInt(4); i > 0; i--) {
            way.add(pid(self));
        }
        way.removeIf(self.pid()::equals);
        return new Job.Relay(List.copyOf(way), time(200));
    }

    private void later(Self<Job> self) {
        var number = book.next(self.pid());
        var me = self.pid().id();
        Call<? extends Job, Long> request =
                chance.nextBoolean()
                        ? new Job.Later(me, number, chance.nextInt(3), time(40))
                        : new Job.Forward(me, number, pid(self));
        var patience = time(100);
        var until = self.nanoTime() + patience.toNanos();
        try {
            var answer = ref(self).within(patience).call(request);
            if (answer != number) {
                book.wrong(self.pid() + " got " + answer + " to " + request);
            }
        } catch (CallFailed failed) {
            book.unanswered(me, number, failed.failure(), until);
        }
    }

    private void silence(Self<Job> self) {
        try {
            ref(self).within(time(100)).call(new Job.Silence());
            book.wrong("silence was answered");
        } catch (CallFailed failed) {
            if (failed.failure() instanceof Failure.Unanswered) {
                book.count("unanswered");
            }
        }
    }

    /// A name leads to one that lives or to nobody, and an end that was awaited has come.
    private void whereabouts(Self<Job> self) {
        self.node()
                .whereis(name())
                .ifPresent(pid -> {
                    if (!pid.alive()) {
                        book.wrong("a name led to the dead " + pid);
                    }
                    if (!pid.equals(self.pid()) && chance.nextInt(3) == 0) {
                        pid.stop();
                        if (pid.await(time(300)).isPresent() && pid.alive()) {
                            book.wrong(pid + " lives after its end was awaited");
                        }
                    }
                });
    }
}
