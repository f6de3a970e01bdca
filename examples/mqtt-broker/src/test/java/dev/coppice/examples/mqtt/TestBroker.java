package dev.coppice.examples.mqtt;

import dev.coppice.kernel.Config;
import dev.coppice.kernel.Node;
import dev.coppice.observe.Observer;
import dev.coppice.otp.Child;
import java.util.List;
import java.util.stream.Stream;

/// A broker on a free port of the loopback, and the node that it runs in.
record TestBroker(Broker broker, Node node) implements AutoCloseable {

    static TestBroker start(String... options) {
        var broker =
                new Broker(
                        Settings.of(
                                Stream.concat(Stream.of("--port", "0"), Stream.of(options)).toArray(String[]::new)));
        return new TestBroker(broker, Node.start(broker.tree()));
    }

    /// With a page that tests can look at.
    static TestBroker observed(Observer observer) {
        var broker = new Broker(Settings.of("--port", "0"));
        var tree = broker.tree(List.of(Child.of(observer.recipe())));
        return new TestBroker(broker, Node.start(tree, Config.defaults().name("mqtt-broker").quiet()));
    }

    int port() {
        return broker.port();
    }

    String url() {
        return "tcp://127.0.0.1:" + port();
    }

    @Override
    public void close() {
        node.close();
        broker.close();
    }
}
