package dev.coppice.conformance.world;

import dev.coppice.kernel.Mailbox;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.Recipe;
import dev.coppice.kernel.Server;
import dev.coppice.otp.Backoff;
import dev.coppice.otp.Child;
import dev.coppice.otp.Supervisor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/// The simulated system: a tree of three levels, every knob of which the seed turns.
final class Garden {
    static final List<Name<Job>> NAMES = IntStream.range(0, 8).mapToObj(i -> Name.<Job>of("w" + i)).toList();

    /// Longer than all leaps of the clock together: an actor that did not get to move meanwhile is not to be taken for one that hangs.
    static final Duration PATIENT = Duration.ofMinutes(10);

    private final Book book;
    private final SplittableRandom chance;
    private final Map<String, Supervisor> supervisors = new HashMap<>();
    private final Set<Supervisor> parallel = new HashSet<>();

    Garden(Book book, SplittableRandom chance) {
        this.book = book;
        this.chance = chance;
    }

    /// The root gives up only when it restarts without end, so that the whole run is one life; the others do, and their parents restart
    /// them.
    Supervisor tree() {
        var deep = branch(worker(6), worker(7));
        var back = branch(worker(3), supervisor("deep", deep), worker(4));
        var front = branch(worker(0), worker(1), worker(2));
        return Supervisor.oneForOne(supervisor("front", front), supervisor("back", back), worker(5))
                .intensity(200, Duration.ofMillis(1));
    }

    /// Labelled, so that a trace says which one it is.
    private Child supervisor(String id, Supervisor supervisor) {
        supervisors.put(id, supervisor);
        return Child.of(id, supervisor.labelled(id));
    }

    boolean stopsInParallel(Supervisor supervisor) {
        return parallel.contains(supervisor);
    }

    /// By their ids, once the tree has been made.
    Map<String, Supervisor> supervisors() {
        return supervisors;
    }

    private Supervisor branch(Child... children) {
        var supervisor =
                switch (chance.nextInt(3)) {
                    case 0 -> Supervisor.oneForAll(children);
                    case 1 -> Supervisor.restForOne(children);
                    default -> Supervisor.oneForOne(children);
                };
        var strict = supervisor.intensity(1 + chance.nextInt(20), Duration.ofMillis(1 + chance.nextInt(5_000)));
        var waiting =
                chance.nextInt(3) == 0
                        ? strict.backoff(
                                Backoff.between(Duration.ofMillis(1), Duration.ofMillis(1 + chance.nextInt(200))))
                        : strict;
        if (chance.nextInt(4) > 0) {
            return waiting;
        }
        var together = waiting.parallelStop();
        parallel.add(together);
        return together;
    }

    private Child worker(int number) {
        var child = Child.of(recipe(NAMES.get(number)).mailbox(mailbox()));
        return switch (chance.nextInt(4)) {
            case 0 -> child.shutdown(Child.Shutdown.brutal());
            case 1 -> child.shutdown(Child.Shutdown.after(Duration.ofMillis(1 + chance.nextInt(100))));
            default -> child;
        };
    }

    private Recipe<Job> recipe(Name<Job> name) {
        return switch (chance.nextInt(3)) {
            case 0 -> Worker.loop(book).named(name);
            case 1 -> Server.of(() -> new Worker.Careful(book)).initWithin(PATIENT).named(name);
            default -> Server.of(() -> new Worker(book)).named(name);
        };
    }

    private Mailbox mailbox() {
        var mailbox =
                switch (chance.nextInt(8)) {
                    case 0 ->
                            Mailbox.blocking(1 + chance.nextInt(4))
                                    .patience(Duration.ofMillis(1 + chance.nextInt(200)));
                    case 1 -> Mailbox.rejecting(1 + chance.nextInt(4));
                    case 2 -> Mailbox.droppingNewest(1 + chance.nextInt(4));
                    case 3 -> Mailbox.droppingOldest(1 + chance.nextInt(4));
                    default -> Mailbox.unbounded();
                };
        return chance.nextInt(4) == 0 ? mailbox.keptAcrossRestarts() : mailbox;
    }

    List<Client> clients() {
        var clients = new ArrayList<Client>();
        for (int i = 2 + chance.nextInt(3); i > 0; i--) {
            clients.add(new Client(book, NAMES, chance.split(), 8 + chance.nextInt(16)));
        }
        return clients;
    }
}
