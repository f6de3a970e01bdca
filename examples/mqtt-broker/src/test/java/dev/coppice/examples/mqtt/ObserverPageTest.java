package dev.coppice.examples.mqtt;

import static dev.coppice.examples.mqtt.RawClient.connected;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.Done;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import dev.coppice.observe.Observer;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The observer's page as a person uses it, on a running broker. Leaves pictures of the main views in `target/pictures`.
@Tag("#104")
class ObserverPageTest {
    private static final String TOKEN = "a-token-for-the-page";
    private static final String HOSTILE = "<img src=x onerror=\"document.title='owned'\">";

    @TempDir private static Path profile;

    private static Browser browser;
    private TestBroker broker;
    private final List<RawClient> clients = new ArrayList<>();
    private final CountDownLatch open = new CountDownLatch(1);
    private boolean shown;

    @BeforeAll
    static void open() throws Exception {
        assumeTrue(Browser.installed(), "chromium and chromedriver are not installed: sh tools/install-test-tools.sh");
        browser = Browser.open(profile);
    }

    @AfterAll
    static void shut() {
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void start() {
        broker = TestBroker.observed(Observer.on(0).token(TOKEN).timedEvery(4));
        browser.size(1280, 860);
    }

    @AfterEach
    void close() {
        open.countDown();
        clients.forEach(RawClient::close);
        broker.close();
    }

    private URI page(String view) {
        var address = broker.node().ref(Observer.NAME).call(new Observer.GetAddress()).orElseThrow();
        return URI.create("http://127.0.0.1:" + address.getPort() + "/?" + System.nanoTime() + "#" + view);
    }

    /// Loads the page once, as a person does, and then goes from view to view.
    private void show(String view) {
        if (!shown) {
            shown = true;
            browser.go(page("token=" + TOKEN));
        }
        browser.run("location.hash = arguments[0]", "/" + view);
    }

    private RawClient client(String id) {
        var client = connected(broker.port(), id, false);
        clients.add(client);
        return client;
    }

    private static String line(String name) {
        return ".line[data-name='" + name + "']";
    }

    /// Stands still in a handler while messages come.
    record Note(String text) {}

    /// Prints what it is given, when it comes to it.
    record Printer(CountDownLatch entered, CountDownLatch open) implements Server<Note> {
        @Override
        public void handle(Note note, Self<Note> self) throws InterruptedException {
            entered.countDown();
            open.await();
        }
    }

    /// Dies of what it is told, word for word.
    static final class Parrot implements Server<Note> {
        @Override
        public void handle(Note note, Self<Note> self) {
            throw new IllegalStateException(note.text());
        }
    }

    static final class Plant implements Server<Note> {
        @Override
        public void handle(Note note, Self<Note> self) {}
    }

    private Pid<Note> stuck(String label, int queued) throws InterruptedException {
        var entered = new CountDownLatch(1);
        var pid =
                broker.node()
                        .spawn(
                                Server.<Note>of(() -> new Printer(entered, open))
                                        .labelled(label)
                                        .mailbox(dev.coppice.kernel.Mailbox.unbounded().highWater(1_000)));
        pid.send(new Note("note 0"));
        entered.await(); // so that it takes none of the others into its hand, which stand in its mailbox no more
        for (int i = 1; i <= queued; i++) {
            pid.send(new Note("note " + i));
        }
        return pid;
    }

    @Nested
    class The_tree {
        @Test
        void of_a_running_broker_appears_and_a_killed_session_shows_its_restart() throws Exception {
            for (var id : List.of("kitchen", "cellar", "garden")) {
                client(id).subscribe("house/#", 1);
            }
            show("tree");
            browser.awaitText("session:kitchen");
            for (var actor : List.of("router", "session-tree", "sessions", "connections", "listener", "observer")) {
                browser.awaitText(actor);
            }
            broker.node().whereis(Session.name("kitchen")).orElseThrow().kill();
            browser.await(
                    "its restart",
                    "document.querySelector(\"" + line("session:kitchen") + " .chip.warn\")?.innerText.includes('1')");
            assertThat(browser.run("return document.querySelectorAll(\".chip.warn\").length").asInt())
                    .as("nobody else was restarted")
                    .isEqualTo(1);
            browser.click(line("session:kitchen"));
            browser.awaitText("Received");
            browser.picture("tree");
            browser.run("document.documentElement.dataset.theme = 'dark'");
            browser.picture("tree-dark");
            browser.run("delete document.documentElement.dataset.theme");
        }

        @Test
        void shows_the_page_that_there_is_when_a_later_one_has_gone() throws Exception {
            var plants =
                    IntStream.range(0, 60).mapToObj(_ -> broker.node().spawn(Server.<Note>of(Plant::new))).toList();
            show("tree");
            browser.awaitText("1–50 of");
            browser.click(".pager button:last-child");
            browser.awaitText("51–");
            plants.forEach(Pid::stop);
            browser.await(
                    "what is left",
                    "document.querySelector('.pager') === null && document.querySelector('.tree .line') !== null");
        }

        @Test
        void is_walked_with_the_keys() throws Exception {
            show("tree");
            browser.awaitText("session-tree");
            browser.run("document.querySelector('.lines').focus()");
            browser.press("\uE015"); // down
            browser.press("\uE015");
            browser.picture("keyboard");
            var second = browser.run("return document.activeElement.dataset.name").asString();
            assertThat(second).isEqualTo("observer");
            browser.press("\uE007"); // enter
            browser.await("the actor", "document.querySelector('.actor h2')?.innerText === 'observer'");
            browser.run("document.querySelector('.lines').focus()");
            browser.press("/");
            assertThat(browser.run("return document.activeElement.type").asString()).isEqualTo("search");
        }

        @Test
        void finds_an_actor_by_a_part_of_its_name() {
            client("needle");
            show("tree");
            browser.type("input[type=search]", "EEDL");
            browser.awaitText("/session:needle");
            assertThat(browser.text(".lines")).doesNotContain("listener");
        }

        @Test
        void stays_small_with_100_000_actors() throws Exception {
            sow(100_000);
            show("tree");
            browser.click(line("field") + " .caret");
            browser.awaitText("of 100,000");
            assertThat(browser.run("return document.querySelectorAll('*').length").asInt()).isLessThan(2_000);
            long begun = System.nanoTime();
            browser.click(".pager button:last-child");
            browser.awaitText("51–100 of 100,000");
            System.out.println(
                    "the next page of 100,000 actors took " + (System.nanoTime() - begun) / 1_000_000 + " ms");
            browser.picture("tree-100000");
        }
    }

    /// Asks for very many actors that rest.
    record Sow(int plants) implements Call<Sow, Done> {}

    private void sow(int plants) {
        Name<Sow> field = Name.of("field");
        broker.node().spawn(Server.<Sow>of(() -> ObserverPageTest::grow).labelled("field").named(field));
        broker.node().ref(field).within(Duration.ofMinutes(1)).call(new Sow(plants));
    }

    private static void grow(Sow sow, Self<Sow> self) {
        for (int i = 0; i < sow.plants(); i++) {
            self.spawn(Server.<Note>of(Plant::new));
        }
        self.done(sow);
    }

    @Nested
    @Tag("#103")
    class An_actor {
        @Test
        void that_is_stuck_shows_what_it_handles_and_where_it_stands() throws Exception {
            stuck("slow printer", 20);
            show("tree");
            browser.click(line("slow printer"));
            browser.awaitText("Note[text=note 0]");
            browser.run("document.querySelector('.stack').open = true");
            browser.awaitText("Printer.handle");
            browser.await("its queue", "document.querySelector('.actor dl').innerText.includes('20, the oldest for')");
            browser.run("document.documentElement.dataset.theme = 'dark'");
            browser.picture("actor-dark");
            browser.run("document.documentElement.dataset.theme = 'light'");
            browser.picture("actor");
            assertThat(browser.text(".actor")).doesNotContain("undefined", "NaN", "[object");
            show("waits");
            browser.click("#look-slow");
            browser.awaitText("/slow printer");
            browser.picture("scheduler");
        }
    }

    @Nested
    @Tag("#103")
    class An_action {
        @Test
        void asks_first_and_without_the_token_is_refused() throws Exception {
            client("kitchen");
            browser.go(page("/tree"));
            browser.run("sessionStorage.clear()");
            browser.awaitText("session:kitchen");
            var session = broker.node().whereis(Session.name("kitchen")).orElseThrow();
            browser.click(line("session:kitchen"));
            browser.click("#do-kill");
            browser.awaitText("Kill this actor?");
            browser.picture("confirm");
            browser.type("dialog input", "wrong-wrong-wrong-wrong");
            browser.click("#confirm");
            browser.awaitText("a change needs the token");
            assertThat(session.alive()).isTrue();
            browser.type("dialog input", TOKEN);
            browser.click("#confirm");
            browser.await("its end", "document.querySelector('dialog .good')?.innerText === 'killed'");
            assertThat(session.await()).isEqualTo(new dev.coppice.kernel.ExitReason.Killed());
        }

        @Test
        void is_not_offered_by_a_read_only_observer() {
            broker.close();
            broker = TestBroker.observed(Observer.on(0).token(TOKEN).readOnly());
            show("tree");
            browser.awaitText("read-only");
            browser.click(line("router"));
            browser.awaitText("Linked with");
            assertThat(browser.run("return document.querySelectorAll('.deeds button').length").asInt()).isZero();
        }

        @Test
        void shows_the_state_of_an_actor_when_asked() {
            show("tree");
            browser.click(line("connections"));
            browser.click("#look");
            browser.await("its state", "document.querySelector('pre.state, .actor section .hint')");
            assertThat(browser.text(".actor")).doesNotContain("undefined", "[object");
        }
    }

    @Nested
    @Tag("#102")
    class A_trace {
        @Test
        void shows_a_publish_travelling_from_its_connection_over_the_router_to_the_subscriber() throws Exception {
            client("reader").subscribe("news/#", 1);
            var writer = client("writer");
            show("trace");
            browser.type("#trace-type", "Incoming");
            browser.click("#trace-start");
            browser.await("that it runs", "document.querySelector('#trace-end')");
            writer.publish("news/today", "it rains", 1, 7, false);
            browser.awaitText("Deliver");
            for (var leg : List.of("Incoming", "Route", "Wake", "Deliver")) {
                browser.await(
                        leg,
                        "[...document.querySelectorAll('.trace b')].some(b => b.innerText.includes('" + leg + "'))");
            }
            browser.click("#trace-end");
            browser.awaitText("the session is over");
            browser.picture("trace");
            assertThat(browser.run("return document.querySelectorAll('.trace tr.first').length").asInt()).isPositive();
            assertThat(browser.text(".trace")).contains("/session:reader").doesNotContain("undefined");
        }
    }

    @Nested
    class Hostile_names_and_messages {
        @Test
        void are_shown_as_text() throws Exception {
            var evil = broker.node().spawn(Server.<Note>of(Parrot::new).labelled(HOSTILE));
            var dead = broker.node().spawn(Server.<Note>of(Plant::new).labelled(HOSTILE + "2"));
            dead.kill();
            dead.await();
            dead.send(new Note(HOSTILE));
            show("tree");
            browser.awaitText(HOSTILE);
            evil.send(new Note("</script><script>document.title='owned'</script>"));
            evil.await();
            show("crashes");
            browser.awaitText("</script><script>document.title='owned'</script>");
            browser.picture("crashes");
            show("letters");
            browser.awaitText("Note[text=" + HOSTILE + "]");
            browser.picture("letters");
            show("kinds");
            browser.awaitText("Started by");
            assertThat(browser.run("return document.title").asString()).doesNotContain("owned");
            assertThat(browser.run("return document.querySelectorAll('img[src=x], main script').length").asInt())
                    .isZero();
        }
    }

    @Nested
    class The_other_views {
        @Test
        void show_load_leaders_and_alarms() throws Exception {
            for (int i = 0; i < 5; i++) {
                client("sub-" + i).subscribe("load/#", 0);
            }
            var publisher = client("publisher");
            stuck("slow printer", 1_500);
            show("overview");
            browser.awaitText("Messages a second");
            for (int n = 0; n < 400; n++) {
                publisher.publish("load/t", "m" + n, 0, 0, false);
            }
            browser.await(
                    "two points",
                    "fetch('/api/history').then(r => r.json()).then(p => { window.__n = p.length; }), window.__n > 2");
            browser.await("the charts", "document.querySelectorAll('.uplot canvas').length >= 8");
            browser.picture("overview");
            browser.click("button.theme");
            browser.picture("overview-dark");
            browser.click("button.theme");
            show("top");
            browser.awaitText("/slow printer");
            browser.picture("top");
            browser.click("[data-by=cpu]");
            browser.await(
                    "who blocks",
                    "[...document.querySelectorAll('tr')].some(row => row.innerText.includes('/slow printer') && / [1-9][0-9]* %/.test(row.innerText.replace(/\\s/g, ' ')))");
            browser.picture("top-processor");
            browser.click("[data-by=memory]");
            browser.awaitText("no actor has a figure");
            browser.click("#count-heap");
            browser.awaitText("live, counted in");
            browser.picture("top-memory");
            show("alarms");
            browser.awaitText("Long queue");
            browser.picture("alarms");
            show("kinds");
            browser.awaitText("Connection");
            browser.picture("kinds");
            show("waits");
            browser.awaitText("handlers may run at once");
        }

        @Test
        void fit_a_phone() throws Exception {
            client("kitchen");
            browser.size(520, 900);
            browser.run("window.__frame = 1");
            for (var view :
                    List.of("overview", "tree", "top", "kinds", "alarms", "crashes", "letters", "trace", "waits")) {
                show(view);
                browser.awaitText("live");
                browser.await("no sideways scrolling in " + view, "document.documentElement.scrollWidth <= innerWidth");
            }
            browser.awaitText("Nobody waits in a call");
            show("letters");
            browser.awaitText("Every message has found its receiver");
            browser.picture("empty");
            show("overview");
            browser.awaitText("Messages a second");
            browser.picture("phone-overview");
            show("tree");
            browser.click(line("router"));
            browser.awaitText("Behaviour");
            browser.await("no sideways scrolling", "document.documentElement.scrollWidth <= innerWidth");
            browser.picture("phone");
        }
    }

    @Nested
    class The_page {
        @Test
        void asks_nobody_but_its_node() {
            show("overview");
            browser.awaitText("Messages a second");
            var hosts =
                    browser.run(
                            "return [...new Set(performance.getEntriesByType('resource').map(e => new URL(e.name).origin))]");
            assertThat(hosts).hasSize(1);
            assertThat(hosts.get(0).asString()).isEqualTo("http://127.0.0.1:" + page("").getPort());
        }

        @Test
        void says_when_its_node_is_gone() {
            show("overview");
            browser.awaitText("live");
            broker.close();
            browser.awaitText("not connected");
        }
    }
}
