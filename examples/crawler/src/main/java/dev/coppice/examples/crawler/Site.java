package dev.coppice.examples.crawler;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/// A small site on this machine: pages that link to each other in circles, one that is not there, one that hangs up.
final class Site implements AutoCloseable {
    private static final Map<String, List<String>> LINKS =
            Map.of(
                    "/", List.of("/trees", "/tools", "/contact"),
                    "/trees", List.of("/", "/trees/hazel", "/trees/oak", "/trees/elm"),
                    "/trees/hazel", List.of("/trees", "/tools"),
                    "/trees/oak", List.of("/trees", "/trees/hazel"),
                    "/tools", List.of("/", "/tools/billhook", "http://elsewhere.invalid/"),
                    "/tools/billhook", List.of("/tools", "/broken"),
                    "/contact", List.of("/"));

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    Site() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", Site::answer);
        server.start();
    }

    URI start() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
    }

    private static void answer(HttpExchange exchange) throws IOException {
        var path = exchange.getRequestURI().getPath();
        if (path.equals("/broken")) {
            exchange.close(); // no answer at all
            return;
        }
        var links = LINKS.get(path);
        var body = links == null ? "no such page" : links.stream().map(Site::link).collect(Collectors.joining("\n"));
        var bytes = body.getBytes(StandardCharsets.UTF_8);
        try (exchange) {
            exchange.sendResponseHeaders(links == null ? 404 : 200, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private static String link(String to) {
        return "<a href=\"" + to + "\">" + to + "</a>";
    }

    @Override
    public void close() {
        server.stop(0);
        threads.close();
    }
}
