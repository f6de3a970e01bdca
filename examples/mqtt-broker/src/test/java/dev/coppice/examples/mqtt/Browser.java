package dev.coppice.examples.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A headless Chromium, driven by WebDriver (the W3C's protocol: JSON over HTTP), with a profile of its own.
final class Browser implements AutoCloseable {
    private static final Path PICTURES = Path.of("target/pictures");
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Pattern PORT = Pattern.compile("started successfully on port (\\d+)");
    private static final JsonMapper JSON = new JsonMapper();
    private static final String ELEMENT = "element-6066-11e4-a52e-4f735466cecf";

    /// Nothing leaves the machine, nothing is asked, nothing is kept.
    private static final List<String> FLAGS =
            List.of(
                    "--headless",
                    "--no-sandbox",
                    "--disable-gpu",
                    "--disable-quic",
                    "--no-first-run",
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--disable-sync",
                    "--disable-dev-shm-usage",
                    "--hide-scrollbars",
                    "--force-color-profile=srgb");

    private final HttpClient http = HttpClient.newHttpClient();
    private final Process driver;
    private final URI session;

    private Browser(Process driver, int port, Path profile) throws IOException {
        this.driver = driver;
        var flags = Stream.concat(FLAGS.stream(), Stream.of("--user-data-dir=" + profile)).toList();
        var options = Map.of("binary", chromium().orElseThrow().toString(), "args", flags);
        var wanted =
                Map.of(
                        "capabilities",
                        Map.of("alwaysMatch", Map.of("browserName", "chrome", "goog:chromeOptions", options)));
        var made = send(URI.create("http://127.0.0.1:" + port + "/session"), "POST", wanted);
        this.session = URI.create("http://127.0.0.1:" + port + "/session/" + made.at("/sessionId").asString() + "/");
        command("timeouts", Map.of("script", PATIENCE.toMillis(), "pageLoad", PATIENCE.toMillis()));
    }

    /// Whether the machine has what this needs; where it has not, its tests are skipped, which CI does not accept.
    static boolean installed() {
        return chromium().isPresent() && find("chromedriver").isPresent();
    }

    /// Debian's, or where there is none Chrome itself: the driver speaks to both.
    private static java.util.Optional<Path> chromium() {
        return find("chromium").or(() -> find("google-chrome"));
    }

    private static java.util.Optional<Path> find(String program) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    static Browser open(Path profile) throws IOException {
        var driver =
                new ProcessBuilder("chromedriver", "--port=0", "--log-level=SEVERE").redirectErrorStream(true).start();
        try {
            return new Browser(driver, port(driver.inputReader(UTF_8)), profile);
        } catch (IOException | RuntimeException failed) {
            driver.destroy();
            throw failed;
        }
    }

    private static int port(BufferedReader output) throws IOException {
        for (var line = output.readLine(); line != null; line = output.readLine()) {
            var found = PORT.matcher(line);
            if (found.find()) {
                return Integer.parseInt(found.group(1));
            }
        }
        throw new IOException("chromedriver ended before it listened");
    }

    // ---- the protocol

    private JsonNode send(URI to, String method, Object body) {
        try {
            var request = HttpRequest.newBuilder(to).timeout(PATIENCE.plusSeconds(10));
            var content =
                    method.equals("POST")
                            ? HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body))
                            : HttpRequest.BodyPublishers.noBody();
            var answer = http.send(request.method(method, content).build(), HttpResponse.BodyHandlers.ofString());
            var value = JSON.readTree(answer.body()).path("value");
            if (answer.statusCode() != 200) {
                throw new AssertionError("the browser says: " + value.path("message").asString(value.toString()));
            }
            return value;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private JsonNode command(String path, Object body) {
        return send(session.resolve(path), "POST", body);
    }

    private JsonNode ask(String path) {
        return send(session.resolve(path), "GET", "");
    }

    // ---- what a person does

    void go(URI page) {
        command("url", Map.of("url", page.toString()));
    }

    void size(int width, int height) {
        command("window/rect", Map.of("width", width, "height", height));
    }

    /// Runs a function body in the page; what it returns.
    JsonNode run(String script, Object... arguments) {
        return command("execute/sync", Map.of("script", script, "args", arguments));
    }

    /// Waits until an expression over the page is true; looks forty times a second, inside the page.
    void await(String what, String expression) {
        var script =
                "const done = arguments[0]; const until = Date.now() + "
                        + (PATIENCE.toMillis() - 5_000)
                        + "; const look = () => { let is = false; try { is = ("
                        + expression
                        + "); } catch (e) {} if (is) done(''); else if (Date.now() > until) done(document.body.innerText); else setTimeout(look, 25); }; look();";
        var seen = command("execute/async", Map.of("script", script, "args", List.of())).asString();
        if (!seen.isEmpty()) {
            throw new AssertionError("waited in vain for: " + what + "\nThe page shows:\n" + seen);
        }
    }

    void awaitText(String text) {
        await("the text " + text, "document.body.innerText.includes(" + JSON.writeValueAsString(text) + ")");
    }

    private String element(String css) {
        await("the element " + css, "document.querySelector(" + JSON.writeValueAsString(css) + ")");
        return command("element", Map.of("using", "css selector", "value", css)).path(ELEMENT).asString();
    }

    void click(String css) {
        command("element/" + element(css) + "/click", Map.of());
    }

    void type(String css, String text) {
        command("element/" + element(css) + "/value", Map.of("text", text));
    }

    String text(String css) {
        return ask("element/" + element(css) + "/text").asString();
    }

    /// Presses keys wherever the focus is; arrows and the like are WebDriver's private-use characters.
    void press(String keys) {
        command("element/" + ask("element/active").path(ELEMENT).asString() + "/value", Map.of("text", keys));
    }

    Path picture(String name) throws IOException {
        Files.createDirectories(PICTURES);
        var png = Base64.getDecoder().decode(ask("screenshot").asString());
        return Files.write(PICTURES.resolve(name + ".png"), png);
    }

    @Override
    public void close() {
        try {
            send(URI.create(session.toString().replaceAll("/$", "")), "DELETE", "");
        } finally {
            driver.destroy();
        }
    }
}
