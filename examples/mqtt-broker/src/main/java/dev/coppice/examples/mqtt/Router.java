package dev.coppice.examples.mqtt;

import dev.coppice.examples.mqtt.Store.Receipt;
import dev.coppice.kernel.Call;
import dev.coppice.kernel.Done;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import io.netty.handler.codec.mqtt.MqttQoS;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Knows who subscribes to what, and puts each message into the queues of those whom it concerns. It never waits for a subscriber.
///
/// It is the only writer of subscriptions; its trie is an index of what the store has, and made from it at each start. Every answer
/// means that the store has it *and* that the sessions have been nudged: whoever gets none asks again, and a receipt makes it once.
final class Router implements Server<Router.Msg> {
    sealed interface Msg {}

    record Route(Message message, Receipt receipt) implements Msg, Call<Route, Done> {}

    /// Retained messages that match are queued for the client.
    record Subscribe(String client, List<Packet.Wish> wishes) implements Msg, Call<Subscribe, Done> {}

    record Unsubscribe(String client, Collection<String> filters) implements Msg, Call<Unsubscribe, Done> {}

    /// Ends a session.
    record Forget(String client) implements Msg, Call<Forget, Done> {}

    static final Name<Msg> NAME = Name.of("router");
    private static final Logger LOG = LoggerFactory.getLogger(Router.class);

    private record Interest(String user, MqttQoS qos) {}

    private final Store store;
    private final Access access;
    private final TopicTrie<String, Interest> trie = new TopicTrie<>();

    Router(Store store, Access access) {
        this.store = store;
        this.access = access;
    }

    @Override
    public void init(Self<Msg> self) {
        store.clients()
                .forEach(client -> store.subscriptions(client).forEach((filter, qos) -> learn(client, filter, qos)));
    }

    @Override
    public void handle(Msg msg, Self<Msg> self) {
        switch (msg) {
            case Route r -> {
                route(r.message(), r.receipt(), self);
                self.done(r);
            }
            case Subscribe s -> {
                s.wishes().forEach(wish -> subscribe(s.client(), wish));
                nudge(s.client(), self);
                self.done(s);
            }
            case Unsubscribe u -> {
                u.filters().forEach(filter -> unsubscribe(u.client(), filter));
                self.done(u);
            }
            case Forget f -> {
                store.forget(f.client()).forEach(filter -> trie.remove(filter, f.client()));
                self.done(f);
            }
        }
    }

    private void route(Message message, Receipt receipt, Self<Msg> self) {
        // A repetition would put its message in the place of a newer one.
        if (message.retain() && !store.isUsed(receipt) && !store.retain(message)) {
            LOG.atWarn().addKeyValue("topic", message.topic()).log("not retained: there is no room for it");
        }
        var targets = targets(message.topic());
        queue(message.retained(false), targets, receipt);
        targets.keySet().forEach(client -> nudge(client, self));
    }

    private void queue(Message message, Map<String, MqttQoS> targets, Receipt receipt) {
        for (var full : store.accept(message, targets, receipt)) {
            LOG.atWarn()
                    .addKeyValue("client", full)
                    .addKeyValue("topic", message.topic())
                    .log("dropped: its queue is full");
        }
    }

    /// Each client once, at the highest QoS of its subscriptions that match.
    private Map<String, MqttQoS> targets(String topic) {
        var targets = new HashMap<String, MqttQoS>();
        trie.match(
                topic,
                (client, interest) -> {
                    if (access.mayRead(interest.user(), topic)) {
                        targets.merge(client, interest.qos(), (a, b) -> a.compareTo(b) > 0 ? a : b);
                    }
                });
        return targets;
    }

    /// Told to a name, so that it reaches whoever is the session now; one that is just starting looks into its queue by itself.
    private static void nudge(String client, Self<Msg> self) {
        self.ref(Session.name(client)).send(new Session.Wake());
    }

    private void subscribe(String client, Packet.Wish wish) {
        store.subscribe(client, wish.filter(), wish.qos());
        var user = learn(client, wish.filter(), wish.qos());
        for (var message : store.retained(wish.filter())) {
            if (access.mayRead(user, message.topic())) {
                queue(message, Map.of(client, wish.qos()), new Receipt.None());
            }
        }
    }

    private String learn(String client, String filter, MqttQoS qos) {
        var user = store.info(client).map(Store.Summary::user).orElse(Access.ANONYMOUS);
        trie.put(filter, client, new Interest(user, qos));
        return user;
    }

    private void unsubscribe(String client, String filter) {
        store.unsubscribe(client, filter);
        trie.remove(filter, client);
    }
}
