package dev.coppice.examples.mqtt;

import static dev.coppice.otp.Child.Restart.TEMPORARY;
import static dev.coppice.otp.Child.Restart.TRANSIENT;

import dev.coppice.kernel.Loop;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import dev.coppice.otp.Backoff;
import dev.coppice.otp.Child;
import dev.coppice.otp.Control;
import dev.coppice.otp.DynamicSupervisor;
import dev.coppice.otp.DynamicSupervisor.Start.Started;
import dev.coppice.otp.DynamicSupervisor.StartChild;
import dev.coppice.otp.Supervisor;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// What a broker's actors share, and the tree that they form.
///
/// ```
/// root ── router
///      ├─ session-tree ── sessions ── one per client
///      │               └─ revival
///      ├─ connections ── one per socket
///      └─ listener
/// ```
///
/// Each of them can fail by itself: they know each other by name, and what must not be lost is in the store. They stop in reverse order:
/// first nobody comes in any more, then the sockets close, then the sessions settle their wills with the router, which goes last.
final class Broker implements AutoCloseable {
    static final Name<Control> SESSION_TREE = Name.of("session-tree");
    static final Name<DynamicSupervisor.Msg> SESSIONS = Name.of("sessions");
    static final Name<DynamicSupervisor.Msg> CONNECTIONS = Name.of("connections");

    /// A broker is to be there rather than to be right at once: it puts up with 20 failures a second, from wherever, before it gives up.
    /// That is twice what the chaos test inflicts; a fault that comes with every packet is far above it.
    private static final int FAILURES = 100;

    private static final Duration PERIOD = Duration.ofSeconds(5);

    private final Settings settings;
    private final Store store;
    private final Access access;
    private final EventLoopGroup io;
    private final ChannelGroup sockets = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);

    /// Written by the listener: a restarted one takes the port that it had, also when it was any free one.
    private volatile int port;

    Broker(Settings settings) {
        this(
                settings,
                new MultiThreadIoEventLoopGroup(
                        Runtime.getRuntime().availableProcessors(),
                        new DefaultThreadFactory("mqtt-io", true),
                        NioIoHandler.newFactory()));
    }

    /// @param io the threads of the sockets, which it closes
    Broker(Settings settings, EventLoopGroup io) {
        this.settings = settings;
        this.io = io;
        this.store = settings.store();
        this.access = settings.access();
        this.port = settings.port();
    }

    Supervisor tree() {
        return tree(List.of());
    }

    /// @param before children that start before everything else, and end after it
    Supervisor tree(List<Child> before) {
        var children = new ArrayList<>(before);
        children.addAll(inside());
        // Netty frees a closed port a moment later, when its selector has turned.
        children.add(
                Child.server(Listener.NAME, () -> new Listener(this))
                        .backoff(Backoff.between(Duration.ofMillis(20), Duration.ofSeconds(1))));
        return Supervisor.oneForOne(children.toArray(Child[]::new)).intensity(FAILURES, PERIOD);
    }

    /// All of the tree but what listens.
    List<Child> inside() {
        // A session that is not in the store yet has an actor already: hence the connections.
        var sessions =
                DynamicSupervisor.of()
                        .restart(TRANSIENT)
                        .maxChildren(settings.maxSessions() + settings.maxConnections())
                        .intensity(FAILURES, PERIOD);
        // A socket cannot be started again, so neither is its actor: the client comes back.
        var connections =
                DynamicSupervisor.of()
                        .restart(TEMPORARY)
                        .maxChildren(settings.maxConnections())
                        .intensity(FAILURES, PERIOD);
        Loop<Object> revival = this::revive;
        var sessionTree =
                Supervisor.restForOne(
                                Child.of(sessions.named(SESSIONS)), Child.of("revival", revival).restart(TRANSIENT))
                        .intensity(FAILURES, PERIOD);
        return List.of(
                Child.server(Router.NAME, () -> new Router(store, access)),
                Child.supervisor(SESSION_TREE, sessionTree),
                Child.of(connections.named(CONNECTIONS)));
    }

    /// Runs whenever the sessions' supervisor has been started anew: it has forgotten its children, the store has not.
    private void revive(Self<Object> self) {
        store.clients().forEach(client -> ensureSession(client, self));
    }

    /// Starts the session's actor unless there is one. Two may try at once: the name lets one of them win, and that is enough.
    void ensureSession(String client, Self<?> self) {
        var name = Session.name(client);
        if (self.node().whereis(name).isEmpty()) {
            var session = Server.<Session.Msg>of(() -> new Session(client, store)).named(name);
            Again.call(self, () -> self.ref(SESSIONS), new StartChild<>(session));
        }
    }

    /// @return false when there are too many
    boolean startConnection(Channel channel, Self<?> self) {
        var connection =
                Server.<Connection.Msg>of(() -> new Connection(channel, this)).labelled("" + channel.remoteAddress());
        return Again.call(self, () -> self.ref(CONNECTIONS), new StartChild<>(connection)) instanceof Started;
    }

    boolean isFull() {
        return store.clients().size() >= settings.maxSessions();
    }

    Settings settings() {
        return settings;
    }

    Store store() {
        return store;
    }

    Access access() {
        return access;
    }

    EventLoopGroup io() {
        return io;
    }

    /// The clients' sockets that are open.
    ChannelGroup sockets() {
        return sockets;
    }

    int port() {
        return port;
    }

    void bound(InetSocketAddress address) {
        port = address.getPort();
    }

    /// After the node: gives back the threads of the sockets.
    @Override
    public void close() {
        io.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
