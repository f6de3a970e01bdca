package dev.coppice.examples.crawler;

import dev.coppice.examples.crawler.Fetch.Page;
import dev.coppice.kernel.Call;
import dev.coppice.kernel.Caller;
import dev.coppice.kernel.Outcome;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// Follows the links of a site, each page once, one request in each period: the pace is a timer, the width is the pool's.
///
/// Everything that it knows is in plain fields; answers of the fetchers arrive as messages between the ticks.
final class Crawler implements Server<Crawler.Msg> {
    sealed interface Msg {}

    /// Answered when no page is left. One crawl at a time: another begins when this one is over.
    record Crawl(URI start) implements Msg, Call<Crawl, Report> {}

    private record Tick() implements Msg {}

    private record Fetched(URI page, Outcome<Page> outcome) implements Msg {}

    /// @param pages their status, by address
    /// @param failed why they could not be had, by address
    record Report(Map<URI, Integer> pages, Map<URI, String> failed) {}

    private record Order(URI start, Caller<Report> caller) {}

    private final Ref<Fetch> fetchers;
    private final Duration period;
    private final ArrayDeque<Order> orders = new ArrayDeque<>();
    private final ArrayDeque<URI> frontier = new ArrayDeque<>();
    private final Set<URI> seen = new HashSet<>();
    private final Map<URI, Integer> pages = new TreeMap<>();
    private final Map<URI, String> failed = new TreeMap<>();
    private int underWay;

    Crawler(Ref<Fetch> fetchers, Duration period) {
        this.fetchers = fetchers;
        this.period = period;
    }

    @Override
    public void init(Self<Msg> self) {
        self.sendEvery(period, new Tick());
    }

    @Override
    public void handle(Msg message, Self<Msg> self) {
        switch (message) {
            case Crawl crawl -> order(new Order(crawl.start(), self.defer(crawl)));
            case Tick() ->
                    Optional.ofNullable(frontier.poll())
                            .ifPresent(page -> {
                                underWay++;
                                self.ask(fetchers, new Fetch(page), outcome -> new Fetched(page, outcome));
                            });
            case Fetched(var page, var outcome) -> fetched(page, outcome);
        }
    }

    private void order(Order order) {
        orders.add(order);
        if (orders.size() == 1) {
            find(List.of(order.start));
        }
    }

    private void find(List<URI> links) {
        links.stream().filter(seen::add).forEach(frontier::add);
    }

    private void fetched(URI page, Outcome<Page> outcome) {
        underWay--;
        switch (outcome) {
            case Outcome.Replied<Page>(Page(int status, var links)) -> {
                pages.put(page, status);
                find(links);
            }
            case Outcome.Failed<Page>(var why) -> failed.put(page, why.message());
        }
        if (frontier.isEmpty() && underWay == 0) {
            finish();
        }
    }

    private void finish() {
        orders.remove().caller.reply(new Report(new TreeMap<>(pages), new TreeMap<>(failed)));
        seen.clear();
        pages.clear();
        failed.clear();
        Optional.ofNullable(orders.peek()).ifPresent(next -> find(List.of(next.start)));
    }
}
