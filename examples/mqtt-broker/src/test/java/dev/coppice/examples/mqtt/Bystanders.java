package dev.coppice.examples.mqtt;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/// Innocent clients, in pairs: one publishes 1, 2, 3 … at QoS 1, each number acknowledged before the next; the other receives them. What
/// happens to anybody else must not happen to them: every number arrives, and first in its order. Where their own actors are killed they
/// come back, and a number may then come twice; each such return is counted.
final class Bystanders implements AutoCloseable {
    private final Broker broker;
    private final List<Pair> pairs;
    private final AtomicLong received = new AtomicLong();
    private final AtomicLong repeated = new AtomicLong();
    private final AtomicLong reconnections = new AtomicLong();
    private final Queue<String> violations = new ConcurrentLinkedQueue<>();
    private volatile boolean over;

    private Bystanders(Broker broker, int pairs) {
        this.broker = broker;
        this.pairs = IntStream.range(0, pairs).mapToObj(Pair::new).toList();
    }

    /// Returns when all are connected and have begun.
    static Bystanders start(Broker broker, int pairs) {
        var all = new Bystanders(broker, pairs);
        all.pairs.forEach(Pair::begin);
        return all;
    }

    private final class Pair {
        final int number;
        final String topic;

        /// Held while a number is on its way, and by whoever wants quiet.
        final Semaphore turn = new Semaphore(1, true);

        final Map<RawClient, Boolean> open = new ConcurrentHashMap<>();
        volatile long acknowledged;
        volatile long last;
        volatile Thread publisher = Thread.currentThread();
        volatile Thread subscriber = Thread.currentThread();

        Pair(int number) {
            this.number = number;
            this.topic = "bystander/" + number;
        }

        void begin() {
            var ear = listen();
            subscriber = Thread.ofVirtual().start(() -> subscribe(ear));
            publisher = Thread.ofVirtual().start(this::publish);
        }

        private RawClient listen() {
            var client = connect("bystander-ear-" + number, false);
            client.subscribe(topic, 1);
            return client;
        }

        private RawClient connect(String id, boolean clean) {
            var client = Chaos.connect(broker, id, clean).patience(Duration.ofMinutes(2));
            open.put(client, true);
            return client;
        }

        private void publish() {
            var client = connect("bystander-mouth-" + number, true);
            for (long n = 1; !over; n++) {
                turn.acquireUninterruptibly();
                boolean dup = false;
                while (!delivered(client, n, dup) && !over) {
                    client = again(client, "bystander-mouth-" + number, true);
                    dup = true;
                }
                acknowledged = over ? acknowledged : n;
                turn.release();
            }
            drop(client);
        }

        private boolean delivered(RawClient client, long n, boolean dup) {
            int id = (int) (n % 0xffff) + 1;
            try {
                client.publish(topic, "" + n, 1, id, dup);
                return client.next().filter(f -> f.type() == RawClient.PUBACK && f.id() == id).isPresent();
            } catch (UncheckedIOException lost) {
                return false;
            }
        }

        private void subscribe(RawClient first) {
            for (var client = first; !over; client = again(client, "bystander-ear-" + number, false)) {
                while (heard(client)) {}
            }
        }

        private RawClient again(RawClient lost, String id, boolean clean) {
            drop(lost);
            if (!over) {
                reconnections.incrementAndGet();
            }
            return over ? lost : connect(id, clean);
        }

        private void drop(RawClient client) {
            client.close();
            open.remove(client);
        }

        /// Takes one message; false when the connection is gone.
        private boolean heard(RawClient client) {
            try {
                var frame = client.next();
                frame.filter(f -> f.type() == RawClient.PUBLISH)
                        .ifPresent(f -> {
                            take(f);
                            client.acknowledge(RawClient.PUBACK, f.id());
                        });
                return frame.isPresent();
            } catch (UncheckedIOException lost) {
                return false;
            }
        }

        private void take(RawClient.Frame frame) {
            long n = Long.parseLong(frame.payload());
            if (n == last + 1 && frame.topic().equals(topic)) {
                last = n;
                received.incrementAndGet();
            } else if (n <= last) {
                repeated.incrementAndGet();
            } else {
                violations.add("pair " + number + ": " + n + " on " + frame.topic() + " came after " + last);
            }
        }
    }

    /// No number is on its way, and every one that was acknowledged has arrived; false when that does not come within half a minute.
    boolean pause() {
        pairs.forEach(pair -> pair.turn.acquireUninterruptibly());
        return Chaos.eventually(() -> missing() == 0);
    }

    void resume() {
        pairs.forEach(pair -> pair.turn.release());
    }

    private long missing() {
        return pairs.stream().mapToLong(pair -> Math.max(0, pair.acknowledged - pair.last)).sum();
    }

    long received() {
        return received.get();
    }

    long repeated() {
        return repeated.get();
    }

    long reconnections() {
        return reconnections.get();
    }

    /// What went wrong so far: empty.
    List<String> violations() {
        var all = new ArrayList<>(violations);
        pairs.stream()
                .filter(pair -> pair.last > pair.acknowledged + 1)
                .forEach(pair -> all.add("pair " + pair.number + ": " + pair.last + " was never published"));
        return all;
    }

    /// How many numbers each pair has got through, in the order of the pairs: somebody who stands still is starved.
    List<Long> progress() {
        return pairs.stream().map(pair -> pair.last).toList();
    }

    /// Ends them; their sessions are forgotten.
    @Override
    public void close() {
        over = true;
        pairs.forEach(pair -> pair.open.keySet().forEach(RawClient::close));
        pairs.forEach(pair -> {
            join(pair.publisher);
            join(pair.subscriber);
            try (var client = Chaos.connect(broker, "bystander-ear-" + pair.number, true)) {
                client.disconnect();
                client.next();
            }
        });
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
