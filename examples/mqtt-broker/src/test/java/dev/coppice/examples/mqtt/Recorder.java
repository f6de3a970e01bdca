package dev.coppice.examples.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;

/// Writes down what clients that others wrote (mosquitto's and Paho's) send to the broker: a proxy on the loopback between them. Its
/// result is in the repository; it is run again when a client is to be added.
final class Recorder implements AutoCloseable {
    private final TestBroker broker = TestBroker.start();
    private final ServerSocket door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final List<Recorded> recorded = new ArrayList<>();

    private Recorder() throws IOException {}

    public static void main(String[] args) throws Exception {
        try (var recorder = new Recorder()) {
            recorder.mosquitto();
            recorder.paho();
            var text = recorder.recorded.stream().map(Recorded::text).collect(Collectors.joining("\n"));
            Files.writeString(Path.of(args[0]), text);
            System.out.println(recorder.recorded.size() + " connections recorded in " + args[0]);
        }
    }

    private void mosquitto() throws Exception {
        command("mosquitto_pub", "-i", "pub-0", "-t", "house/kitchen/light", "-m", "on");
        command("mosquitto_pub", "-i", "pub-1", "-t", "house/kitchen/temperature", "-m", "21.5", "-q", "1");
        command("mosquitto_pub", "-i", "pub-2", "-t", "house/cellar", "-m", "42", "-q", "2", "-r");
        command("mosquitto_pub", "-i", "pub-3", "-t", "empty", "-n", "-r", "-k", "5");
        command(
                "mosquitto_pub",
                "-i",
                "pub-4",
                "-t",
                "news",
                "-m",
                "hello",
                "-q",
                "1",
                "--will-topic",
                "gone/pub-4",
                "--will-payload",
                "good-bye",
                "--will-qos",
                "1",
                "--will-retain");
        command("mosquitto_pub", "-i", "pub-5", "-t", "t", "-m", "secret", "-u", "alice", "-P", "wonder", "-q", "2");
        command("mosquitto_pub", "-i", "pub-6", "-t", "batch", "-m", "again", "-q", "1", "--repeat", "8");
        command("mosquitto_sub", "-i", "sub-0", "-t", "house/#", "-q", "2", "-C", "1");
        command("mosquitto_sub", "-i", "sub-1", "-c", "-t", "+/cellar", "-t", "$SYS/#", "-q", "1", "-C", "1");
        command("mosquitto_sub", "-i", "sub-2", "-t", "house/+/light", "-U", "house/#", "-W", "7", "-k", "5");
    }

    private void paho() throws Exception {
        var proxy = record("paho: connect, subscribe, publish at each QoS, unsubscribe, disconnect");
        var client = new MqttClient("tcp://127.0.0.1:" + door.getLocalPort(), "paho-0", new MemoryPersistence());
        var options = new MqttConnectOptions();
        options.setCleanSession(false);
        options.setUserName("bob");
        options.setPassword("builder".toCharArray());
        options.setWill("gone/paho", "lost".getBytes(UTF_8), 2, false);
        client.setTimeToWait(10_000);
        client.connect(options);
        client.subscribe(new String[] {"paho/+", "batch", "deep/a/b/c/d"}, new int[] {0, 1, 2});
        for (int qos = 0; qos <= 2; qos++) {
            client.publish("paho/" + qos, ("message " + qos).getBytes(UTF_8), qos, false);
        }
        client.publish("deep/a/b/c/d", new byte[2_000], 2, false);
        client.unsubscribe(new String[] {"batch", "paho/+"});
        client.disconnect();
        client.close();
        proxy.join();
    }

    private void command(String... line) throws Exception {
        var proxy = record(String.join(" ", line));
        var whole =
                Stream.concat(
                                Stream.of(line),
                                Stream.of("-h", "127.0.0.1", "-p", "" + door.getLocalPort(), "-V", "mqttv311"))
                        .toList();
        var process = new ProcessBuilder(whole).redirectErrorStream(true).start();
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException("does not end: " + whole);
        }
        proxy.join();
    }

    /// Passes the next connection on and writes down what its client says.
    private Thread record(String client) {
        var packets = new ArrayList<byte[]>();
        recorded.add(new Recorded(client, packets));
        return Thread.startVirtualThread(() -> {
            try (var from = door.accept();
                    var to = new Socket("127.0.0.1", broker.port())) {
                var back = Thread.startVirtualThread(() -> copy(to, from));
                var in = new DataInputStream(from.getInputStream());
                for (var packet = packet(in); packet.length > 0; packet = packet(in)) {
                    packets.add(packet);
                    to.getOutputStream().write(packet);
                }
                to.shutdownOutput();
                back.join();
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException("recording " + client, e);
            }
        });
    }

    private static void copy(Socket from, Socket to) {
        try {
            InputStream in = from.getInputStream();
            in.transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (SocketException closed) {
            // The client has gone first.
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /// One packet with its header, or nothing at the end.
    private static byte[] packet(DataInputStream in) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try {
            bytes.write(in.readUnsignedByte());
        } catch (EOFException end) {
            return new byte[0];
        }
        int length = 0;
        for (int shift = 0, digit = 128; digit > 127; shift += 7) {
            digit = in.readUnsignedByte();
            bytes.write(digit);
            length |= (digit & 127) << shift;
        }
        bytes.write(in.readNBytes(length));
        return bytes.toByteArray();
    }

    @Override
    public void close() throws IOException {
        door.close();
        broker.close();
    }
}
