package dev.coppice.examples.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/// Turns what a client sent into what no client sends. Pure: the same chance gives the same bytes.
///
/// Structural mutations know where a packet's lengths, strings and ids are and lie about them, or put whole packets where they do not
/// belong; blind ones know nothing. A connection gets one to four of them, so that much of it stays right and reaches the rules behind
/// the codec.
final class Mutator {
    private static final int MAX_MUTATIONS = 4;

    /// Texts that have broken brokers: levels without end, wildcards where they do not belong, bytes that are no UTF-8, NUL.
    private static final List<byte[]> TEXTS =
            List.of(
                    bytes(""),
                    bytes("#"),
                    bytes("+"),
                    bytes("a/#/b"),
                    bytes("a+/b"),
                    bytes("+/+/+/+/+/+/+/#"),
                    bytes("/"),
                    bytes("//"),
                    bytes("/".repeat(150)),
                    bytes("+/".repeat(99) + "+"),
                    bytes("$SYS/#"),
                    bytes("$share/group/t"),
                    bytes("a\0b"),
                    bytes("\uFEFFx"),
                    bytes("\uD83D\uDE00/\u202Egnp"),
                    bytes("\r\nERROR forged line"),
                    bytes("%s%n${jndi:x}"),
                    bytes("x".repeat(70)),
                    bytes("x".repeat(65_535)),
                    new byte[] {(byte) 0xc0, (byte) 0x80},
                    new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80},
                    new byte[] {(byte) 0xff, (byte) 0xfe, 0x2f});

    private static final List<Integer> IDS = List.of(0, 1, 2, 100, 0x7fff, 0x8000, 0xffff);

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    /// One way to go wrong; changes the list, which is never empty.
    private interface Mutation {
        void apply(List<byte[]> packets, RandomGenerator random);
    }

    private final List<Recorded> recordings;
    private final List<Mutation> mutations =
            List.of(
                    // Blind ones.
                    (packets, random) -> change(packets, random, Mutator::flipped),
                    (packets, random) -> change(packets, random, Mutator::overwritten),
                    (packets, random) -> change(packets, random, Mutator::lengthened),
                    (packets, random) -> change(packets, random, Mutator::shortened),
                    (packets, random) -> packets.add(random.nextInt(packets.size() + 1), noise(random, 300)),
                    // The fixed header.
                    (packets, random) -> change(packets, random, (p, r) -> first(p, r.nextInt(16) << 4 | p[0] & 15)),
                    (packets, random) -> change(packets, random, (p, r) -> first(p, p[0] & 0xf0 | r.nextInt(16))),
                    (packets, random) -> change(packets, random, Mutator::declared),
                    // The fields.
                    (packets, random) -> change(packets, random, Mutator::otherText),
                    (packets, random) -> change(packets, random, Mutator::otherTextLength),
                    (packets, random) -> change(packets, random, Mutator::otherId),
                    (packets, random) -> change(packets, random, Mutator::stuffed),
                    (packets, random) -> packets.set(0, connectFlags(packets.getFirst(), random)),
                    // Whole packets.
                    (packets, random) -> repeat(packets, random),
                    (packets, random) -> packets.addFirst(packets.remove(random.nextInt(packets.size()))),
                    (packets, random) -> packets.add(packets.remove(random.nextInt(packets.size()))),
                    (packets, random) -> splice(packets, random, any(random)),
                    (packets, random) -> packets.addAll(any(random).packets()));

    Mutator(List<Recorded> recordings) {
        this.recordings = List.copyOf(recordings);
    }

    /// The packets of one connection.
    List<byte[]> connection(RandomGenerator random) {
        var packets = new ArrayList<>(any(random).packets());
        for (int n = 1 + random.nextInt(MAX_MUTATIONS); n > 0; n--) {
            mutations.get(random.nextInt(mutations.size())).apply(packets, random);
        }
        return packets;
    }

    private Recorded any(RandomGenerator random) {
        return recordings.get(random.nextInt(recordings.size()));
    }

    private interface Change {
        byte[] apply(byte[] packet, RandomGenerator random);
    }

    private static void change(List<byte[]> packets, RandomGenerator random, Change change) {
        int at = random.nextInt(packets.size());
        packets.set(at, change.apply(packets.get(at).clone(), random));
    }

    // ---- blind

    private static byte[] flipped(byte[] packet, RandomGenerator random) {
        for (int n = random.nextInt(8); n >= 0; n--) {
            packet[random.nextInt(packet.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return packet;
    }

    private static byte[] overwritten(byte[] packet, RandomGenerator random) {
        packet[random.nextInt(packet.length)] = (byte) random.nextInt();
        return packet;
    }

    private static byte[] lengthened(byte[] packet, RandomGenerator random) {
        int at = random.nextInt(packet.length + 1);
        return joined(Arrays.copyOf(packet, at), noise(random, 20), Arrays.copyOfRange(packet, at, packet.length));
    }

    private static byte[] shortened(byte[] packet, RandomGenerator random) {
        int from = random.nextInt(packet.length);
        int to = from + random.nextInt(packet.length - from) + 1;
        var left = joined(Arrays.copyOf(packet, from), Arrays.copyOfRange(packet, to, packet.length));
        return left.length == 0 ? new byte[] {packet[0]} : left;
    }

    private static byte[] noise(RandomGenerator random, int limit) {
        var noise = new byte[1 + random.nextInt(limit)];
        random.nextBytes(noise);
        return noise;
    }

    // ---- the fixed header

    private static byte[] first(byte[] packet, int value) {
        packet[0] = (byte) value;
        return packet;
    }

    /// Another remaining length than the true one, or the true one in a form that the standard forbids.
    private static byte[] declared(byte[] packet, RandomGenerator random) {
        var body = body(packet);
        var header =
                switch (random.nextInt(6)) {
                    case 0 -> length(body.length + 1 + random.nextInt(10));
                    case 1 -> length(Math.max(0, body.length - 1 - random.nextInt(10)));
                    case 2 -> length(0xfffffff);
                    case 3 -> length(random.nextInt(400_000));
                    case 4 -> new byte[] {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x7f};
                    default ->
                            new byte[] {
                                (byte) (body.length % 128 | 128), (byte) (body.length / 128 | 128), (byte) 128, 0
                            };
                };
        return joined(new byte[] {packet[0]}, header, body);
    }

    static byte[] length(int length) {
        var digits = new ByteArrayOutputStream();
        do {
            digits.write(length % 128 | (length > 127 ? 128 : 0));
            length /= 128;
        } while (length > 0);
        return digits.toByteArray();
    }

    private static int bodyAt(byte[] packet) {
        int at = 1;
        while (at < packet.length && at < 5 && packet[at] < 0) {
            at++;
        }
        return Math.min(at + 1, packet.length);
    }

    private static byte[] body(byte[] packet) {
        return Arrays.copyOfRange(packet, bodyAt(packet), packet.length);
    }

    private static byte[] rebuilt(byte[] packet, byte[] body) {
        return joined(new byte[] {packet[0]}, length(body.length), body);
    }

    // ---- the fields

    /// Where a body's texts begin: each is two bytes of length and what they say. Of a packet that is wrong already, what looks like it.
    private static List<Integer> texts(byte[] packet) {
        var body = body(packet);
        var found = new ArrayList<Integer>();
        int at =
                switch ((packet[0] & 0xf0) >> 4) {
                    case 1, 3 -> 0;
                    case 8, 10 -> 2;
                    default -> body.length;
                };
        while (at + 2 <= body.length && at + 2 + number(body, at) <= body.length) {
            found.add(at);
            at += 2 + number(body, at) + gap(packet[0], found.size());
            if ((packet[0] & 0xf0) == 0x30) {
                break;
            }
        }
        return found;
    }

    /// What stands between two texts: in CONNECT level, flags and keep-alive, in SUBSCRIBE a QoS.
    private static int gap(byte first, int texts) {
        return switch ((first & 0xf0) >> 4) {
            case 1 -> texts == 1 ? 4 : 0;
            case 8 -> 1;
            default -> 0;
        };
    }

    private static int number(byte[] bytes, int at) {
        return (bytes[at] & 0xff) << 8 | bytes[at + 1] & 0xff;
    }

    private static byte[] otherText(byte[] packet, RandomGenerator random) {
        var texts = texts(packet);
        if (texts.isEmpty()) {
            return packet;
        }
        var body = body(packet);
        int at = texts.get(random.nextInt(texts.size()));
        var text = TEXTS.get(random.nextInt(TEXTS.size()));
        var rest = Arrays.copyOfRange(body, at + 2 + number(body, at), body.length);
        return rebuilt(packet, joined(Arrays.copyOf(body, at), RawClient.number(text.length), text, rest));
    }

    private static byte[] otherTextLength(byte[] packet, RandomGenerator random) {
        var texts = texts(packet);
        if (!texts.isEmpty()) {
            int at = bodyAt(packet) + texts.get(random.nextInt(texts.size()));
            packet[at] = (byte) (random.nextBoolean() ? 0xff : 0);
            packet[at + 1] = (byte) random.nextInt(256);
        }
        return packet;
    }

    private static byte[] otherId(byte[] packet, RandomGenerator random) {
        var texts = texts(packet);
        boolean publish = (packet[0] & 0xf0) == 0x30;
        int at = bodyAt(packet) + (publish && !texts.isEmpty() ? 2 + number(packet, bodyAt(packet)) : 0);
        if (at + 2 <= packet.length) {
            int id = IDS.get(random.nextInt(IDS.size()));
            packet[at] = (byte) (id >> 8);
            packet[at + 1] = (byte) id;
        }
        return packet;
    }

    /// Longer than usual, and now and then than the broker allows (256 KiB).
    private static byte[] stuffed(byte[] packet, RandomGenerator random) {
        int more = random.nextInt(20) == 0 ? 270_000 : random.nextInt(20_000);
        return rebuilt(packet, joined(body(packet), new byte[more]));
    }

    private static byte[] connectFlags(byte[] packet, RandomGenerator random) {
        var changed = packet.clone();
        int flags = bodyAt(packet) + 7;
        if (flags < changed.length) {
            changed[flags] = (byte) random.nextInt(256);
        }
        return changed;
    }

    // ---- whole packets

    private static void repeat(List<byte[]> packets, RandomGenerator random) {
        int at = random.nextInt(packets.size());
        for (int n = random.nextInt(40); n >= 0; n--) {
            packets.add(at, packets.get(at));
        }
    }

    private static void splice(List<byte[]> packets, RandomGenerator random, Recorded other) {
        packets.add(random.nextInt(packets.size() + 1), other.packets().get(random.nextInt(other.packets().size())));
    }

    static byte[] joined(byte[]... parts) {
        var all = new ByteArrayOutputStream();
        for (var part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
