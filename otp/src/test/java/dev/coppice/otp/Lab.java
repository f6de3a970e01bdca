package dev.coppice.otp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.Done;
import dev.coppice.kernel.Escalation;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.NodeEvent;
import dev.coppice.kernel.Recipe;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// Children that write down their lives, for tests on a real node: `+a` when `init` of `a` ran, `-a Shutdown` when its `terminate` did.
final class Lab {
    sealed interface Msg {}

    record Ping() implements Msg, Call<Ping, Integer> {}

    record Boom() implements Msg, Call<Boom, Done> {}

    record Quit(ExitReason reason) implements Msg {}

    record Hang(CountDownLatch until) implements Msg {}

    record Run(Work work) implements Msg {}

    @FunctionalInterface
    interface Work {
        void with(Self<Msg> self) throws Exception;
    }

    final LinkedBlockingQueue<String> log = new LinkedBlockingQueue<>();
    final Map<String, Integer> failing = new ConcurrentHashMap<>();
    final Map<String, Work> terminating = new ConcurrentHashMap<>();
    final Map<String, Work> starting = new ConcurrentHashMap<>();
    private final Map<String, Integer> incarnations = new ConcurrentHashMap<>();

    static Name<Msg> name(String id) {
        return Name.of(id);
    }

    /// A child with this name and id.
    Child child(String id) {
        return Child.server(name(id), () -> new Kid(id));
    }

    Child child(String id, Child.Restart restart) {
        return child(id).restart(restart);
    }

    Recipe<Msg> actor(String label) {
        return Server.<Msg>of(() -> new Kid(label)).labelled(label);
    }

    /// The next starts of this child fail.
    void fail(String id, int times) {
        failing.put(id, times);
    }

    void expect(String... lines) throws InterruptedException {
        for (var line : lines) {
            assertThat(log.poll(10, TimeUnit.SECONDS)).as("the next event").isEqualTo(line);
        }
    }

    /// That nothing more has happened, once the supervisor has served all that came before.
    void nothingElse(Ref<Control> supervisor) {
        supervisor.call(new Control.CountChildren());
        assertThat(log).isEmpty();
    }

    void nothingElse() {
        assertThat(log).isEmpty();
    }

    static void boom(Node node, String id) {
        node.ref(name(id)).send(new Boom());
    }

    /// Crashes it and waits until that incarnation has gone; its queue with it.
    static void crash(Node node, Name<Msg> name) {
        var pid = node.whereis(name).orElseThrow();
        pid.send(new Boom());
        pid.await();
    }

    /// What a node tells, in order.
    static <E extends NodeEvent> LinkedBlockingQueue<E> events(Node node, Class<E> type) {
        var queue = new LinkedBlockingQueue<E>();
        var _ =
                node.subscribe(
                        type,
                        node.spawn((Self<E> self) -> {
                            while (true) {
                                queue.add(self.receive());
                            }
                        }));
        return queue;
    }

    static <E> E next(LinkedBlockingQueue<E> queue) throws InterruptedException {
        var next = queue.poll(10, TimeUnit.SECONDS);
        assertThat(next).as("an event within 10 s").isNotNull();
        return next;
    }

    private final class Kid implements Server<Msg> {
        private final String id;
        private int incarnation;

        Kid(String id) {
            this.id = id;
        }

        @Override
        public void init(Self<Msg> self) throws Exception {
            if (takeFailure(id)) {
                log.add("/" + id);
                throw new IllegalStateException("cannot start " + id);
            }
            if (starting.containsKey(id)) {
                starting.get(id).with(self);
            }
            incarnation = incarnations.merge(id, 1, Integer::sum);
            log.add("+" + id);
        }

        @Override
        public void handle(Msg message, Self<Msg> self) throws Exception {
            switch (message) {
                case Ping ping -> self.reply(ping, incarnation);
                case Boom _ -> throw new IllegalStateException("boom " + id);
                case Quit(var reason) -> {
                    if (reason.escalates()) {
                        throw new Escalation("no cure for " + id);
                    }
                    self.stop(reason);
                }
                case Hang(var until) -> until.await();
                case Run(var work) -> work.with(self);
            }
        }

        @Override
        public void terminate(ExitReason reason, Self<Msg> self) throws Exception {
            if (terminating.containsKey(id)) {
                terminating.get(id).with(self);
            }
            log.add("-" + id + " " + reason.getClass().getSimpleName());
        }
    }

    private boolean takeFailure(String id) {
        var taken = new boolean[1];
        failing.computeIfPresent(
                id,
                (_, left) -> {
                    taken[0] = left > 0;
                    return left - 1;
                });
        return taken[0];
    }
}
