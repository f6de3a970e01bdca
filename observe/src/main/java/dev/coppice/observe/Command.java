package dev.coppice.observe;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `./coppice observe URL`: what the page shows, in the terminal, once.
@CommandLine.Command(
        name = "observe",
        mixinStandardHelpOptions = true,
        description = "Shows a running node: its tree, its alarms, and how it is.")
public final class Command implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final JsonMapper JSON = new JsonMapper();

    @Parameters(paramLabel = "URL", description = "what the node's observer has logged, such as http://127.0.0.1:4000")
    private String url = "";

    @Option(names = "--json", description = "as JSON, for programs")
    private boolean json;

    @Option(names = "--lines", defaultValue = "200", description = "how many actors to show (${DEFAULT-VALUE})")
    private int lines = 200;

    @Spec private CommandSpec spec = CommandSpec.create();

    private Command() {}

    public static void main(String[] args) {
        System.exit(run(new PrintWriter(System.out, true), new PrintWriter(System.err, true), args));
    }

    /// The exit status: 0 when the node is well, 1 when it is not or cannot be reached, 2 for a wrong option.
    static int run(PrintWriter out, PrintWriter err, String... args) {
        return new CommandLine(new Command()).setOut(out).setErr(err).execute(args);
    }

    @Override
    public Integer call() throws InterruptedException {
        var base = base();
        if (lines < 1) {
            throw new ParameterException(spec.commandLine(), "--lines must be at least 1, was " + lines);
        }
        try (var http = HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
            var node = get(http, base, "/api/node");
            var tree = get(http, base, "/api/lines?limit=" + lines);
            var alarms = get(http, base, "/api/alarms").path("standing");
            var health = get(http, base, "/health");
            print(node, tree, alarms, health);
            return isUp(health) ? 0 : 1;
        } catch (ConnectException refused) {
            return fail("nobody listens at " + base + "; is the node running, with its observer on?");
        } catch (IOException | IllegalStateException | tools.jackson.core.JacksonException broken) {
            return fail(base + " is no observer: " + Terminal.harmless(String.valueOf(broken.getMessage())));
        }
    }

    private int fail(String why) {
        spec.commandLine().getErr().println("observe: " + why);
        return 1;
    }

    private URI base() {
        try {
            var given = URI.create(url.contains("://") ? url : "http://" + url);
            boolean port = given.getPort() == -1 || given.getPort() > 0 && given.getPort() < 1 << 16;
            if (given.getHost() == null || !port || !"http".equals(given.getScheme())) {
                throw new IllegalArgumentException(url);
            }
            return URI.create("http://" + given.getRawAuthority());
        } catch (IllegalArgumentException e) {
            throw new ParameterException(
                    spec.commandLine(), "the URL must be like http://127.0.0.1:4000, was " + url, e);
        }
    }

    private static JsonNode get(HttpClient http, URI base, String path) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(base.resolve(path)).timeout(PATIENCE).build();
        var answer = http.send(request, HttpResponse.BodyHandlers.ofString());
        boolean says = answer.statusCode() == 200 || answer.statusCode() == 503 && path.equals("/health");
        if (!says) {
            throw new IllegalStateException(path + " was answered with status " + answer.statusCode());
        }
        return JSON.readTree(answer.body());
    }

    private static boolean isUp(JsonNode health) {
        return health.at("/startup/up").asBoolean()
                && health.at("/liveness/up").asBoolean()
                && health.at("/readiness/up").asBoolean();
    }

    private void print(JsonNode node, JsonNode tree, JsonNode alarms, JsonNode health) {
        var out = spec.commandLine().getOut();
        if (json) {
            var all = JSON.createObjectNode();
            all.set("node", node);
            all.set("health", health);
            all.set("alarms", alarms);
            all.set("tree", tree);
            out.println(JSON.writerWithDefaultPrettyPrinter().writeValueAsString(all));
        } else {
            Terminal.lines(node, tree, alarms, health).forEach(out::println);
        }
        out.flush();
    }
}
