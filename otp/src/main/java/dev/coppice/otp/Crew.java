package dev.coppice.otp;

import dev.coppice.kernel.Actor;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.NodeEvent;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.StartFailed;
import java.util.ArrayList;
import java.util.List;

/// The workers of one pool, by place: each place has a living worker, or the pool ends. Confined to the pool.
final class Crew<M> {
    private final Self<?> self;
    private final Actor<M> worker;
    private final Lines lines;
    private final List<Pid<M>> places = new ArrayList<>();
    private Intensity intensity;

    /// @param lines where it tells of starts that fail, and of its end
    Crew(Self<?> self, Actor<M> worker, Intensity intensity, Lines lines) {
        this.self = self;
        this.worker = worker;
        this.intensity = intensity;
        this.lines = lines;
    }

    int size() {
        return places.size();
    }

    /// All of them, each alive a moment ago.
    List<Pid<M>> all() {
        for (int i = 0; i < places.size(); i++) {
            get(i);
        }
        return List.copyOf(places);
    }

    /// Whose exit is on its way already has left now: nothing is handed to the dead if that can be seen.
    Pid<M> get(int place) {
        var pid = places.get(place);
        if (pid.alive()) {
            return pid;
        }
        left(pid, pid.await());
        return places.get(place);
    }

    /// A worker has ended; others than those in a place were told to, or are not ours.
    void left(Pid<?> pid, ExitReason why) {
        int place = places.indexOf(pid);
        if (place >= 0) {
            replace(place, why);
        }
    }

    /// Whether it has something to do: a snapshot.
    static boolean atWork(Pid<?> pid) {
        var info = pid.info();
        return info.queued() > 0 || info.doing().isPresent();
    }

    /// Up to this size, or down to it as long as the last one is at rest: a stop that meets an actor inside a selective receive would end
    /// it there.
    ///
    /// @throws StartFailed when a worker does not start; those before it stay
    void resize(int size) {
        while (places.size() < size) {
            places.add(self.spawnLinked(worker));
        }
        while (places.size() > size && !atWork(places.getLast())) {
            places.removeLast().stop();
        }
    }

    /// As [#resize], for a crew that is at work: a start that fails is told, and the others go on without that worker. Nobody was lost, so
    /// it does not count.
    void follow(int size) {
        try {
            resize(size);
        } catch (StartFailed failed) {
            lines.startFailed(self.nanoTime(), id(places.size()), failed.reason());
            if (failed.reason().escalates()) {
                giveUp(failed.reason());
            }
        }
    }

    /// A start that fails counts too and is tried again at once, as often as the intensity allows.
    private void replace(int place, ExitReason why) {
        var reason = why;
        while (true) {
            intensity = intensity.count(self.nanoTime());
            if (intensity.exceeded() || reason.escalates()) {
                giveUp(reason);
            }
            try {
                var pid = self.spawnLinked(worker);
                places.set(place, pid);
                self.node().publish(new NodeEvent.Restarted(self.pid(), id(place), pid, reason));
                return;
            } catch (StartFailed failed) {
                reason = failed.reason();
                lines.startFailed(self.nanoTime(), id(place), reason);
            }
        }
    }

    private void giveUp(ExitReason why) {
        lines.gaveUp("worker", why, intensity);
        self.node().publish(new NodeEvent.GaveUp(self.pid(), "worker", why));
        self.stop(
                why.escalates()
                        ? why
                        : new ExitReason.Shutdown(
                                "gave up: more replacements of workers than " + intensity + ", the last after " + why));
    }

    private static String id(int place) {
        return "worker-" + (place + 1);
    }
}
