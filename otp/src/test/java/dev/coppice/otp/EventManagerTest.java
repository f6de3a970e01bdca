package dev.coppice.otp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.coppice.kernel.Done;
import dev.coppice.kernel.Exit;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.ExitReason.Normal;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.StartFailed;
import dev.coppice.otp.EventManager.Add;
import dev.coppice.otp.EventManager.AddSupervised;
import dev.coppice.otp.EventManager.Added;
import dev.coppice.otp.EventManager.Ask;
import dev.coppice.otp.EventManager.Cause;
import dev.coppice.otp.EventManager.Handler;
import dev.coppice.otp.EventManager.Key;
import dev.coppice.otp.EventManager.Left;
import dev.coppice.otp.EventManager.Msg;
import dev.coppice.otp.EventManager.Notify;
import dev.coppice.otp.EventManager.Remove;
import dev.coppice.otp.EventManager.Seat;
import dev.coppice.otp.EventManager.Swap;
import dev.coppice.otp.EventManager.SyncNotify;
import dev.coppice.otp.EventManager.Which;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("#57")
class EventManagerTest {
    private final Node node = Node.start();
    private final LinkedBlockingQueue<String> log = new LinkedBlockingQueue<>();
    private final Pid<Msg<String>> events = node.spawn(EventManager.of());

    @AfterEach
    void close() {
        node.close();
    }

    /// Writes down what it sees; `boom NAME` makes the one of that name throw, `leave NAME` makes it leave.
    private final class Writer implements Handler<String> {
        private final String name;
        private int seen;

        Writer(String name) {
            this.name = name;
        }

        @Override
        public void on(String event, Seat<String> seat) {
            if (event.equals("boom " + name)) {
                throw new IllegalStateException("boom");
            }
            if (event.equals("leave " + name)) {
                seat.leave();
            }
            if (event.equals("swap " + name)) {
                seat.swap(key(name + "'"), () -> new Writer(name + "'"));
            }
            seen++;
            log.add(name + ":" + event);
        }

        int seen() {
            return seen;
        }

        @Override
        public void terminate(Cause cause) {
            log.add("-" + name + " " + cause.getClass().getSimpleName());
        }
    }

    private static Key<Writer> key(String name) {
        return Key.of(Writer.class, name);
    }

    private Added add(String name) {
        return events.call(new Add<>(key(name), () -> new Writer(name)));
    }

    private void tell(String event) {
        assertThat(events.call(new SyncNotify<>(event))).isEqualTo(Done.DONE);
    }

    private List<String> names() {
        return events.call(new Which<>()).stream().map(Key::id).toList();
    }

    @Nested
    class Notifying {
        @Test
        void gives_each_event_to_all_the_newest_first() {
            add("a");
            add("b");
            events.send(new Notify<>("1"));
            tell("2");
            assertThat(log).containsExactly("b:1", "a:1", "b:2", "a:2");
            assertThat(names()).containsExactly("b", "a");
        }

        @Test
        void in_step_returns_when_all_have_handled_it() {
            add("a");
            for (int i = 0; i < 100; i++) {
                tell("" + i);
                assertThat(log).hasSize(i + 1);
            }
        }

        @Test
        void nobody_is_fine() {
            tell("1");
            assertThat(names()).isEmpty();
        }

        @Test
        void goes_through_a_plain_door() {
            add("a");
            events.<String>via(Notify::new).send("1");
            tell("2");
            assertThat(log).containsExactly("a:1", "a:2");
        }
    }

    @Nested
    class A_handler {
        @Test
        void is_added_once() {
            assertThat(add("a")).isEqualTo(new Added.Installed());
            assertThat(add("a")).isEqualTo(new Added.AlreadyThere());
            tell("1");
            assertThat(log).containsExactly("a:1");
        }

        @Test
        void that_cannot_be_made_is_not_added() {
            var cause = new IllegalStateException("no file");
            var added =
                    events.call(
                            new Add<>(
                                    key("a"),
                                    () -> {
                                        throw cause;
                                    }));
            assertThat(added).isEqualTo(new Added.NotMade(cause));
            assertThat(names()).isEmpty();
        }

        @Test
        void is_there_from_the_start_when_the_recipe_says_so() {
            var manager =
                    EventManager.<String>of()
                            .with(key("a"), () -> new Writer("a"))
                            .with(key("b"), () -> new Writer("b"));
            node.spawn(manager).call(new SyncNotify<>("1"));
            assertThat(log).containsExactly("b:1", "a:1");
            assertThatThrownBy(() -> manager.with(key("b"), () -> new Writer("b")))
                    .hasMessageContaining("Writer(b) already");
            var broken =
                    EventManager.<String>of()
                            .with(
                                    key("a"),
                                    () -> {
                                        throw new IllegalStateException("no file");
                                    });
            assertThatThrownBy(() -> node.spawn(broken)).isInstanceOf(StartFailed.class);
        }

        @Test
        void is_removed_and_given_back() {
            add("a");
            add("b");
            tell("1");
            assertThat(events.call(new Remove<>(key("a")))).hasValueSatisfying(a -> assertThat(a.seen()).isEqualTo(1));
            assertThat(events.call(new Remove<>(key("a")))).isEmpty();
            tell("2");
            assertThat(log).containsExactly("b:1", "a:1", "-a Removed", "b:2");
        }

        @Test
        void may_leave() {
            add("a");
            add("b");
            tell("leave b");
            tell("2");
            assertThat(log).containsExactly("b:leave b", "-b Removed", "a:leave b", "a:2");
        }

        @Test
        void may_put_another_in_its_place() {
            add("a");
            add("b");
            tell("swap a");
            tell("2");
            assertThat(log).containsExactly("b:swap a", "a:swap a", "-a Swapped", "b:2", "a':2");
        }

        @Test
        void ends_with_the_manager() {
            add("a");
            add("b");
            events.stop();
            assertThat(events.await()).isEqualTo(new Normal());
            assertThat(log).containsExactly("-b Stopped", "-a Stopped");
        }

        @Test
        void is_asked_alone() {
            add("a");
            add("b");
            tell("1");
            tell("2");
            assertThat(events.call(new Ask<>(key("a"), Writer::seen))).hasValue(2);
            assertThat(events.call(new Ask<>(key("c"), Writer::seen))).isEqualTo(Optional.empty());
        }
    }

    @Nested
    class Swapping {
        @Test
        void gives_the_old_one_to_the_new_one() {
            add("a");
            tell("1");
            var added =
                    events.call(
                            new Swap<>(
                                    key("a"),
                                    key("b"),
                                    (Optional<Writer> old) -> new Writer("b after " + old.orElseThrow().seen())));
            assertThat(added).isEqualTo(new Added.Installed());
            tell("2");
            assertThat(log).containsExactly("a:1", "-a Swapped", "b after 1:2");
        }

        @Test
        void with_one_that_is_not_there_adds_the_new_one() {
            events.call(new Swap<>(key("a"), key("b"), (Optional<Writer> old) -> new Writer("b" + old.isPresent())));
            tell("1");
            assertThat(log).containsExactly("bfalse:1");
        }

        @Test
        void with_one_that_cannot_be_made_leaves_neither() {
            add("a");
            var added =
                    events.call(
                            new Swap<>(
                                    key("a"),
                                    key("b"),
                                    (Optional<Writer> _) -> {
                                        throw new IllegalStateException("no file");
                                    }));
            assertThat(added).isInstanceOf(Added.NotMade.class);
            assertThat(names()).isEmpty();
        }

        @Test
        void with_another_that_is_there_changes_nothing() {
            add("a");
            add("b");
            var added = events.call(new Swap<>(key("a"), key("b"), (Optional<Writer> _) -> new Writer("b")));
            assertThat(added).isEqualTo(new Added.AlreadyThere());
            assertThat(names()).containsExactly("b", "a");
            assertThat(log).isEmpty();
        }
    }

    @Nested
    class A_failing_handler {
        @Test
        void leaves_and_the_others_still_get_the_event() {
            add("a");
            add("b");
            add("c");
            tell("boom b");
            tell("2");
            assertThat(log).containsExactly("c:boom b", "-b Failed", "a:boom b", "c:2", "a:2");
            assertThat(events.alive()).isTrue();
        }

        @Test
        void fails_whoever_asked_it() {
            add("a");
            add("b");
            assertThatThrownBy(() ->
                            events.call(
                                    new Ask<>(
                                            key("a"),
                                            _ -> {
                                                throw new IllegalStateException("no answer");
                                            })))
                    .hasRootCauseMessage("no answer");
            assertThat(names()).containsExactly("b");
            assertThat(log).containsExactly("-a Failed");
        }
    }

    @Nested
    class A_supervised_handler {
        sealed interface Word {}

        record Lost(Left left) implements Word {}

        record Broke(Exit exit) implements Word {}

        record Leave() implements Word {}

        private final LinkedBlockingQueue<Word> told = new LinkedBlockingQueue<>();

        /// An actor that adds handlers and notes what it is told.
        private Pid<Word> adder(boolean traps, String... names) {
            var ready = new LinkedBlockingQueue<Added>();
            var pid =
                    node.spawn((Self<Word> self) -> {
                        if (traps) {
                            self.trapExits(Broke::new);
                        }
                        for (var name : names) {
                            ready.add(
                                    events.call(
                                            new AddSupervised<>(
                                                    key(name), () -> new Writer(name), self.pid(), Lost::new)));
                        }
                        for (var word = self.receive(); !(word instanceof Leave); word = self.receive()) {
                            told.add(word);
                        }
                    });
            for (var _ : names) {
                try {
                    assertThat(ready.poll(10, TimeUnit.SECONDS)).isEqualTo(new Added.Installed());
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
            return pid;
        }

        private void expectLog(String... lines) throws InterruptedException {
            for (var line : lines) {
                assertThat(log.poll(10, TimeUnit.SECONDS)).isEqualTo(line);
            }
        }

        private Word next() throws InterruptedException {
            return told.poll(10, TimeUnit.SECONDS);
        }

        @Test
        void tells_its_adder_why_it_is_no_more() throws InterruptedException {
            var adder = adder(false, "a", "b", "c");
            add("d");
            tell("boom a");
            assertThat(next())
                    .isInstanceOfSatisfying(
                            Lost.class,
                            lost -> {
                                assertThat(lost.left().key()).isEqualTo(key("a"));
                                assertThat(lost.left().cause()).isInstanceOf(Cause.Failed.class);
                            });
            events.call(new Remove<>(key("b")));
            assertThat(next()).isEqualTo(new Lost(new Left(key("b"), new Cause.Removed())));
            events.call(new Swap<>(key("c"), key("e"), (Optional<Writer> _) -> new Writer("e")));
            assertThat(next()).isEqualTo(new Lost(new Left(key("c"), new Cause.Swapped(key("e")))));
            events.call(new Remove<>(key("d")));
            assertThat(adder.alive()).isTrue();
            assertThat(names()).containsExactly("e");
            assertThat(told).isEmpty();
        }

        @Test
        void goes_with_its_adder_and_the_others_stay() throws InterruptedException {
            add("x");
            var adder = adder(false, "a", "b");
            adder.send(new Leave());
            assertThat(adder.await()).isEqualTo(new Normal());
            expectLog("-b Orphaned", "-a Orphaned");
            assertThat(names()).containsExactly("x");
            assertThat(events.alive()).isTrue();
        }

        @Test
        void stays_supervised_in_its_successor() throws InterruptedException {
            var adder = adder(false, "a");
            events.call(new Swap<>(key("a"), key("b"), (Optional<Writer> _) -> new Writer("b")));
            adder.kill();
            expectLog("-a Swapped", "-b Orphaned");
            assertThat(names()).isEmpty();
        }

        @Test
        void that_left_leaves_no_link_behind() {
            var adder = adder(false, "a", "b");
            events.call(new Remove<>(key("a")));
            assertThat(adder.info().links()).containsExactly(events);
            events.call(new Remove<>(key("b")));
            assertThat(adder.info().links()).isEmpty();
            events.stop(new ExitReason.Shutdown("bye"));
            events.await();
            assertThat(adder.alive()).isTrue();
        }

        @Test
        void whose_manager_ends_tells_and_breaks_its_adder() throws InterruptedException {
            adder(true, "a");
            events.kill();
            assertThat(next())
                    .isInstanceOfSatisfying(Broke.class, broke -> assertThat(broke.exit().from()).isEqualTo(events));
            var other = node.spawn(EventManager.<String>of());
            assertThat(other.call(new Which<>())).isEmpty();
        }

        @Test
        void whose_adder_is_dead_already_is_removed() {
            var dead = node.spawn((Self<Word> self) -> {});
            dead.await();
            events.call(new AddSupervised<>(key("a"), () -> new Writer("a"), dead, Lost::new));
            assertThat(names()).isEmpty();
        }

        @Test
        void that_cannot_be_made_leaves_no_link_behind() {
            var adder = node.spawn((Self<Word> self) -> self.receive());
            var added =
                    events.call(
                            new AddSupervised<>(
                                    key("a"),
                                    () -> {
                                        throw new IllegalStateException("no file");
                                    },
                                    adder,
                                    Lost::new));
            assertThat(added).isInstanceOf(Added.NotMade.class);
            assertThat(adder.info().links()).isEmpty();
        }
    }
}
