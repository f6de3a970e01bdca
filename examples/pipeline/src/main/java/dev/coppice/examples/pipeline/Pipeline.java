package dev.coppice.examples.pipeline;

import dev.coppice.examples.pipeline.Stage.End;
import dev.coppice.examples.pipeline.Stage.Flow;
import dev.coppice.examples.pipeline.Stage.Item;
import dev.coppice.kernel.Mailbox;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Self;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/// A line of four: numbers are made, hashed (slowly), sieved and collected.
public final class Pipeline {
    private static final int ROUNDS = 300;

    private Pipeline() {}

    /// A number and its hash.
    record Hashed(int number, String hash) {}

    /// What the line has made, and the most messages that ever waited before the slow stage and before the sieve.
    record Result(TreeMap<Integer, String> found, int beforeHash, int beforeSieve) {}

    /// Runs `count` numbers through the line; every mailbox of it is this one.
    ///
    /// @throws IllegalStateException when one of its stations has crashed, and so all have ended
    static Result run(Node node, int count, Mailbox mailbox, UnaryOperator<String> hash) {
        var found = new TreeMap<Integer, String>();
        var beforeHash = new AtomicInteger();
        var beforeSieve = new AtomicInteger();
        var collector = node.spawn((Self<Flow<Hashed>> self) -> collect(self, found));
        var sieve = node.spawn(Stage.of("sieve", mailbox, Pipeline::sieved, collector, beforeSieve));
        var hasher =
                node.spawn(
                        Stage.of(
                                "hash",
                                mailbox,
                                (Integer n) -> Optional.of(new Hashed(n, hash.apply(n.toString()))),
                                sieve,
                                beforeHash));
        node.spawn((Self<Object> self) -> source(self, hasher, count));
        var end = collector.await();
        if (!end.clean()) {
            throw new IllegalStateException("the line broke: " + end);
        }
        return new Result(found, beforeHash.get(), beforeSieve.get());
    }

    /// As fast as it is let.
    private static void source(Self<Object> self, Pid<Flow<Integer>> next, int count) {
        self.link(next);
        for (int n = 0; n < count; n++) {
            next.send(new Item<>(n));
        }
        next.send(new End<>());
    }

    private static Optional<Hashed> sieved(Hashed hashed) {
        return hashed.hash().startsWith("00") ? Optional.of(hashed) : Optional.empty();
    }

    /// Ends with the line: that is what `run` waits for.
    private static void collect(Self<Flow<Hashed>> self, TreeMap<Integer, String> found) {
        while (self.receive() instanceof Item<Hashed>(Hashed(var number, var hash))) {
            found.put(number, hash);
        }
    }

    /// SHA-256, again and again: real work.
    static String slowHash(String text) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            var bytes = text.getBytes(StandardCharsets.UTF_8);
            for (int i = 0; i < ROUNDS; i++) {
                bytes = digest.digest(bytes);
            }
            return HexFormat.of().formatHex(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    public static void main(String[] args) {
        try (var node = Node.start()) {
            var bounded = run(node, 5_000, Stage.bounded(8), Pipeline::slowHash);
            IO.println("5000 numbers, " + bounded.found().size() + " hashes begin with 00");
            IO.println("mailboxes of 8: at most " + bounded.beforeHash() + " numbers waited before the slow stage");
            var unbounded = run(node, 5_000, Mailbox.unbounded(), Pipeline::slowHash);
            IO.println("unbounded mailboxes: at most " + unbounded.beforeHash() + " numbers waited there");
            IO.println("the same result: " + bounded.found().equals(unbounded.found()));
        }
    }
}
