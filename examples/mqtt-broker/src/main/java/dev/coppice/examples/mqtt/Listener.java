package dev.coppice.examples.mqtt;

import dev.coppice.kernel.Name;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttEncoder;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Holds the port, and makes an actor of each socket that comes in.
final class Listener implements Server<Listener.Msg> {
    sealed interface Msg {}

    record Accepted(Channel channel) implements Msg {}

    static final Name<Msg> NAME = Name.of("listener");
    private static final Logger LOG = LoggerFactory.getLogger(Listener.class);

    private final Broker broker;

    /// The port, and the sockets that no connection has taken over yet: closed with this actor, and late-comers at once.
    private final ChannelGroup held = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);

    Listener(Broker broker) {
        this.broker = broker;
    }

    @Override
    public void init(Self<Msg> self) throws InterruptedException {
        // First the tie, then what it holds: in whichever moment this actor is killed, the port is free before it is
        // restarted.
        self.own(() -> held.close().syncUninterruptibly());
        var settings = broker.settings();
        var binding =
                new ServerBootstrap()
                        .group(broker.io())
                        .channel(NioServerSocketChannel.class)
                        .childOption(ChannelOption.AUTO_READ, false)
                        .childOption(ChannelOption.TCP_NODELAY, true)
                        .childOption(
                                ChannelOption.WRITE_BUFFER_WATER_MARK,
                                new WriteBufferWaterMark(settings.writeBuffer() / 2, settings.writeBuffer()))
                        .childHandler(new Accepting(self))
                        .bind(settings.bind(), broker.port());
        held.add(binding.channel());
        broker.bound((InetSocketAddress) binding.sync().channel().localAddress());
        LOG.atInfo().addKeyValue("address", binding.channel().localAddress()).log("listening");
    }

    private final class Accepting extends ChannelInitializer<Channel> {
        private final Ref<Msg> listener;

        Accepting(Self<Msg> self) {
            this.listener = self.pid();
        }

        @Override
        protected void initChannel(Channel channel) {
            held.add(channel);
            broker.sockets().add(channel);
            int most = broker.settings().maxPacket();
            channel.pipeline().addLast(new Frames(most), new MqttDecoder(most), MqttEncoder.INSTANCE);
            listener.send(new Accepted(channel));
        }
    }

    @Override
    public void handle(Msg msg, Self<Msg> self) {
        switch (msg) {
            case Accepted(var channel) -> {
                if (broker.startConnection(channel, self)) {
                    held.remove(channel);
                } else {
                    LOG.atWarn().addKeyValue("remote", channel.remoteAddress()).log("refused: too many connections");
                    var _ = channel.close();
                }
            }
        }
    }
}
