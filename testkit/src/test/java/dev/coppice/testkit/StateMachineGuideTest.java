package dev.coppice.testkit;

import static dev.coppice.otp.Timeout.EVENT;
import static dev.coppice.otp.Timeout.STATE;
import static dev.coppice.otp.Transition.defer;
import static dev.coppice.otp.Transition.done;
import static dev.coppice.otp.Transition.keep;
import static dev.coppice.otp.Transition.postpone;
import static dev.coppice.otp.Transition.reply;
import static dev.coppice.otp.Transition.timeout;
import static dev.coppice.otp.Transition.to;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.Done;
import dev.coppice.kernel.Node;
import dev.coppice.otp.On;
import dev.coppice.otp.StateMachine;
import dev.coppice.otp.Sys;
import dev.coppice.otp.Transition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The examples of [StateMachine] and of `docs/guide/state-machines.md`, compiled and run. When you change one, change the other.
@Tag("#56")
@Tag("#143")
class StateMachineGuideTest {

    static final class Lock {
        sealed interface Door {}

        record Locked(String typed) implements Door {}

        record Open() implements Door {}

        sealed interface Event {}

        record Press(char digit) implements Event {}

        record Push() implements Event, Call<Push, Boolean> {}

        record TimeUp() implements Event {}

        static Transition<Door, Event> on(Door door, Event event) {
            return switch (new On<>(door, event)) {
                case On(Locked(var typed), Press(var digit)) -> {
                    var code = typed + digit;
                    if (code.equals("1234")) {
                        yield to(new Open(), timeout(STATE, ofSeconds(10), new TimeUp()));
                    }
                    yield to(
                            new Locked("1234".startsWith(code) ? code : ""),
                            timeout(EVENT, ofSeconds(5), new TimeUp()));
                }
                case On(Locked _, TimeUp _) -> to(new Locked(""));
                case On(Locked _, Push push) -> keep(reply(push, false));
                case On(Open _, Push push) -> keep(reply(push, true));
                case On(Open _, TimeUp _) -> to(new Locked(""));
                case On(Open _, Press _) -> keep(postpone());
            };
        }

        private Lock() {}
    }

    static final class Traffic {
        record Tick() {}

        sealed interface Light {
            Transition<Light, Tick> on(Tick tick);

            default Transition<Light, Tick> entered(Light before) {
                return keep(timeout(STATE, ofSeconds(this instanceof Red ? 30 : 20), new Tick()));
            }
        }

        record Red() implements Light {
            @Override
            public Transition<Light, Tick> on(Tick tick) {
                return to(new Green());
            }
        }

        record Green() implements Light {
            @Override
            public Transition<Light, Tick> on(Tick tick) {
                return to(new Red());
            }
        }

        static final StateMachine<Light, Tick> MACHINE =
                StateMachine.<Light, Tick>of(new Red(), Light::on).entering(Light::entered);

        private Traffic() {}
    }

    static final class Connection {
        enum State {
            CLOSED,
            CONNECTING,
            CONNECTED
        }

        record Data(State state, List<Connect> waiting) {}

        sealed interface Event {}

        record Connect() implements Event, Call<Connect, Done> {}

        record Connected() implements Event {}

        static Transition<Data, Event> on(Data now, Event event) {
            return switch (event) {
                case Connect c when now.state() == State.CONNECTED -> keep(done(c));
                case Connect c -> to(new Data(State.CONNECTING, List.of(c)), defer(c));
                case Connected _ -> to(new Data(State.CONNECTED, List.of()), done(now.waiting().getFirst()));
            };
        }

        static final StateMachine<Data, Event> MACHINE =
                StateMachine.of(new Data(State.CLOSED, List.of()), Connection::on).kind(Data::state);

        private Connection() {}
    }

    @Test
    void a_transition_is_a_value() {
        assertThat(Lock.on(new Lock.Locked("123"), new Lock.Press('4')))
                .isEqualTo(to(new Lock.Open(), timeout(STATE, ofSeconds(10), new Lock.TimeUp())));
    }

    @Test
    void the_door_opens_and_locks_itself() {
        try (var world = World.seeded(1)) {
            var door = world.node().spawn(StateMachine.of(new Lock.Locked(""), Lock::on));
            "1234".chars().forEach(digit -> door.send(new Lock.Press((char) digit)));
            assertThat(door.call(new Lock.Push())).isTrue();
            world.advance(ofSeconds(10));
            assertThat(door.call(new Lock.Push())).isFalse();
        }
    }

    @Test
    void a_key_pressed_at_the_open_door_counts_when_it_is_locked_again_and_is_forgotten_in_silence() {
        try (var world = World.seeded(2)) {
            var door = world.node().spawn(StateMachine.of(new Lock.Locked(""), Lock::on));
            "12341".chars().forEach(digit -> door.send(new Lock.Press((char) digit)));
            world.advance(ofSeconds(10));
            "234".chars().forEach(digit -> door.send(new Lock.Press((char) digit)));
            assertThat(door.call(new Lock.Push())).isTrue();
            world.advance(ofSeconds(10));
            door.send(new Lock.Press('1'));
            world.advance(ofSeconds(5));
            "234".chars().forEach(digit -> door.send(new Lock.Press((char) digit)));
            assertThat(door.call(new Lock.Push())).isFalse();
        }
    }

    @Test
    @Tag("#103")
    void a_tool_locks_the_open_door() {
        try (var node = Node.start()) {
            var door = node.spawn(StateMachine.of(new Lock.Open(), Lock::on));
            var sys = Sys.of(door);
            sys.suspend();
            Lock.Door now = sys.state(Lock.Door.class);
            sys.replaceState(Lock.Door.class, _ -> new Lock.Locked(""));
            sys.resume();
            assertThat(now).isEqualTo(new Lock.Open());
            assertThat(door.call(new Lock.Push())).isFalse();
        }
    }

    @Test
    void the_light_changes_by_itself() {
        try (var world = World.seeded(3)) {
            var changes = new java.util.ArrayList<String>();
            world.node()
                    .spawn(
                            Traffic.MACHINE.entering((now, before) -> {
                                changes.add(now.getClass().getSimpleName() + " " + world.elapsed().toSeconds());
                                return now.entered(before);
                            }));
            world.advance(ofSeconds(60));
            assertThat(changes).containsExactly("Red 0", "Green 30", "Red 50");
        }
    }

    @Test
    void the_connection_answers_when_it_is_there() {
        try (var node = Node.start()) {
            var connection = node.spawn(Connection.MACHINE);
            var pending = connection.ask(new Connection.Connect());
            connection.send(new Connection.Connected());
            assertThat(pending.get()).isEqualTo(Done.DONE);
            assertThat(connection.call(new Connection.Connect())).isEqualTo(Done.DONE);
        }
    }

    @Test
    void every_snippet_stands_here() throws IOException {
        var here = plain(Files.readString(Path.of("src/test/java/dev/coppice/testkit/StateMachineGuideTest.java")));
        var guide = snippets(Files.readString(Path.of("../docs/guide/state-machines.md")));
        var comment =
                snippets(
                        Files.readString(Path.of("../otp/src/main/java/dev/coppice/otp/StateMachine.java"))
                                .replaceAll("(?m)^ *///", ""));
        assertThat(guide).hasSize(5).allSatisfy(snippet -> assertThat(here).contains(snippet));
        assertThat(comment).hasSize(1);
        assertThat(here).contains(comment.getFirst().substring(0, comment.getFirst().indexOf("node.spawn")));
    }

    private static List<String> snippets(String text) {
        return Pattern.compile("```java\n(.*?)```", Pattern.DOTALL)
                .matcher(text)
                .results()
                .map(snippet -> plain(snippet.group(1)))
                .toList();
    }

    private static String plain(String code) {
        return code.replaceAll("\\s+", "");
    }
}
