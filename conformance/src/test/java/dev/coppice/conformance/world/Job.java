package dev.coppice.conformance.world;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.Down;
import dev.coppice.kernel.Exit;
import dev.coppice.kernel.Outcome;
import dev.coppice.kernel.Pid;
import java.time.Duration;
import java.util.List;

/// What the workers of the simulated system are told. `by` and `number` stamp what its sender sent: each sender counts up.
sealed interface Job {

    // ---- messages

    record Note(long by, long number) implements Job {}

    /// Throws: an exception, an error, or exits in order.
    record Break(int how) implements Job {}

    /// Waits inside the handler.
    record Nap(Duration time) implements Job {}

    record Watch(Pid<?> subject, boolean cancelled) implements Job {}

    record Tie(Pid<?> peer, boolean unlinked) implements Job {}

    record Clock(Duration delay, boolean periodic, boolean cancelled) implements Job {}

    record Work(Duration time, int how, boolean cancelled) implements Job {}

    record Hire(Duration life, int how) implements Job {}

    record Trap() implements Job {}

    // ---- requests

    record Echo(long by, long number) implements Job, Call<Echo, Long> {}

    /// Calls the first of these with the rest of them, and answers with how many answered.
    record Relay(List<Pid<Job>> way, Duration patience) implements Job, Call<Relay, Integer> {}

    /// Is answered later: by a timer, by a task, or never.
    record Later(long by, long number, int how, Duration delay) implements Job, Call<Later, Long> {}

    record Forward(long by, long number, Pid<Job> to) implements Job, Call<Forward, Long> {}

    record Silence() implements Job, Call<Silence, Integer> {}

    // ---- notices

    record Gone(long watch, Down down) implements Job {}

    record Broke(Exit exit) implements Job {}

    record Tick(long incarnation, long timer) implements Job {}

    record Due(long incarnation, Later request) implements Job {}

    record Worked(long incarnation, long task, Outcome<Long> outcome) implements Job {}
}
