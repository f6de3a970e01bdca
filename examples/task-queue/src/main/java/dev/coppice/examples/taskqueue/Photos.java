package dev.coppice.examples.taskqueue;

import dev.coppice.kernel.Loop;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Self;
import dev.coppice.otp.Backoff;
import dev.coppice.otp.Child;
import dev.coppice.otp.Supervisor;
import dev.coppice.otp.WorkQueue;
import dev.coppice.otp.WorkQueue.Counts;
import dev.coppice.otp.WorkQueue.DeadJobs;
import dev.coppice.otp.WorkQueue.Job;
import dev.coppice.otp.WorkQueue.Statistics;
import dev.coppice.otp.WorkQueue.Submit;
import java.time.Duration;
import java.util.List;

/// Photos wait in a queue; three workers take them; what fails is tried again, and after three attempts given up.
public final class Photos {
    static final Name<WorkQueue.Msg<String>> QUEUE = Name.of("photos");

    private Photos() {}

    static Supervisor tree(Studio studio) {
        var queue =
                WorkQueue.<String>of(3, studio::develop)
                        .attempts(3)
                        .backoff(Backoff.between(Duration.ofMillis(20), Duration.ofMillis(200)));
        return Supervisor.oneForOne(Child.of(queue.named(QUEUE)));
    }

    /// A worker from outside, which takes a job and dies with it in hand.
    static void clumsy(Self<Job<String>> self) {
        WorkQueue.take(self, self.ref(QUEUE), job -> job);
        self.ready();
        IO.println("a helper took \"" + self.receive().work() + "\" and ran away");
    }

    /// Waits until nothing is left to do.
    static Counts drained(Node node) throws InterruptedException {
        while (true) {
            var counts = node.ref(QUEUE).call(new Statistics<>());
            if (counts.waiting() + counts.running() + counts.delayed() == 0) {
                return counts;
            }
            Thread.sleep(5);
        }
    }

    public static void main(String[] args) throws InterruptedException {
        var studio = new Studio();
        try (var node = Node.start(tree(studio))) {
            var queue = node.ref(QUEUE);
            Loop<Job<String>> clumsy = Photos::clumsy;
            var helper = node.spawn(clumsy.recipe().acknowledged());
            for (var photo : List.of("beach", "shaky dog", "torn map", "city", "forest", "lake")) {
                queue.call(new Submit<>(photo));
            }
            helper.await();
            var counts = drained(node);
            IO.println("done: " + String.join(", ", studio.prints().keySet().stream().sorted().toList()));
            IO.println(counts.retried() + " times tried again");
            queue.call(new DeadJobs<>())
                    .forEach(dead ->
                            IO.println("given up after " + dead.attempts() + " attempts: \"" + dead.work() + "\""));
        }
    }
}
