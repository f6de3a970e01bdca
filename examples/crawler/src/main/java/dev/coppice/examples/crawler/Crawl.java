package dev.coppice.examples.crawler;

import dev.coppice.kernel.Actor;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Server;
import dev.coppice.otp.Child;
import dev.coppice.otp.Pool;
import dev.coppice.otp.Routing;
import dev.coppice.otp.Supervisor;
import java.io.IOException;
import java.net.http.HttpClient;
import java.time.Duration;

/// Crawls a small site of its own with three fetchers and at most one request in 10 ms.
public final class Crawl {
    static final Name<Fetch> FETCHERS = Name.of("fetchers");
    static final Name<Crawler.Msg> CRAWLER = Name.of("crawler");

    private static final Duration WHILE = Duration.ofSeconds(5);

    private Crawl() {}

    /// @param fetcher the recipe of one; a pool of three is made of it
    static Supervisor tree(Node node, Actor<Fetch> fetcher, Duration period) {
        return Supervisor.oneForOne(
                Child.of(
                        Pool.of(3, fetcher)
                                .routing(new Routing.LeastBusy<>())
                                .intensity(atMost(period), WHILE)
                                .named(FETCHERS)),
                Child.server(CRAWLER, () -> new Crawler(node.ref(FETCHERS), period)));
    }

    /// How many fetchers the pages of that time can end, and some to spare: a site that breaks down breaks each of them.
    private static int atMost(Duration period) {
        return 20 + Math.toIntExact(WHILE.dividedBy(period));
    }

    public static void main(String[] args) throws IOException {
        try (var site = new Site();
                var client = HttpClient.newHttpClient();
                var node = Node.start()) {
            node.spawn(tree(node, Server.of(() -> new Fetcher(client)), Duration.ofMillis(10)));
            var crawler = node.ref(CRAWLER).within(Duration.ofMinutes(1));
            var report = crawler.call(new Crawler.Crawl(site.start()));
            report.pages().forEach((page, status) -> IO.println(status + " " + page.getPath()));
            report.failed().forEach((page, _) -> IO.println("failed " + page.getPath()));
            IO.println(report.pages().size() + " pages, " + report.failed().size() + " failed with its fetcher");
        }
    }
}
