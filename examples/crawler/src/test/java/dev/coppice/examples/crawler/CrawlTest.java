package dev.coppice.examples.crawler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.examples.crawler.Crawler.Report;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import dev.coppice.testkit.Seeds;
import dev.coppice.testkit.World;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("#89")
class CrawlTest {
    private static final URI START = URI.create("http://site/0");

    @Nested
    class The_program {
        @Test
        @Tag("#142")
        void tells_the_story() throws Exception {
            var before = System.out;
            var told = new ByteArrayOutputStream();
            System.setOut(new PrintStream(told, true));
            try {
                Crawl.main(new String[0]);
            } finally {
                System.setOut(before);
            }
            assertThat(told.toString().lines())
                    .contains(
                            "200 /",
                            "200 /contact",
                            "200 /tools",
                            "200 /tools/billhook",
                            "200 /trees",
                            "404 /trees/elm",
                            "200 /trees/hazel",
                            "200 /trees/oak",
                            "failed /broken",
                            "8 pages, 1 failed with its fetcher");
        }
    }

    @Nested
    class Links {
        @Test
        void are_those_of_the_site_once_each_and_absolute() {
            var page = URI.create("http://site/a/b");
            var html = "<a href=\"c\"> <a href=\"/d#e\"> <a href=\"c\"> <a href=\"http://other/\"> <a href=\"#top\">";
            assertThat(Fetcher.links(page, html))
                    .containsExactly(URI.create("http://site/a/c"), URI.create("http://site/d"));
        }

        @Test
        void that_are_no_addresses_are_passed_over() {
            var html = "<a href=\"my file\"> <a href=\"http://[\"> <a href=\"%\"> <a href=\"c\">";
            assertThat(Fetcher.links(START, html)).containsExactly(URI.create("http://site/c"));
        }
    }

    /// A site of 30 pages without a network: each takes 50 ms and links to three others.
    @Nested
    class The_crawler {
        private final List<Long> requests = new ArrayList<>();

        private final class Fake implements Server<Fetch> {
            @Override
            public void handle(Fetch fetch, Self<Fetch> self) {
                requests.add(self.nanoTime());
                self.receive(_ -> null, Duration.ofMillis(50));
                int page = Integer.parseInt(fetch.page().getPath().substring(1));
                var links = IntStream.of(1, 2, 7).mapToObj(step -> START.resolve("/" + (page + step) % 30)).toList();
                self.reply(fetch, new Fetch.Page(200, links));
            }
        }

        @Seeds(100)
        void visits_every_page_once_and_never_faster_than_its_pace(World world) {
            requests.clear();
            var node = world.node();
            node.spawn(Crawl.tree(node, Server.of(Fake::new), Duration.ofMillis(10)));
            var answer = node.ref(Crawl.CRAWLER).within(Duration.ofMinutes(5)).ask(new Crawler.Crawl(START));
            world.advance(Duration.ofMinutes(1));
            Report report = answer.poll().orElseThrow().get();
            assertThat(report.pages()).hasSize(30);
            assertThat(report.failed()).isEmpty();
            assertThat(requests).hasSize(30);
            // Three at a time, 50 ms each: ten rounds at least.
            assertThat(requests.getLast() - requests.getFirst()).isGreaterThanOrEqualTo(9 * 50_000_000L);
        }

        @Seeds(100)
        void finishes_and_says_what_is_missing_when_fetchers_are_killed(World world) {
            requests.clear();
            var node = world.node();
            node.spawn(Crawl.tree(node, Server.of(Fake::new), Duration.ofMillis(10)));
            var answer = node.ref(Crawl.CRAWLER).within(Duration.ofMinutes(5)).ask(new Crawler.Crawl(START));
            world.advance(Duration.ofMillis(80)); // the first page is there: without it there would be no other
            for (int i = 0; i < 3; i++) {
                world.advance(Duration.ofMillis(20 + world.chance().nextInt(100)));
                var fetchers = node.whereis(Crawl.FETCHERS).orElseThrow().info().children();
                fetchers.get(world.chance().nextInt(fetchers.size())).kill();
            }
            world.advance(Duration.ofMinutes(1));
            Report report = answer.poll().orElseThrow().get();
            assertThat(report.failed().values()).allMatch(why -> why.contains("Killed") || why.contains("NoProcess"));
            assertThat(report.pages().size() + report.failed().size()).isLessThanOrEqualTo(30);
            assertThat(report.pages().size()).isGreaterThanOrEqualTo(1);
        }

        /// The first page is there, and what it links to is not any more.
        @Seeds(20)
        void reports_a_site_that_breaks_down_in_the_middle(World world) {
            var node = world.node();
            Server<Fetch> dying =
                    (fetch, self) -> {
                        if (!fetch.page().equals(START)) {
                            throw new IOException("connection refused");
                        }
                        var links = IntStream.rangeClosed(1, 60).mapToObj(page -> START.resolve("/" + page)).toList();
                        self.reply(fetch, new Fetch.Page(200, links));
                    };
            node.spawn(Crawl.tree(node, Server.of(() -> dying), Duration.ofMillis(10)));
            var answer = node.ref(Crawl.CRAWLER).within(Duration.ofMinutes(5)).ask(new Crawler.Crawl(START));
            world.advance(Duration.ofMinutes(1));
            Report report = answer.poll().orElseThrow().get();
            assertThat(report.pages()).hasSize(1);
            assertThat(report.failed()).hasSize(60);
            assertThat(report.failed().values()).allMatch(why -> why.contains("connection refused"));
        }
    }
}
