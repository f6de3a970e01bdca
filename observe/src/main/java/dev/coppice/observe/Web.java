package dev.coppice.observe;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The port: the JDK's HTTP server, each request on a virtual thread of its own, so many of them at once.
final class Web implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Web.class);
    private static final int REQUESTS = 64;

    /// In KiB: what all answers that are being written may take together.
    private static final int WRITTEN = 64 << 10;

    private static final String STREAM = "/api/stream";

    /// No script, style or image from elsewhere, no frame around it, nothing sent elsewhere.
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
                    + "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Semaphore free = new Semaphore(REQUESTS);
    private final Outbox outbox = new Outbox(WRITTEN);
    private final String token;
    private final Gate gate;
    private final Routes routes;
    private final Streams streams;
    private final String host;

    private Web(Facts facts, Observer rules, HttpServer server) {
        this.server = server;
        this.token = rules.token();
        var bound = server.getAddress().getAddress();
        this.host = host(bound, rules.bind());
        var elsewhere = bound.isLoopbackAddress() ? Optional.<String>empty() : Optional.of(rules.bind());
        this.gate = new Gate(token, rules.isReadOnly(), elsewhere);
        var views = new Views(facts, rules);
        this.routes = new Routes(facts, views);
        this.streams = new Streams(rules.streams(), outbox, views::node);
        facts.whenTicked(streams::beat);
        facts.whenTicked(() -> look(System.nanoTime()));
    }

    /// As it stands in an address: of the loopback its number, elsewhere what was told.
    private static String host(InetAddress bound, String told) {
        if (bound.isAnyLocalAddress()) {
            return "127.0.0.1";
        }
        if (bound.isLoopbackAddress()) {
            return bound instanceof Inet6Address ? "[::1]" : bound.getHostAddress();
        }
        return told.contains(":") && !told.startsWith("[") ? "[" + told + "]" : told;
    }

    /// @throws IOException when the port is in use or the address is not ours; says which
    static Web start(Facts facts, Observer rules) throws IOException {
        var address = new InetSocketAddress(InetAddress.getByName(rules.bind()), rules.port());
        HttpServer server;
        try {
            server = HttpServer.create(address, REQUESTS);
        } catch (IOException e) {
            throw new IOException(
                    "the observer cannot listen on " + rules.bind() + ":" + rules.port() + ": " + e.getMessage(), e);
        }
        var web = new Web(facts, rules, server);
        server.createContext("/", web::serve);
        server.setExecutor(web.threads);
        server.start();
        return web;
    }

    /// With the token behind the `#`, which a browser keeps to itself; the page decodes it.
    URI address() {
        var said = URLEncoder.encode(token, UTF_8);
        return URI.create("http://" + host + ":" + server.getAddress().getPort() + "/#token=" + said);
    }

    /// Streams have their own limit: a page that is only open keeps nobody out.
    private void serve(HttpExchange exchange) throws IOException {
        var headers = exchange.getResponseHeaders();
        headers.set("Content-Security-Policy", POLICY);
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("Referrer-Policy", "no-referrer");
        headers.set("Cross-Origin-Resource-Policy", "same-origin");
        headers.set("Cache-Control", "no-store");
        try (exchange) {
            var refusal = gate.refuses(head(exchange));
            if (refusal.isPresent()) {
                send(exchange, Answer.error(refusal.get().status(), refusal.get().why()));
            } else if (isStream(exchange)) {
                stream(exchange);
            } else {
                send(exchange, answer(exchange));
            }
        }
    }

    private static boolean isStream(HttpExchange exchange) {
        return exchange.getRequestMethod().equals("GET") && exchange.getRequestURI().getPath().equals(STREAM);
    }

    private void stream(HttpExchange exchange) throws IOException {
        if (!streams.serve(exchange)) {
            send(exchange, Answer.error(503, "too many pages are open; close one, or raise Observer.streams"));
        }
    }

    private Answer answer(HttpExchange exchange) {
        if (!free.tryAcquire()) {
            return Answer.error(503, "too many requests at once; try again");
        }
        try {
            return routes.answer(exchange.getRequestMethod(), exchange.getRequestURI());
        } catch (RuntimeException broken) {
            LOG.atError().addKeyValue("request", exchange.getRequestURI()).setCause(broken).log("request failed");
            return Answer.error(500, "the observer failed; its log says why");
        } finally {
            free.release();
        }
    }

    private static Gate.Head head(HttpExchange exchange) {
        var headers = exchange.getRequestHeaders();
        return new Gate.Head(
                exchange.getRequestMethod(),
                exchange.getRequestURI().toString(),
                Optional.ofNullable(headers.getFirst("Host")),
                Optional.ofNullable(headers.getFirst("Origin")),
                Optional.ofNullable(headers.getFirst("Sec-Fetch-Site")),
                Optional.ofNullable(headers.getFirst(Gate.TOKEN)));
    }

    private void send(HttpExchange exchange, Answer answer) throws IOException {
        if (!outbox.write(answer.body().length, () -> write(exchange, answer))) {
            write(exchange, Answer.error(503, "too many answers wait for somebody to read them; try again"));
        }
    }

    private static void write(HttpExchange exchange, Answer answer) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", answer.type());
        boolean head = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(answer.status(), head || answer.body().length == 0 ? -1 : answer.body().length);
        if (!head) {
            Outbox.pieces(answer.body(), exchange.getResponseBody());
            exchange.getResponseBody().flush();
        }
    }

    /// Gives up on clients that have not read their answer in time.
    void look(long now) {
        outbox.look(now);
    }

    @Override
    public void close() {
        streams.close();
        server.stop(0);
        threads.shutdownNow();
    }
}
