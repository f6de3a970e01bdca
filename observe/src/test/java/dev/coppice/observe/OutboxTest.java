package dev.coppice.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class OutboxTest {
    private static final long LATER = Duration.ofSeconds(31).toNanos();

    /// Reads very slowly: its own end holds little, and it has read only the first byte.
    private static Socket reader(int port, String path) throws IOException {
        var socket = new Socket();
        socket.setReceiveBufferSize(4_096);
        socket.connect(new InetSocketAddress("127.0.0.1", port));
        var head = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
        socket.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
        assertThat(socket.getInputStream().read()).isEqualTo('H');
        return socket;
    }

    @Nested
    class A_client_that_does_not_read {
        @Test
        void its_answer_is_not_kept_for_longer_than_half_a_minute() throws Exception {
            try (var garden = Garden.open()) {
                // The page is longer than what the sockets' two ends hold.
                var label = "long".repeat(5_000);
                for (int i = 0; i < 600; i++) {
                    garden.node.spawn(Garden.plant().labelled(label));
                }
                var rules = Observer.on(0);
                try (var web = Web.start(garden.facts(), rules);
                        var client = reader(web.address().getPort(), "/api/lines")) {
                    web.look(System.nanoTime());
                    web.look(System.nanoTime() + LATER);
                    long read = assertTimeoutPreemptively(Duration.ofMinutes(1), () -> readable(client));
                    assertThat(read).isLessThan(600L * 2 * label.length());
                }
            }
        }

        private long readable(Socket client) {
            long read = 0;
            var piece = new byte[1 << 16];
            try {
                for (int n; (n = client.getInputStream().read(piece)) > 0; ) {
                    read += n;
                }
            } catch (IOException reset) {
                assertThat(reset).hasMessageContaining("reset");
            }
            return read;
        }
    }

    @Nested
    class A_write {
        @Test
        void that_has_no_room_is_refused_until_another_is_over() throws Exception {
            var outbox = new Outbox(8);
            outbox.write(8 << 10, () -> assertThat(outbox.write(1, () -> {})).isFalse());
            outbox.write(7 << 10, () -> assertThat(outbox.write(1, () -> {})).isTrue());
            assertThat(outbox.write(1 << 20, () -> {})).isTrue();
        }

        @Test
        void that_fails_gives_its_room_back() throws Exception {
            var outbox = new Outbox(1);
            assertThatThrownBy(() ->
                            outbox.write(
                                    1,
                                    () -> {
                                        throw new ClosedByInterruptException();
                                    }))
                    .isInstanceOf(ClosedByInterruptException.class);
            assertThat(outbox.write(1, () -> {})).isTrue();
        }

        @Test
        void is_interrupted_when_it_takes_too_long_and_never_afterwards() throws Exception {
            var outbox = new Outbox(1);
            outbox.write(
                    1,
                    () -> {
                        outbox.look(System.nanoTime());
                        assertThat(Thread.currentThread().isInterrupted()).isFalse();
                        outbox.look(System.nanoTime() + LATER);
                        assertThat(Thread.interrupted()).isTrue();
                    });
            outbox.look(System.nanoTime() + LATER);
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
        }

        @Test
        void that_is_over_when_it_is_given_up_leaves_no_interrupt_behind() throws Exception {
            var outbox = new Outbox(1);
            outbox.write(1, () -> outbox.look(System.nanoTime() + LATER));
            assertThat(Thread.interrupted()).isFalse();
        }
    }
}
