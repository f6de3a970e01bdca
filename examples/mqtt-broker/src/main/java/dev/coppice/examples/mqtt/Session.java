package dev.coppice.examples.mqtt;

import dev.coppice.examples.mqtt.Store.Receipt;
import dev.coppice.kernel.Call;
import dev.coppice.kernel.Caller;
import dev.coppice.kernel.Done;
import dev.coppice.kernel.Down;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.ExitReason.Shutdown;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One client's session: delivers what the store has queued for it, to whichever connection the client has now, and outlives that.
///
/// Everything that must not be lost is in the store. So a session that is killed costs its client nothing: the next incarnation is told
/// by the connection that it is there ([Rejoin]), and goes on with what is under way.
final class Session implements Server<Session.Msg> {
    sealed interface Msg {}

    /// A connection for this session, in place of any other; answered when that one is gone: was the session there before?
    record Attach(Pid<Connection.Msg> connection, String user, boolean clean, Optional<Message> will)
            implements Msg, Call<Attach, Boolean> {}

    /// "I am your connection" to a new incarnation; false when the session has been taken or given up meanwhile.
    record Rejoin(Pid<Connection.Msg> connection) implements Msg, Call<Rejoin, Boolean> {}

    /// The client says good-bye: no will.
    record Bye() implements Msg, Call<Bye, Done> {}

    record Acknowledged(int id) implements Msg {}

    record Received(int id) implements Msg {}

    record Completed(int id) implements Msg {}

    /// There may be something in the queue.
    record Wake() implements Msg {}

    /// The socket has taken the last delivery: the next may follow. This is how a slow client slows down nobody but itself.
    record Written(Pid<Connection.Msg> by) implements Msg {}

    record Gone(Down down) implements Msg {}

    /// The time is over within which the connection of an earlier incarnation would have rejoined.
    record Alone() implements Msg {}

    private static final Logger LOG = LoggerFactory.getLogger(Session.class);
    private static final Duration GRACE = Duration.ofSeconds(5);
    private static final int BATCH = 64;
    static final int BATCH_BYTES = 64 * 1024;

    private record Newcomer(Attach attach, Caller<Boolean> caller) {}

    private final String client;
    private final Store store;
    private Optional<Pid<Connection.Msg>> connection = Optional.empty();
    private Optional<Newcomer> newcomer = Optional.empty();
    private boolean writing;

    Session(String client, Store store) {
        this.client = client;
        this.store = store;
    }

    /// Client ids are any text, names are not.
    static Name<Msg> name(String client) {
        return Name.of("session:" + URLEncoder.encode(client, StandardCharsets.UTF_8));
    }

    @Override
    public void init(Self<Msg> self) {
        self.sendAfter(GRACE, new Alone());
    }

    @Override
    public void handle(Msg msg, Self<Msg> self) {
        switch (msg) {
            case Attach a -> attach(a, self);
            case Rejoin r -> self.reply(r, rejoin(r.connection(), self));
            case Bye b -> {
                store.dropWill(client);
                self.done(b);
            }
            case Acknowledged(int id) -> {
                store.acknowledged(client, id);
                deliver();
            }
            case Received(int id) -> {
                store.received(client, id);
                connection.ifPresent(c -> c.send(new Connection.Release(id)));
            }
            case Completed(int id) -> {
                store.completed(client, id);
                deliver();
            }
            case Wake _ -> deliver();
            case Written(var by) -> {
                if (connection.equals(Optional.of(by))) { // not that of one that has been taken over since
                    writing = false;
                    deliver();
                }
            }
            case Gone(Down(_, var reason)) -> {
                disconnected(reason);
                left(self);
            }
            case Alone _ -> {
                if (connection.isEmpty()) {
                    left(self);
                }
            }
        }
    }

    /// When the broker stops, the order to end may come before the notice of the connection, which ended first.
    @Override
    public void terminate(ExitReason reason, Self<Msg> self) {
        if (connection.isPresent() && !connection.get().alive()) {
            disconnected(reason);
        }
    }

    private void disconnected(ExitReason reason) {
        LOG.atInfo().addKeyValue("client", client).addKeyValue("reason", reason).log("disconnected");
    }

    /// Take-over: the old connection is told to go, and the newcomer waits for its end. So nothing that the old one still said can be
    /// taken for the new one's: it was received before its down.
    private void attach(Attach attach, Self<Msg> self) {
        if (connection.isEmpty()) {
            store.info(client).filter(was -> isLeft(was, attach)).ifPresent(was -> settle(was, self));
            self.reply(attach, open(attach, self));
            online(attach.connection(), self);
            return;
        }
        connection.get().exit(new Shutdown("taken over"));
        newcomer.ifPresent(Session::turnAway);
        newcomer = Optional.of(new Newcomer(attach, self.defer(attach)));
    }

    /// Somebody was connected to an earlier incarnation, and is not any more. The newcomer itself, which asks again when that died over its
    /// answer, is known by its will: this very one, not an equal one.
    private static boolean isLeft(Store.Summary was, Attach attach) {
        return was.online() && was.will().filter(will -> will != attach.will().orElse(null)).isPresent();
    }

    /// One that still waits is told to go in the same way: were it only answered with a failure, it would ask again.
    private static void turnAway(Newcomer earlier) {
        earlier.attach().connection().exit(new Shutdown("taken over"));
        earlier.caller().fail(new IllegalStateException("taken over by a later connection"));
    }

    /// A session belongs to the user who made it: another one's is not handed out under the same client id.
    private boolean open(Attach attach, Self<Msg> self) {
        var old = store.info(client);
        if (old.isPresent() && (attach.clean() || old.get().clean() || !old.get().user().equals(attach.user()))) {
            Again.call(self, () -> router(self), new Router.Forget(client));
        }
        return store.open(client, attach.user(), attach.clean(), attach.will());
    }

    private boolean rejoin(Pid<Connection.Msg> old, Self<Msg> self) {
        boolean mine = connection.isEmpty() && store.info(client).map(Store.Summary::online).orElse(false);
        if (mine) {
            online(old, self);
        }
        return connection.equals(Optional.of(old));
    }

    private void online(Pid<Connection.Msg> now, Self<Msg> self) {
        connection = Optional.of(now);
        self.monitor(now, Gone::new);
        store.resend(client);
        writing = false;
        deliver();
    }

    private void deliver() {
        if (connection.isPresent() && !writing) {
            var packets = store.next(client, BATCH, BATCH_BYTES);
            if (!packets.isEmpty()) {
                writing = true;
                connection.get().send(new Connection.Deliver(packets));
            }
        }
    }

    /// Nobody is connected any more, whatever the reason and whichever incarnation notices it.
    private void left(Self<Msg> self) {
        connection = Optional.empty();
        var info = store.info(client);
        info.filter(Store.Summary::online).ifPresent(was -> settle(was, self));
        if (newcomer.isPresent()) {
            var next = newcomer.get();
            newcomer = Optional.empty();
            next.caller().reply(open(next.attach(), self));
            online(next.attach().connection(), self);
        } else if (info.isEmpty() || info.get().clean()) {
            self.stop();
        }
    }

    private void settle(Store.Summary was, Self<Msg> self) {
        was.will()
                .ifPresent(will -> {
                    Again.call(self, () -> router(self), new Router.Route(will, new Receipt.Will(client)));
                    LOG.atInfo().addKeyValue("client", client).addKeyValue("topic", will.topic()).log("will published");
                });
        if (was.clean()) {
            Again.call(self, () -> router(self), new Router.Forget(client));
        } else {
            store.offline(client);
        }
    }

    private static Ref<Router.Msg> router(Self<Msg> self) {
        return self.ref(Router.NAME);
    }
}
