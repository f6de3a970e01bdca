package dev.coppice.examples.crawler;

import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/// Fetches one page at a time, and blocks while it does. A page that cannot be had ends it: its pool starts another, and the one who
/// asked learns why.
final class Fetcher implements Server<Fetch> {
    private static final Pattern LINK = Pattern.compile("href=\"([^\"#]+)");

    private final HttpClient client;

    Fetcher(HttpClient client) {
        this.client = client;
    }

    @Override
    public void handle(Fetch fetch, Self<Fetch> self) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(fetch.page()).timeout(Duration.ofSeconds(3)).build();
        var response = client.send(request, BodyHandlers.ofString());
        self.reply(fetch, new Fetch.Page(response.statusCode(), links(fetch.page(), response.body())));
    }

    /// Those within the same site, each once.
    static List<URI> links(URI page, String html) {
        return LINK.matcher(html)
                .results()
                .map(found -> page.resolve(found.group(1)))
                .filter(link -> page.getAuthority().equals(link.getAuthority()))
                .distinct()
                .toList();
    }
}
