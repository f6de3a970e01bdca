package dev.coppice.examples.mqtt;

import dev.coppice.kernel.CallFailed;
import dev.coppice.kernel.Loop;
import dev.coppice.kernel.Self;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.mqtt.MqttConnAckMessage;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageBuilders;
import io.netty.handler.codec.mqtt.MqttMessageIdVariableHeader;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.netty.handler.codec.mqtt.MqttVersion;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// A client in a World, with a persistent session: an actor whose socket is Netty's embedded channel, so that nothing between it and the
/// broker has a thread of its own. It comes back whenever its connection is gone, and now and then leaves without a word, or
/// comes a second time while its first connection still stands.
abstract class Visitor implements Loop<Object> {
    private static final Duration STEP = Duration.ofMillis(2);
    private static final Duration STROLL = Duration.ofMillis(100);

    /// What a client puts up with before it takes its connection for dead.
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    final String id;
    final Broker broker;

    /// How often it has come: the number of each visit is in its will.
    int tries;

    /// How often it was let in, and how often it was told then that its session was there.
    int visits;

    int known;
    private EmbeddedChannel channel = gone();
    private final List<EmbeddedChannel> left = new ArrayList<>();
    private boolean online;
    private long heard;
    private boolean restless = true;

    /// Written by the test.
    boolean stopping;

    Visitor(String id, Broker broker) {
        this.id = id;
        this.broker = broker;
    }

    private static EmbeddedChannel gone() {
        var channel = new EmbeddedChannel();
        channel.close();
        return channel;
    }

    @Override
    public final void run(Self<Object> self) {
        while (!stopping) {
            if (channel.isOpen()) {
                listen(self);
            } else {
                come(self);
            }
            self.receive(_ -> null, restless || !isContent() ? STEP : STROLL);
        }
        if (channel.isOpen()) {
            say(MqttMessage.DISCONNECT);
        }
    }

    /// From now on it goes only when it is made to.
    void settleDown() {
        restless = false;
    }

    /// Whether no connection but the present one is left open.
    boolean leftNothingOpen() {
        return left.stream().noneMatch(EmbeddedChannel::isOpen);
    }

    private void come(Self<Object> self) {
        channel = new EmbeddedChannel();
        online = false;
        heard = self.nanoTime();
        tries++;
        try {
            if (!broker.startConnection(channel, self)) {
                throw new IllegalStateException("a connection too many");
            }
        } catch (CallFailed _) {
            channel.close();
            return;
        }
        say(
                MqttMessageBuilders.connect()
                        .protocolVersion(MqttVersion.MQTT_3_1_1)
                        .clientId(id)
                        .cleanSession(false)
                        .willFlag(true)
                        .willQoS(MqttQoS.EXACTLY_ONCE)
                        .willTopic("will/" + id)
                        .willMessage(("" + tries).getBytes(StandardCharsets.UTF_8))
                        .build());
    }

    private void listen(Self<Object> self) {
        for (Object out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
            if (out instanceof MqttMessage message) {
                heard = self.nanoTime();
                hear(message);
            }
            ReferenceCountUtil.release(out);
        }
        if (online && channel.isOpen()) {
            step();
        }
        long mood = self.random() & 0xff;
        boolean tired = self.nanoTime() - heard > PATIENCE.toNanos() && !isContent();
        if (tired || (restless && mood == 0)) {
            channel.close();
        } else if (restless && online && mood == 1) {
            left.add(channel);
            come(self);
        }
    }

    private void hear(MqttMessage message) {
        if (message instanceof MqttConnAckMessage connack) {
            online = true;
            visits++;
            known += connack.variableHeader().isSessionPresent() ? 1 : 0;
            arrived();
        } else {
            heard(message);
        }
    }

    final void say(MqttMessage message) {
        if (channel.isOpen()) {
            channel.writeInbound(message);
        } else {
            ReferenceCountUtil.release(message);
        }
    }

    static int idOf(MqttMessage message) {
        return ((MqttMessageIdVariableHeader) message.variableHeader()).messageId();
    }

    /// It has been let in.
    abstract void arrived();

    abstract void heard(MqttMessage message);

    /// It may say something new.
    abstract void step();

    /// Whether it waits for nothing.
    abstract boolean isContent();
}
