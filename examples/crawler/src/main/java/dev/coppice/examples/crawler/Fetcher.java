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
import java.util.Optional;
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
                .flatMap(found -> address(page, found.group(1)).stream())
                .filter(link -> page.getAuthority().equals(link.getAuthority()))
                .distinct()
                .toList();
    }

    /// Empty for text that is no address: what somebody wrote into a page is not this page's failure.
    private static Optional<URI> address(URI page, String link) {
        try {
            return Optional.of(page.resolve(link));
        } catch (IllegalArgumentException noAddress) {
            return Optional.empty();
        }
    }
}
