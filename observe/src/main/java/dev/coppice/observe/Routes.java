package dev.coppice.observe;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLDecoder;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Which address shows what. A page is a file of the bundle, the rest is made when it is asked for.
final class Routes {
    private static final int SHOWN = 20;
    private static final int LINES = 10_000;

    /// The bundle: nothing else is served, whatever is asked for.
    private static final Map<String, String> FILES =
            Map.of(
                    "/", "index.html",
                    "/app.js", "app.js",
                    "/app.css", "app.css",
                    "/icon.svg", "icon.svg");

    private static final Map<String, String> TYPES =
            Map.of(
                    "html", "text/html; charset=utf-8",
                    "js", "text/javascript; charset=utf-8",
                    "css", "text/css; charset=utf-8",
                    "svg", "image/svg+xml");

    private final Facts facts;
    private final Views views;
    private final PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    Routes(Facts facts, Views views) {
        this.facts = facts;
        this.views = views;
        new NodeMetrics(facts).bindTo(prometheus);
    }

    Answer answer(String method, URI uri) {
        var path = uri.getPath();
        var query = Query.of(uri);
        if (method.equals("POST")) {
            return switch (path) {
                case "/api/actor" -> act(query);
                case "/api/trace" -> trace(query);
                case "/api/heap" -> Answer.json(HeapCount.count());
                default -> Answer.error(405, "only /api/actor, /api/trace and /api/heap take a POST");
            };
        }
        if (FILES.containsKey(path)) {
            return file(FILES.get(path));
        }
        return switch (path) {
            case "/metrics" ->
                    new Answer(200, "text/plain; version=0.0.4; charset=utf-8", prometheus.scrape().getBytes(UTF_8));
            case "/health" -> health(facts.health());
            case "/health/start" -> health(facts.health().startup());
            case "/health/live" -> health(facts.health().liveness());
            case "/health/ready" -> health(facts.health().readiness());
            default -> path.startsWith("/api/") ? facts(path, query) : nothing(path);
        };
    }

    private Answer facts(String path, Query query) {
        return switch (path) {
            case "/api/node" -> Answer.json(views.node());
            case "/api/tree" -> level(query);
            case "/api/lines" -> Answer.json(views.tree(Math.clamp(query.number("limit", LINES), 1, LINES)));
            case "/api/search" -> Answer.json(views.search(query.text("q")));
            case "/api/top" -> top(query);
            case "/api/actor" -> actor(query);
            case "/api/kinds" -> Answer.json(views.kinds());
            case "/api/letters" -> Answer.json(facts.letters());
            case "/api/crashes" -> Answer.json(views.crashes());
            case "/api/alarms" -> Answer.json(views.alarms());
            case "/api/busy" -> Answer.json(views.busy(Math.clamp(query.number("n", SHOWN), 0, 100)));
            case "/api/slow" -> Answer.json(views.slow());
            case "/api/waits" -> Answer.json(facts.census().waits());
            case "/api/trace" -> Answer.json(views.trace());
            case "/api/history" -> Answer.json(facts.history());
            case "/api/scheduler" -> Answer.json(views.scheduler());
            default -> nothing(path);
        };
    }

    private Answer level(Query query) {
        return views.level(query.text("at"), query.number("offset", 0), query.number("limit", 100))
                .map(Answer::json)
                .orElseGet(() -> gone(query));
    }

    private Answer top(Query query) {
        var by = query.text("by").isEmpty() ? "queue" : query.text("by");
        var census = facts.census();
        var rows = Optional.ofNullable(census.top().get(by));
        return rows.map(all -> Answer.json(all.subList(0, Math.clamp(query.number("n", SHOWN), 0, all.size()))))
                .orElseGet(() ->
                        census == Census.NONE
                                ? Answer.json(List.of())
                                : Answer.error(400, "by must be one of " + census.top().keySet() + ", was " + by));
    }

    private Answer actor(Query query) {
        return views.actor(query.text("at"), query.text("inside").equals("true"))
                .map(Answer::json)
                .orElseGet(() -> gone(query));
    }

    private Answer act(Query query) {
        var deed = Deeds.Deed.named(query.text("do"));
        if (deed.isEmpty()) {
            return Answer.error(400, "do must be one of stop, restart, kill, suspend, resume, was " + query.text("do"));
        }
        var pid = Spots.find(facts.node(), query.text("at"));
        if (pid.isEmpty()) {
            return gone(query);
        }
        var done = Deeds.act(deed.get(), pid.get()).redacted(facts.rules().redaction());
        return Answer.json(done.done() ? 200 : 409, done);
    }

    /// Begins a session, in place of the one before, or ends it.
    private Answer trace(Query query) {
        switch (query.text("do")) {
            case "start" ->
                    facts.trace(
                            new Tracing.Wish(
                                    query.text("name"),
                                    query.text("type"),
                                    Math.max(1, query.number("every", 1)),
                                    Math.clamp(query.number("legs", 500), 1, 5_000),
                                    Duration.ofSeconds(Math.clamp(query.number("seconds", 60), 1, 600))));
            case "end" -> facts.tracing().ifPresent(Tracing::close);
            default -> {
                return Answer.error(400, "do must be start or end, was " + query.text("do"));
            }
        }
        return Answer.json(views.trace());
    }

    private static Answer health(Health health) {
        return Answer.json(health.up() ? 200 : 503, health);
    }

    private static Answer health(Health.Check check) {
        return Answer.json(check.up() ? 200 : 503, check);
    }

    private static Answer gone(Query query) {
        return Answer.error(404, "no actor is at \"" + query.text("at") + "\" (any more)");
    }

    private static Answer nothing(String path) {
        return Answer.error(404, "nothing is at " + path);
    }

    private static Answer file(String name) {
        try (var in = Routes.class.getResourceAsStream("page/" + name)) {
            if (in == null) {
                return Answer.error(404, "the page was left out of this build: " + name);
            }
            return new Answer(
                    200, TYPES.getOrDefault(name.substring(name.indexOf('.') + 1), "text/plain"), in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What stands behind the question mark; of a repeated name the last.
    private record Query(Map<String, String> values) {
        static Query of(URI uri) {
            var values = new HashMap<String, String>();
            var raw = uri.getRawQuery() == null ? "" : uri.getRawQuery();
            for (var pair : raw.split("&")) {
                int sign = pair.indexOf('=');
                if (sign > 0) {
                    values.put(pair.substring(0, sign), decoded(pair.substring(sign + 1)));
                }
            }
            return new Query(values);
        }

        private static String decoded(String text) {
            try {
                return URLDecoder.decode(text, UTF_8);
            } catch (IllegalArgumentException malformed) {
                return text;
            }
        }

        String text(String name) {
            return values.getOrDefault(name, "");
        }

        /// Anything but a number is the default.
        int number(String name, int otherwise) {
            try {
                return Integer.parseInt(text(name));
            } catch (NumberFormatException e) {
                return otherwise;
            }
        }
    }
}
