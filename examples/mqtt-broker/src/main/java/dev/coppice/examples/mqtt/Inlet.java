package dev.coppice.examples.mqtt;

import dev.coppice.kernel.Ref;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.mqtt.MqttMessage;
import java.util.ArrayList;
import java.util.List;

/// Netty's end of a connection: turns what happens to the socket into messages. It decides nothing and never waits.
///
/// The socket is read only when the actor asks for more ([Channel#read]), so at most one read's packets wait in its mailbox: this is the
/// back-pressure on a client that sends faster than we route.
final class Inlet extends SimpleChannelInboundHandler<Object> implements AutoCloseable {
    private final Channel channel;
    private final Ref<Connection.Msg> connection;

    /// Of the read that is going on; used on Netty's thread only.
    private List<Packet.Inbound> read = new ArrayList<>();

    /// Whether the packet that is being read has been decoded; used on Netty's thread only.
    private boolean understood;

    /// Written by the dying actor: the end of the socket is no news then.
    private volatile boolean closed;

    Inlet(Channel channel, Ref<Connection.Msg> connection) {
        this.channel = channel;
        this.connection = connection;
    }

    /// From here on the actor gets packets, in order, one [Connection.Incoming] for each time that it asks.
    void open() {
        channel.pipeline().addLast(this);
        channel.read();
    }

    @Override
    public void close() {
        closed = true;
        var _ = channel.close();
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, Object what) {
        switch (what) {
            case MqttMessage message -> {
                read.add(Wire.decode(message));
                understood = true;
            }
            case Frames.End _ -> {
                if (!understood) {
                    read.add(Wire.malformed("its fields are longer than it is"));
                }
                understood = false;
            }
            default -> throw new IllegalArgumentException("neither a packet nor the end of one: " + what);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (read.isEmpty()) {
            ctx.read();
            return;
        }
        tell(new Connection.Incoming(read));
        read = new ArrayList<>();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        tell(new Connection.Lost("connection lost"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        tell(new Connection.Lost(String.valueOf(cause.getMessage())));
    }

    private void tell(Connection.Msg message) {
        if (!closed) {
            connection.send(message);
        }
    }
}
