package dev.coppice.examples.mqtt;

import io.netty.handler.codec.mqtt.MqttQoS;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What must outlive every actor: sessions with their subscriptions and queues, and retained messages. In memory now, on a disk later.
///
/// **Why it is no actor.** An actor's state dies with it; this is the state that a restarted one goes on from. Each method is one step
/// that is done or not done: an actor that is killed ends at its next wait or kernel operation, and there is none in here.
///
/// **Threads.** Any number of actors at once; one session's steps happen one after another. Steps for a session that does not exist do
/// nothing: it has just ended.
interface Store {

    // ---- sessions

    /// Makes the session if there is none, and puts it online for this connection.
    ///
    /// @return whether it was there: CONNACK's "session present"
    boolean open(String client, String user, boolean clean, Optional<Message> will);

    Optional<Summary> info(String client);

    /// From now on QoS 0 is not queued for it.
    void offline(String client);

    void dropWill(String client);

    /// A live view.
    Set<String> clients();

    /// Ends the session with all that it has; what is left of it is its filters, for the router to unlearn.
    Set<String> forget(String client);

    /// @param will to be published when the connection is lost
    record Summary(String user, boolean clean, boolean online, Optional<Message> will) {}

    // ---- subscriptions

    void subscribe(String client, String filter, MqttQoS qos);

    void unsubscribe(String client, String filter);

    Map<String, MqttQoS> subscriptions(String client);

    // ---- messages

    /// Queues a message for each target at its QoS. When this returns the publisher may be told so.
    ///
    /// @param receipt makes it once: nothing happens when it was used before
    /// @return the clients whose queue has become full; for them this message, and what follows, is dropped
    List<String> accept(Message message, Map<String, MqttQoS> targets, Receipt receipt);

    /// What may happen only once, although the one who does it may die after it and be asked again.
    sealed interface Receipt {
        /// Twice is allowed.
        record None() implements Receipt {}

        /// A QoS 2 packet: used until the client releases it.
        record Exactly(String client, int id) implements Receipt {}

        /// A session's will: used when it is gone.
        record Will(String client) implements Receipt {}
    }

    /// Whether it makes [#accept] do nothing: what else a message does must not happen again either.
    boolean isUsed(Receipt receipt);

    /// The client's PUBREL: it will not send the packet again, and its id is free.
    void release(String client, int id);

    /// Keeps it as the newest of its topic; an empty payload removes that.
    ///
    /// @return false when there is no room for it: then nothing is kept of its topic, since what was there is not the newest any more
    boolean retain(Message message);

    List<Message> retained(String filter);

    // ---- delivery

    /// The next packets for the client, at most `count` and about `bytes`. QoS 1 and 2 stay until they are acknowledged, and no more
    /// than the window of them are under way.
    List<Packet.Outbound> next(String client, int count, int bytes);

    /// Everything under way is to be sent again, first, in its order.
    void resend(String client);

    void acknowledged(String client, int id);

    void received(String client, int id);

    void completed(String client, int id);
}
