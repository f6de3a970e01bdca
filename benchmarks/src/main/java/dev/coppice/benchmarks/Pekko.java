package dev.coppice.benchmarks;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.MailboxSelector;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.pubsub.Topic;

/// Pekko typed, with its lightest Java behaviours; logging off. Tuned means what its own documentation offers for such a load: as many
/// dispatcher threads as cores, 64 messages a turn, and the compensation of blocked threads that suits the JDK.
final class Pekko extends Actors<ActorRef<Object>, ActorContext<Object>> {

    /// What [#TUNED] sets, in short.
    static final String TUNING = "parallelism = cores, throughput 64, minimum-runnable -1";

    private static final String COMMON =
            """
            pekko {
              loglevel = OFF
              stdout-loglevel = OFF
              log-dead-letters = off
              log-dead-letters-during-shutdown = off
              jvm-shutdown-hooks = off
            }
            bounded-mailbox {
              mailbox-type = "org.apache.pekko.dispatch.BoundedMailbox"
              mailbox-capacity = 1000
              mailbox-push-timeout-time = 60s
            }
            blocking-dispatcher {
              type = Dispatcher
              executor = "virtual-thread-executor"
            }
            """;

    private static final String TUNED =
            """
            pekko.actor.default-dispatcher {
              throughput = 64
              fork-join-executor { parallelism-min = %1$d, parallelism-max = %1$d, minimum-runnable = -1 }
            }
            """;

    private record Ask(ActorRef<Object> replyTo) {}

    // What the guardian does for the world outside: only it may start and stop top-level actors.
    private record Spawn(Behavior<Object> behaviour, Props props, CompletableFuture<ActorRef<Object>> spawned) {}

    private record Stop(ActorRef<Object> actor, CompletableFuture<Boolean> stopped) {}

    private record Stopped(CompletableFuture<Boolean> stopped) {}

    private final ActorSystem<Object> system;

    Pekko(boolean tuned) {
        int cores = Runtime.getRuntime().availableProcessors();
        Config config =
                ConfigFactory.parseString(tuned ? COMMON + TUNED.formatted(cores) : COMMON)
                        .withFallback(ConfigFactory.load());
        system = ActorSystem.create(Behaviors.receive(Pekko::guard), "bench", config);
    }

    private static Behavior<Object> guard(ActorContext<Object> context, Object message) {
        switch (message) {
            case Spawn(var behaviour, var props, var spawned) ->
                    spawned.complete(context.spawnAnonymous(behaviour, props));
            case Stop(var actor, var stopped) -> {
                context.watchWith(actor, new Stopped(stopped));
                context.stop(actor);
            }
            case Stopped(var stopped) -> stopped.complete(true);
            default -> throw new IllegalStateException("the guardian does not understand " + message);
        }
        return Behaviors.same();
    }

    private static Behavior<Object> behaviour(Body<ActorRef<Object>, ActorContext<Object>> body) {
        return Behaviors.receive(
                (context, message) -> body.handle(message, context) ? Behaviors.stopped() : Behaviors.same());
    }

    /// Its own local topic, an actor through which every message goes.
    @Override
    @SuppressWarnings("unchecked") // the topic's actor takes its own commands and is given nothing else
    Consumer<Object> topic(List<ActorRef<Object>> subscribers) {
        var behaviour = (Behavior<Object>) (Behavior<?>) Topic.create(Object.class, "bench");
        var topic = spawn(behaviour, Props.empty());
        subscribers.forEach(subscriber -> topic.tell(Topic.subscribe(subscriber)));
        return message -> topic.tell(Topic.publish(message));
    }

    private ActorRef<Object> spawn(Behavior<Object> behaviour, Props props) {
        var spawned = new CompletableFuture<ActorRef<Object>>();
        system.tell(new Spawn(behaviour, props, spawned));
        return spawned.join();
    }

    @Override
    ActorRef<Object> spawn(Body<ActorRef<Object>, ActorContext<Object>> body) {
        return spawn(behaviour(body), Props.empty());
    }

    /// The typed API's own bounded mailbox drops; this one, which makes the sender wait, comes from the classic one.
    @Override
    ActorRef<Object> spawnBounded(Body<ActorRef<Object>, ActorContext<Object>> body, int capacity) {
        return spawn(behaviour(body), MailboxSelector.fromConfig("bounded-mailbox"));
    }

    @Override
    ActorRef<Object> spawnBlocking(Body<ActorRef<Object>, ActorContext<Object>> body) {
        return spawn(behaviour(body), DispatcherSelector.fromConfig("blocking-dispatcher"));
    }

    @Override
    void send(ActorRef<Object> to, Object message) {
        to.tell(message);
    }

    @Override
    Object call(ActorRef<Object> to) throws Exception {
        return AskPattern.<Object, Object>ask(to, Ask::new, PATIENCE, system.scheduler()).toCompletableFuture().get();
    }

    @Override
    ActorRef<Object> self(ActorContext<Object> self) {
        return self.getSelf();
    }

    @Override
    ActorRef<Object> spawn(ActorContext<Object> self, Body<ActorRef<Object>, ActorContext<Object>> body) {
        return self.spawnAnonymous(behaviour(body));
    }

    @Override
    Function<ActorContext<Object>, ActorRef<Object>> nursery(Body<ActorRef<Object>, ActorContext<Object>> body) {
        var shared = behaviour(body);
        return self -> self.spawnAnonymous(shared);
    }

    @Override
    ActorRef<Object> spawnWatched(ActorContext<Object> self, Body<ActorRef<Object>, ActorContext<Object>> body) {
        var child = self.spawnAnonymous(behaviour(body));
        self.watchWith(child, EXITED);
        return child;
    }

    /// A parent that waited would block its thread: it goes on, and is told.
    @Override
    ActorRef<Object> spawnStarted(ActorContext<Object> self, Body<ActorRef<Object>, ActorContext<Object>> body) {
        var parent = self.getSelf();
        return self.spawnAnonymous(
                Behaviors.setup(context -> {
                    body.init(context);
                    parent.tell(STARTED);
                    return behaviour(body);
                }));
    }

    @Override
    void reply(ActorContext<Object> self, Object request, Object answer) {
        ((Ask) request).replyTo.tell(answer);
    }

    @Override
    boolean handlersWait() {
        return false;
    }

    @Override
    void ask(ActorContext<Object> self, ActorRef<Object> to) {
        self.ask(Object.class, to, PATIENCE, Ask::new, (answer, failure) -> failure == null ? answer : failure);
    }

    @Override
    void sendAfter(ActorContext<Object> self, Duration delay, Object message) {
        self.scheduleOnce(delay, self.getSelf(), message);
    }

    @Override
    void supervised(Supplier<Body<ActorRef<Object>, ActorContext<Object>>> body) {
        Behavior<Object> child =
                Behaviors.setup(context -> {
                    var made = body.get();
                    made.init(context);
                    return behaviour(made);
                });
        var strategy = SupervisorStrategy.restart().withLimit(1_000, Duration.ofSeconds(1)).withLoggingEnabled(false);
        spawn(Behaviors.supervise(child).onFailure(strategy), Props.empty());
    }

    @Override
    void stopTree(ActorRef<Object> top) {
        var stopped = new CompletableFuture<Boolean>();
        system.tell(new Stop(top, stopped));
        stopped.join();
    }

    @Override
    public void close() {
        system.terminate();
    }
}
