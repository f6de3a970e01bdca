package dev.coppice.examples.mqtt;

import dev.coppice.kernel.Ref;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.mqtt.MqttMessage;

/// Netty's end of a connection: turns what happens to the socket into messages. It decides nothing and never waits.
final class Inlet extends SimpleChannelInboundHandler<MqttMessage> {
    private final Ref<Connection.Msg> connection;

    Inlet(Ref<Connection.Msg> connection) {
        this.connection = connection;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, MqttMessage message) {
        connection.send(new Connection.Incoming(Wire.decode(message)));
    }

    /// The socket is read only when the actor asks for more: this is the back-pressure on a client that sends faster than we route.
    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        connection.send(new Connection.Drained());
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        connection.send(new Connection.Lost("connection lost"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        connection.send(new Connection.Lost(String.valueOf(cause.getMessage())));
        ctx.close();
    }
}
