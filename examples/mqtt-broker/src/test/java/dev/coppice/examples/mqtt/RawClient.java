package dev.coppice.examples.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;

/// A client that can also misbehave: what it sends is what the test says, byte for byte.
final class RawClient implements AutoCloseable {
    static final int CONNACK = 2;
    static final int PUBLISH = 3;
    static final int PUBACK = 4;
    static final int PUBREC = 5;
    static final int PUBREL = 6;
    static final int PUBCOMP = 7;
    static final int SUBACK = 9;
    static final int UNSUBACK = 11;
    static final int PINGRESP = 13;

    /// A packet from the broker.
    record Frame(int type, int flags, byte[] body) {
        /// As hex, flags and body: what most tests compare.
        String hex() {
            return HexFormat.of().toHexDigits((byte) (type << 4 | flags)) + HexFormat.of().formatHex(body);
        }

        int id() {
            int at = type == PUBLISH ? 2 + topicLength() : 0;
            return (body[at] & 0xff) << 8 | body[at + 1] & 0xff;
        }

        int qos() {
            return flags >> 1 & 3;
        }

        boolean dup() {
            return (flags & 8) != 0;
        }

        boolean retain() {
            return (flags & 1) != 0;
        }

        private int topicLength() {
            return (body[0] & 0xff) << 8 | body[1] & 0xff;
        }

        String topic() {
            return new String(body, 2, topicLength(), UTF_8);
        }

        String payload() {
            int from = 2 + topicLength() + (qos() > 0 ? 2 : 0);
            return new String(body, from, body.length - from, UTF_8);
        }
    }

    private final Socket socket = new Socket();
    private final DataInputStream in;
    private final DataOutputStream out;

    RawClient(int port) {
        this(port, 64 * 1024);
    }

    RawClient(int port, int receiveBuffer) {
        try {
            socket.setReceiveBufferSize(receiveBuffer);
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(20_000);
            socket.connect(new InetSocketAddress("127.0.0.1", port), 5_000);
            in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
            out = new DataOutputStream(socket.getOutputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Connects as `client` and checks that it was accepted.
    static RawClient connected(int port, String client, boolean clean) {
        var raw = new RawClient(port);
        var answer = raw.connect(client, clean, 0);
        if (answer.type() != CONNACK || answer.body()[1] != 0) {
            throw new IllegalStateException(client + " was refused: " + answer.hex());
        }
        return raw;
    }

    Frame connect(String client, boolean clean, int keepAliveSeconds) {
        send(0x10, bytes("MQTT"), new byte[] {4, (byte) (clean ? 2 : 0)}, number(keepAliveSeconds), bytes(client));
        return receive();
    }

    Frame connectWithWill(String client, boolean clean, String topic, String payload) {
        send(
                0x10,
                bytes("MQTT"),
                new byte[] {4, (byte) (clean ? 14 : 12)},
                number(0),
                bytes(client),
                bytes(topic),
                bytes(payload));
        return receive();
    }

    void publish(String topic, String payload, int qos, int id, boolean dup) {
        var packetId = qos > 0 ? number(id) : new byte[0];
        send(0x30 | qos << 1 | (dup ? 8 : 0), bytes(topic), packetId, payload.getBytes(UTF_8));
    }

    Frame subscribe(String filter, int qos) {
        send(0x82, number(1), bytes(filter), new byte[] {(byte) qos});
        return receive();
    }

    void acknowledge(int type, int id) {
        send(type << 4 | (type == PUBREL ? 2 : 0), number(id));
    }

    void ping() {
        send(0xc0);
    }

    void disconnect() {
        send(0xe0);
    }

    void send(int first, byte[]... parts) {
        var body = new ByteArrayOutputStream();
        for (var part : parts) {
            body.writeBytes(part);
        }
        var packet = new ByteArrayOutputStream();
        packet.write(first);
        int length = body.size();
        do {
            packet.write(length % 128 | (length > 127 ? 128 : 0));
            length /= 128;
        } while (length > 0);
        packet.writeBytes(body.toByteArray());
        raw(packet.toByteArray());
    }

    void hex(String hex) {
        raw(HexFormat.of().parseHex(hex.replace(" ", "")));
    }

    private void raw(byte[] bytes) {
        try {
            out.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] bytes(String text) {
        var utf8 = text.getBytes(UTF_8);
        var all = new byte[utf8.length + 2];
        all[0] = (byte) (utf8.length >> 8);
        all[1] = (byte) utf8.length;
        System.arraycopy(utf8, 0, all, 2, utf8.length);
        return all;
    }

    static byte[] number(int number) {
        return new byte[] {(byte) (number >> 8), (byte) number};
    }

    /// The next packet; empty when the broker has closed the connection.
    Optional<Frame> next() {
        try {
            int first = in.readUnsignedByte();
            int length = 0;
            for (int shift = 0; ; shift += 7) {
                int digit = in.readUnsignedByte();
                length |= (digit & 127) << shift;
                if (digit < 128) {
                    break;
                }
            }
            var body = new byte[length];
            in.readFully(body);
            return Optional.of(new Frame(first >> 4, first & 15, body));
        } catch (EOFException | SocketException closed) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Frame receive() {
        return next().orElseThrow(() -> new IllegalStateException("the broker has closed the connection"));
    }

    RawClient patience(Duration limit) {
        try {
            socket.setSoTimeout((int) limit.toMillis());
            return this;
        } catch (SocketException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Closes without a word.
    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
