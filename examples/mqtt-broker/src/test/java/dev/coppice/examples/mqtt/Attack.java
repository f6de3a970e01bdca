package dev.coppice.examples.mqtt;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/// Clients that send what [Mutator] makes, over real sockets, in pieces of any size, and leave in every way there is. Connection `n` of a
/// seed is always the same.
final class Attack implements AutoCloseable {
    /// How many sockets stay open with half a packet said.
    private static final int HALF_OPEN = 32;

    private static final int PATIENCE_MILLIS = 60_000;

    private final Broker broker;
    private final long seed;
    private final Mutator mutator = new Mutator(Recorded.all());
    private final AtomicLong connections = new AtomicLong();
    private final AtomicLong frames = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong answers = new AtomicLong();
    private final AtomicLong cutOff = new AtomicLong();
    private final Queue<String> violations = new ConcurrentLinkedQueue<>();

    /// Guarded by itself.
    private final ArrayDeque<Socket> halfOpen = new ArrayDeque<>();

    private volatile boolean held;

    Attack(Broker broker, long seed) {
        this.broker = broker;
        this.seed = seed;
    }

    /// Attacks with so many clients at once until so many frames have been sent in all, or [#hold].
    void run(int clients, long untilFrames) {
        held = false;
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < clients; i++) {
            threads.add(
                    Thread.startVirtualThread(() -> {
                        while (!held && frames.get() < untilFrames) {
                            connection(connections.getAndIncrement());
                        }
                    }));
        }
        threads.forEach(Attack::join);
    }

    /// Lets [#run] return soon.
    void hold() {
        held = true;
    }

    /// The bytes of connection `n`, alone: to look at what did it.
    List<byte[]> packets(long n) {
        return mutator.connection(chance(n));
    }

    private RandomGenerator chance(long n) {
        return new SplittableRandom(seed * 1_000_003 + n);
    }

    private void connection(long n) {
        var random = chance(n);
        var packets = mutator.connection(random);
        var whole = Mutator.joined(packets.toArray(byte[][]::new));
        try {
            var socket = new Socket();
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.connect(new InetSocketAddress("127.0.0.1", broker.port()), PATIENCE_MILLIS);
            frames.addAndGet(packets.size());
            bytes.addAndGet(whole.length);
            write(socket, whole, random);
            leave(socket, random);
        } catch (SocketTimeoutException e) {
            violations.add("connection " + n + ": neither answered nor closed within a minute");
        } catch (IOException refused) {
            // What it deserves: the broker has closed the socket, or is just being restarted.
            cutOff.incrementAndGet();
        }
    }

    private static void write(Socket socket, byte[] whole, RandomGenerator random) throws IOException {
        var out = socket.getOutputStream();
        boolean inPieces = whole.length < 2_000 && random.nextInt(4) == 0;
        try {
            for (int at = 0; at < whole.length; ) {
                int size = inPieces ? Math.min(1 + random.nextInt(40), whole.length - at) : whole.length;
                out.write(whole, at, size);
                at += size;
            }
        } catch (IOException closed) {
            socket.close();
            throw closed;
        }
    }

    private void leave(Socket socket, RandomGenerator random) throws IOException {
        switch (random.nextInt(10)) {
            case 0 -> keep(socket);
            case 1 -> {
                socket.setSoLinger(true, 0);
                socket.close();
            }
            case 2 -> socket.close();
            default -> {
                try (socket) {
                    socket.shutdownOutput();
                    answers.addAndGet(drain(socket.getInputStream()));
                }
            }
        }
    }

    /// Reads to the end; how many bytes that were.
    private static long drain(InputStream in) throws IOException {
        var buffer = new byte[8 * 1024];
        long all = 0;
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            all += n;
        }
        return all;
    }

    private void keep(Socket socket) throws IOException {
        Socket oldest;
        synchronized (halfOpen) {
            halfOpen.add(socket);
            oldest = halfOpen.size() > HALF_OPEN ? halfOpen.remove() : null;
        }
        if (oldest != null) {
            oldest.close();
        }
    }

    long connections() {
        return connections.get();
    }

    long frames() {
        return frames.get();
    }

    Collection<String> violations() {
        return violations;
    }

    @Override
    public String toString() {
        return "%,d frames (%,d MB) in %,d connections of seed %d; %,d KB answered, %,d connections cut off while they spoke"
                .formatted(
                        frames.get(),
                        bytes.get() / 1_000_000,
                        connections.get(),
                        seed,
                        answers.get() / 1_000,
                        cutOff.get());
    }

    /// Closes what is half open.
    @Override
    public void close() {
        synchronized (halfOpen) {
            halfOpen.forEach(socket -> {
                try {
                    socket.close();
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            halfOpen.clear();
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
