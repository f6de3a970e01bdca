package dev.coppice.examples.mqtt;

import static io.netty.handler.codec.mqtt.MqttConnectReturnCode.CONNECTION_ACCEPTED;
import static io.netty.handler.codec.mqtt.MqttConnectReturnCode.CONNECTION_REFUSED_IDENTIFIER_REJECTED;
import static io.netty.handler.codec.mqtt.MqttConnectReturnCode.CONNECTION_REFUSED_NOT_AUTHORIZED;
import static io.netty.handler.codec.mqtt.MqttConnectReturnCode.CONNECTION_REFUSED_SERVER_UNAVAILABLE;

import dev.coppice.examples.mqtt.Store.Receipt;
import dev.coppice.kernel.Call;
import dev.coppice.kernel.Cancellable;
import dev.coppice.kernel.Down;
import dev.coppice.kernel.ExitReason.Shutdown;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.netty.handler.codec.mqtt.MqttQoS;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One client's socket, as an actor: the protocol's rules, packet by packet. What it waits for it waits for in its handler: the router
/// for each PUBLISH, so that a publisher is as fast as the router and no faster.
final class Connection implements Server<Connection.Msg> {
    sealed interface Msg {}

    /// What one read of the socket gave.
    record Incoming(List<Packet.Inbound> packets) implements Msg {}

    /// From the session; answered with [Session.Written] when the socket has taken it all.
    record Deliver(List<Packet.Outbound> packets) implements Msg {}

    /// From the session, after a PUBREC: the client's PUBREL. No [Deliver], since the end of that is what asks for the next batch.
    record Release(int id) implements Msg {}

    record Lost(String why) implements Msg {}

    record SessionGone(Down down) implements Msg {}

    /// The client may have been silent for too long.
    record Check() implements Msg {}

    private sealed interface Phase {
        record Greeting() implements Phase {}

        record Online(String client, String user, Ref<Session.Msg> session) implements Phase {}
    }

    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);
    private static final Duration FOR_EVER = Duration.ZERO;

    private final Channel channel;
    private final Broker broker;
    private Phase phase = new Phase.Greeting();

    /// How long the client may be silent.
    private Duration silence;

    private Cancellable check = () -> false;
    private Cancellable watch = () -> false;

    /// When the client's last packets were dealt with: while they are, it is not read, and so not silent.
    private long lastHeard;

    Connection(Channel channel, Broker broker) {
        this.channel = channel;
        this.broker = broker;
        this.silence = broker.settings().connectWithin();
    }

    @Override
    public void init(Self<Msg> self) {
        var inlet = new Inlet(channel, self.pid());
        self.own(inlet);
        lastHeard = self.nanoTime();
        check(self);
        inlet.open();
    }

    @Override
    public void handle(Msg msg, Self<Msg> self) {
        switch (msg) {
            case Incoming(var packets) -> {
                packets.forEach(packet -> receive(packet, self));
                readOn(self);
            }
            case Deliver(var packets) -> deliver(packets, self);
            case Release(int id) -> write(new Packet.Pubrel(id));
            case SessionGone _ -> rejoin(self);
            case Check _ -> check(self);
            case Lost(var why) -> leave(why, self);
        }
    }

    private void receive(Packet.Inbound packet, Self<Msg> self) {
        switch (phase) {
            case Phase.Greeting _ -> greet(packet, self);
            case Phase.Online o -> serve(packet, o, self);
        }
    }

    private void readOn(Self<Msg> self) {
        if (channel.isActive() && !channel.isWritable()) {
            leave("does not read its answers", self);
        }
        lastHeard = self.nanoTime();
        channel.read();
    }

    // ---- before CONNECT

    private void greet(Packet.Inbound packet, Self<Msg> self) {
        switch (packet) {
            case Packet.Connect connect -> connect(connect, self);
            case Packet.Malformed(var why, var answer) -> {
                answer.ifPresent(code -> write(new Packet.Connack(code, false)));
                refused(why, self);
            }
            default -> refused("first packet was no CONNECT: " + packet.getClass().getSimpleName(), self);
        }
    }

    private void connect(Packet.Connect connect, Self<Msg> self) {
        var code = judge(connect);
        if (code != CONNECTION_ACCEPTED) {
            write(new Packet.Connack(code, false));
            refused(code.name(), self);
        }
        var client = connect.client().isEmpty() ? "auto-" + UUID.randomUUID() : connect.client();
        var user = connect.user().orElse(Access.ANONYMOUS);
        boolean present = call(client, new Session.Attach(self.pid(), user, connect.clean(), connect.will()), self);
        phase = new Phase.Online(client, user, self.ref(Session.name(client)));
        silence = Duration.ofMillis(connect.keepAliveSeconds() * 1_500L);
        lastHeard = self.nanoTime();
        check(self);
        write(new Packet.Connack(CONNECTION_ACCEPTED, present));
        LOG.atInfo()
                .addKeyValue("client", client)
                .addKeyValue("user", user)
                .addKeyValue("remote", channel.remoteAddress())
                .addKeyValue("clean", connect.clean())
                .addKeyValue("present", present)
                .log("connected");
    }

    private MqttConnectReturnCode judge(Packet.Connect connect) {
        if (connect.client().isEmpty() && !connect.clean()) {
            return CONNECTION_REFUSED_IDENTIFIER_REJECTED;
        }
        if (broker.isFull() && broker.store().info(connect.client()).isEmpty()) {
            return CONNECTION_REFUSED_SERVER_UNAVAILABLE;
        }
        var code = broker.access().login(connect.client(), connect.user(), connect.password());
        var user = connect.user().orElse(Access.ANONYMOUS);
        boolean willAllowed =
                connect.will()
                        .map(will -> Topics.isName(will.topic()) && broker.access().mayPublish(user, will.topic()))
                        .orElse(true);
        return code == CONNECTION_ACCEPTED && !willAllowed ? CONNECTION_REFUSED_NOT_AUTHORIZED : code;
    }

    private void refused(String why, Self<Msg> self) {
        LOG.atInfo().addKeyValue("remote", channel.remoteAddress()).addKeyValue("why", why).log("refused");
        self.stop(new Shutdown(why));
    }

    // ---- after it

    private void serve(Packet.Inbound packet, Phase.Online o, Self<Msg> self) {
        switch (packet) {
            case Packet.Publish publish -> publish(publish, o, self);
            case Packet.Puback(int id) -> o.session().send(new Session.Acknowledged(id));
            case Packet.Pubrec(int id) -> o.session().send(new Session.Received(id));
            case Packet.Pubcomp(int id) -> o.session().send(new Session.Completed(id));
            case Packet.Pubrel(int id) -> {
                broker.store().release(o.client(), id);
                write(new Packet.Pubcomp(id));
            }
            case Packet.Subscribe subscribe -> subscribe(subscribe, o, self);
            case Packet.Unsubscribe(int id, var filters) -> {
                Again.call(self, () -> router(self), new Router.Unsubscribe(o.client(), filters));
                write(new Packet.Unsuback(id));
            }
            case Packet.Pingreq() -> write(new Packet.Pingresp());
            case Packet.Disconnect() -> {
                Again.call(self, o::session, new Session.Bye());
                self.stop();
            }
            case Packet.Connect _ -> leave("a second CONNECT", self);
            case Packet.Malformed(var why, _) -> leave("malformed: " + why, self);
        }
    }

    /// The answer goes out when the store has the message for everybody: before that the client must be ready to send it again.
    private void publish(Packet.Publish publish, Phase.Online o, Self<Msg> self) {
        var message = publish.message();
        if (!Topics.isName(message.topic())) {
            leave("not a topic name: " + message.topic(), self);
        }
        boolean allowed = broker.access().mayPublish(o.user(), message.topic());
        if (!allowed) {
            LOG.atInfo().addKeyValue("client", o.client()).addKeyValue("topic", message.topic()).log("publish refused");
        }
        switch (message.qos()) {
            case AT_MOST_ONCE -> {
                // Not again: should the router die over it, the message is lost rather than doubled.
                if (allowed) {
                    router(self).ask(new Router.Route(message, new Receipt.None())).await();
                }
            }
            case AT_LEAST_ONCE -> {
                if (allowed) {
                    Again.call(self, () -> router(self), new Router.Route(message, new Receipt.None()));
                }
                write(new Packet.Puback(publish.id()));
            }
            default -> {
                if (allowed) {
                    Again.call(
                            self,
                            () -> router(self),
                            new Router.Route(message, new Receipt.Exactly(o.client(), publish.id())));
                }
                write(new Packet.Pubrec(publish.id()));
            }
        }
    }

    private void subscribe(Packet.Subscribe subscribe, Phase.Online o, Self<Msg> self) {
        var granted = granted(subscribe.wishes(), o);
        Again.call(self, () -> router(self), new Router.Subscribe(o.client(), granted));
        write(
                new Packet.Suback(
                        subscribe.id(),
                        subscribe.wishes().stream()
                                .map(wish -> granted.contains(wish) ? wish.qos() : MqttQoS.FAILURE)
                                .toList()));
    }

    /// As many as there is room for. One that is there already is replaced, which needs none.
    private List<Packet.Wish> granted(List<Packet.Wish> wishes, Phase.Online o) {
        var filters = new HashSet<>(broker.store().subscriptions(o.client()).keySet());
        int most = broker.settings().maxSubscriptions();
        return wishes.stream()
                .filter(wish -> mayRead(wish, o))
                .filter(wish ->
                        filters.contains(wish.filter()) || (filters.size() < most && filters.add(wish.filter())))
                .toList();
    }

    private boolean mayRead(Packet.Wish wish, Phase.Online o) {
        boolean may = Topics.isFilter(wish.filter()) && broker.access().mayRead(o.user(), wish.filter());
        if (!may) {
            LOG.atInfo()
                    .addKeyValue("client", o.client())
                    .addKeyValue("filter", wish.filter())
                    .log("subscription refused");
        }
        return may;
    }

    /// The session has died: its next incarnation must know us. The client notices nothing.
    private void rejoin(Self<Msg> self) {
        if (phase instanceof Phase.Online o && !call(o.client(), new Session.Rejoin(self.pid()), self)) {
            leave("its session has ended", self);
        }
    }

    /// Calls the session, whichever incarnation it is. Watched before it is called: should it die after its answer, we are told.
    private boolean call(String client, Call<? extends Session.Msg, Boolean> request, Self<Msg> self) {
        return Again.call(
                self,
                () -> {
                    watch.cancel();
                    broker.ensureSession(client, self);
                    var session = self.ref(Session.name(client));
                    watch = self.monitor(session, SessionGone::new);
                    return session;
                },
                request);
    }

    private void check(Self<Msg> self) {
        check.cancel();
        var left = silence.minusNanos(self.nanoTime() - lastHeard);
        if (silence.equals(FOR_EVER)) {
            return;
        }
        if (!left.isPositive()) {
            leave("silent for " + silence, self);
        }
        check = self.sendAfter(left, new Check());
    }

    /// A clean end: that a client misbehaves, or goes away, is no fault of ours. Does not return.
    private void leave(String why, Self<Msg> self) {
        if (phase instanceof Phase.Greeting) {
            refused(why, self);
        }
        self.stop(new Shutdown(why));
    }

    private static Ref<Router.Msg> router(Self<Msg> self) {
        return self.ref(Router.NAME);
    }

    // ---- out

    private void write(Packet.Outbound packet) {
        var _ = channel.writeAndFlush(Wire.encode(packet), channel.voidPromise());
    }

    private void deliver(List<Packet.Outbound> packets, Self<Msg> self) {
        for (var packet : packets) {
            var _ = channel.write(Wire.encode(packet), channel.voidPromise());
        }
        if (phase instanceof Phase.Online(_, _, var session)) {
            var written = new Session.Written(self.pid());
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER)
                    .addListener(sent -> {
                        if (sent.isSuccess()) {
                            session.send(written);
                        }
                    });
        }
    }
}
