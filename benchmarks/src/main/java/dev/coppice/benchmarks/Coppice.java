package dev.coppice.benchmarks;

import dev.coppice.kernel.Actor;
import dev.coppice.kernel.Call;
import dev.coppice.kernel.Mailbox;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import dev.coppice.otp.Child;
import dev.coppice.otp.Supervisor;
import dev.coppice.otp.Topic;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/// Coppice, each actor a [Server]. All of its semantics are on; nothing is configured.
class Coppice extends Actors<Ref<Object>, Self<Object>> {

    private record Ask() implements Call<Ask, Object> {}

    final Node node = Node.start();

    /// A server whose every behaviour is its body's.
    private static class Plain implements Server<Object> {
        final Body<Ref<Object>, Self<Object>> body;

        Plain(Body<Ref<Object>, Self<Object>> body) {
            this.body = body;
        }

        @Override
        public void handle(Object message, Self<Object> self) throws Exception {
            if (body.handle(message, self)) {
                self.stop();
            }
        }
    }

    /// The same with an `init`, for which the starter waits.
    private static final class Initialised extends Plain {
        Initialised(Body<Ref<Object>, Self<Object>> body) {
            super(body);
        }

        @Override
        public void init(Self<Object> self) {
            body.init(self);
        }
    }

    /// The recipe of an actor with this body.
    Actor<Object> recipe(Body<Ref<Object>, Self<Object>> body) {
        return Server.of(() -> new Plain(body));
    }

    /// The recipe of one whose start is waited for, with a new body for each incarnation.
    Actor<Object> initialised(Supplier<Body<Ref<Object>, Self<Object>>> body) {
        return Server.of(() -> new Initialised(body.get()));
    }

    @Override
    Ref<Object> spawn(Body<Ref<Object>, Self<Object>> body) {
        return node.spawn(recipe(body));
    }

    @Override
    Ref<Object> spawnBounded(Body<Ref<Object>, Self<Object>> body, int capacity) {
        return node.spawn(recipe(body).mailbox(Mailbox.blocking(capacity)));
    }

    @Override
    void send(Ref<Object> to, Object message) {
        to.send(message);
    }

    @Override
    Object call(Ref<Object> to) {
        return to.call(new Ask());
    }

    @Override
    Ref<Object> self(Self<Object> self) {
        return self.pid();
    }

    @Override
    Ref<Object> spawn(Self<Object> self, Body<Ref<Object>, Self<Object>> body) {
        return self.spawn(recipe(body));
    }

    @Override
    Function<Self<Object>, Ref<Object>> nursery(Body<Ref<Object>, Self<Object>> body) {
        var shared = recipe(body);
        return self -> self.spawn(shared);
    }

    @Override
    Ref<Object> spawnWatched(Self<Object> self, Body<Ref<Object>, Self<Object>> body) {
        Ref<Object> child = self.spawn(recipe(body));
        self.monitor(child, _ -> EXITED);
        return child;
    }

    @Override
    Ref<Object> spawnStarted(Self<Object> self, Body<Ref<Object>, Self<Object>> body) {
        return self.spawn(initialised(() -> body));
    }

    @Override
    void reply(Self<Object> self, Object request, Object answer) {
        self.reply((Ask) request, answer);
    }

    @Override
    boolean handlersWait() {
        return true;
    }

    @Override
    Object call(Self<Object> self, Ref<Object> to) {
        return to.call(new Ask());
    }

    @Override
    void sendAfter(Self<Object> self, Duration delay, Object message) {
        self.sendAfter(delay, message);
    }

    @Override
    void receive(Self<Object> self, Object wanted) {
        self.receive(message -> message == wanted ? wanted : null);
    }

    @Override
    Consumer<Object> topic(List<Ref<Object>> subscribers) {
        Topic<Object> topic = Topic.of("bench");
        subscribers.forEach(subscriber -> topic.subscribe(subscriber, "#"));
        return topic::publish;
    }

    @Override
    void supervised(Supplier<Body<Ref<Object>, Self<Object>>> body) {
        node.spawn(Supervisor.oneForOne(Child.of("child", initialised(body))).intensity(1_000, Duration.ofSeconds(1)));
    }

    @Override
    void stopTree(Ref<Object> top) {
        var pid = (Pid<Object>) top;
        pid.stop();
        pid.await();
    }

    @Override
    public void close() {
        node.close();
    }
}
