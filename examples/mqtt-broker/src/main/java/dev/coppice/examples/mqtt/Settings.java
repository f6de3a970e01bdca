package dev.coppice.examples.mqtt;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/// The broker's limits, each with its default, as options of the command line. Written by picocli before anything starts.
final class Settings {
    @Option(
            names = "--port",
            defaultValue = "1883",
            description = "where to listen; 0 for any free port (${DEFAULT-VALUE})")
    private int port;

    @Option(names = "--bind", defaultValue = "127.0.0.1", description = "the address to listen on (${DEFAULT-VALUE})")
    private String bind = "127.0.0.1";

    @Option(names = "--max-packet", defaultValue = "262144", description = "bytes of a packet (${DEFAULT-VALUE})")
    private int maxPacket;

    @Option(names = "--max-connections", defaultValue = "10000", description = "sockets at once (${DEFAULT-VALUE})")
    private int maxConnections;

    @Option(
            names = "--max-sessions",
            defaultValue = "100000",
            description = "sessions, connected or not (${DEFAULT-VALUE})")
    private int maxSessions;

    @Option(
            names = "--max-subscriptions",
            defaultValue = "1000",
            description = "topic filters of a session (${DEFAULT-VALUE})")
    private int maxSubscriptions;

    @Option(
            names = "--max-queue",
            defaultValue = "10000",
            description = "messages that wait for a client (${DEFAULT-VALUE})")
    private int maxQueue;

    @Option(
            names = "--max-queue-bytes",
            defaultValue = "16777216",
            description = "bytes of topics and payloads that wait for a client (${DEFAULT-VALUE})")
    private long maxQueueBytes;

    @Option(
            names = "--max-retained",
            defaultValue = "100000",
            description = "topics with a retained message (${DEFAULT-VALUE})")
    private int maxRetained;

    @Option(
            names = "--max-retained-bytes",
            defaultValue = "268435456",
            description = "bytes of the topics and payloads of all retained messages (${DEFAULT-VALUE})")
    private long maxRetainedBytes;

    @Option(
            names = "--window",
            defaultValue = "100",
            description = "QoS 1 and 2 messages sent to a client and not yet acknowledged (${DEFAULT-VALUE})")
    private int window;

    @Option(
            names = "--write-buffer",
            defaultValue = "1048576",
            description =
                    "bytes that may wait for a client that does not read; with more it is disconnected (${DEFAULT-VALUE})")
    private int writeBuffer;

    @Option(
            names = "--connect-within",
            defaultValue = "PT10S",
            description = "how long a new socket may take to its CONNECT (${DEFAULT-VALUE})")
    private Duration connectWithin = Duration.ofSeconds(10);

    @Option(names = "--user", description = "NAME=PASSWORD, repeatable; with any of them nobody comes in without")
    private Map<String, String> users = new TreeMap<>();

    @Option(names = "--rules", description = "a file of rules, instead of the example's own")
    private @Nullable Path rules;

    /// What the rules say.
    private @Nullable Access access;

    /// For programs and tests: `Settings.of("--port", "0")`.
    static Settings of(String... options) {
        return CommandLine.populateCommand(new Settings(), options).checked();
    }

    Settings checked() {
        if (port < 0 || port > 0xffff) {
            throw new IllegalArgumentException("--port must be between 0 and 65535, was " + port);
        }
        atLeast("--max-packet", maxPacket, 16);
        atLeast("--max-connections", maxConnections, 1);
        atLeast("--max-sessions", maxSessions, 1);
        atLeast("--max-subscriptions", maxSubscriptions, 1);
        atLeast("--max-retained", maxRetained, 0);
        atLeast("--max-retained-bytes", maxRetainedBytes, 0);
        atLeast("--max-queue", maxQueue, 1);
        if (maxQueueBytes < maxPacket) {
            throw new IllegalArgumentException(
                    "--max-queue-bytes must be at least --max-packet (" + maxPacket + "), was " + maxQueueBytes);
        }
        atLeast("--window", window, 1);
        // A delivery is one packet and some small ones: it must never look like a client that does not read.
        atLeast("--write-buffer", writeBuffer, 2 * (maxPacket + (long) Session.BATCH_BYTES));
        if (window > 65_000) {
            throw new IllegalArgumentException(
                    "--window must be at most 65000, was " + window + ": there are 65535 packet ids");
        }
        if (!connectWithin.isPositive()) {
            throw new IllegalArgumentException("--connect-within must be more than nothing, was " + connectWithin);
        }
        // Here rather than when the broker is made: what is wrong in the file is the user's to read, without a stack.
        access = Rules.parse(users, rulesText());
        return this;
    }

    private static void atLeast(String option, long value, long least) {
        if (value < least) {
            throw new IllegalArgumentException(option + " must be at least " + least + ", was " + value);
        }
    }

    Store store() {
        return new MemoryStore(maxQueue, maxQueueBytes, window, maxRetained, maxRetainedBytes);
    }

    Access access() {
        return requireNonNull(access, "settings are checked before they are used");
    }

    private String rulesText() {
        try {
            if (rules != null) {
                return Files.readString(rules);
            }
            try (var shipped = Optional.ofNullable(Settings.class.getResourceAsStream("rules.txt")).orElseThrow()) {
                return new String(shipped.readAllBytes(), StandardCharsets.UTF_8);
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("--rules cannot be read: " + e, e);
        }
    }

    int port() {
        return port;
    }

    String bind() {
        return bind;
    }

    int maxPacket() {
        return maxPacket;
    }

    int maxConnections() {
        return maxConnections;
    }

    int maxSessions() {
        return maxSessions;
    }

    int maxSubscriptions() {
        return maxSubscriptions;
    }

    int writeBuffer() {
        return writeBuffer;
    }

    Duration connectWithin() {
        return connectWithin;
    }
}
