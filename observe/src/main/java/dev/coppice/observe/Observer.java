package dev.coppice.observe;

import static java.util.Objects.requireNonNull;

import dev.coppice.kernel.Actor;
import dev.coppice.kernel.Call;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.NodeEvent;
import dev.coppice.kernel.Recipe;
import dev.coppice.kernel.Server;
import java.net.URI;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/// The recipe of an actor that watches its node and shows it: a page in the browser, the same facts as JSON, `/metrics`, `/health`.
/// Immutable; the withers return a changed copy.
///
/// ```java
/// node.spawn(Observer.on(4000));                       // http://127.0.0.1:4000
/// Supervisor.oneForOne(Child.of("observer", Observer.on(4000)), ...)
/// ```
///
/// **Safe.** It listens on the loopback unless told otherwise, and answers only requests made to the host that it listens on. Whoever can
/// reach the port may look; to change anything one needs the token, which is part of the address that it logs. Everything has a limit.
///
/// **Cost.** Nothing on a message's way: the kernel counts anyway. Starts, exits and dead letters are counted where they happen. Once a
/// second it walks over the tree, for at most a fiftieth of the time: with very many actors it walks less often. Some twenty times a second
/// it looks at who is inside its code: at the places, not at the tree.
///
/// Defaults: bound to 127.0.0.1, a random token, not read-only, nothing redacted, 200 dead letters kept, 200 kinds of actors told apart,
/// 16 open pages.
public final class Observer implements Actor<Observer.Msg> {
    /// Its name in the node: there is one observer.
    public static final Name<Msg> NAME = Name.of("observer");

    /// What it understands.
    public sealed interface Msg {}

    /// Where the page is, with the token; empty without a page.
    public record GetAddress() implements Msg, Call<GetAddress, Optional<URI>> {}

    public record GetFacts() implements Msg, Call<GetFacts, Facts> {}

    record Tick() implements Msg {}

    record Heard(NodeEvent event) implements Msg {}

    private int port;
    private boolean page = true;
    private String bind = "127.0.0.1";
    private String token = random();
    private boolean readOnly;
    private UnaryOperator<String> redaction = UnaryOperator.identity();
    private int keptLetters = 200;
    private int kinds = 200;
    private int streams = 16;
    private int timedEvery;

    private Observer() {}

    /// With a page on this port; 0 for any free one, which the log tells.
    public static Observer on(int port) {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port must be between 0 and 65535, was " + port);
        }
        return new Observer().with(copy -> copy.port = port);
    }

    /// Facts, alarms and health without a page: no port opens.
    public static Observer withoutPage() {
        return new Observer().with(copy -> copy.page = false);
    }

    private Observer with(Consumer<Observer> change) {
        var copy = new Observer();
        copy.port = port;
        copy.page = page;
        copy.bind = bind;
        copy.token = token;
        copy.readOnly = readOnly;
        copy.redaction = redaction;
        copy.keptLetters = keptLetters;
        copy.kinds = kinds;
        copy.streams = streams;
        copy.timedEvery = timedEvery;
        change.accept(copy);
        return copy;
    }

    /// Where to listen. Beyond the loopback everybody who reaches it can look, and messages are shown: put a proxy with a log-in before it.
    public Observer bind(String address) {
        requireNonNull(address, "address");
        return with(copy -> copy.bind = address);
    }

    /// What a request that changes something must carry, in place of a random one; at least 16 characters.
    public Observer token(String token) {
        if (token.length() < 16 || !token.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new IllegalArgumentException(
                    "the token needs at least 16 visible ASCII characters, had " + token.length());
        }
        return with(copy -> copy.token = token);
    }

    /// Nothing can be changed, with no token.
    public Observer readOnly() {
        return with(copy -> copy.readOnly = true);
    }

    /// What becomes of every message, state and exception text before it is shown; recipes that hide their messages
    /// ([Recipe#rendering]) do so here, too. It sees the whole text of a message that is under way or a dead letter; of a crash's last
    /// message, and of a state, what is kept of them: the first 500 characters. Of a text that it fails for nothing is shown. Runs on the
    /// observer's threads, and on the actors' own while a trace follows them.
    public Observer redacting(UnaryOperator<String> redaction) {
        requireNonNull(redaction, "redaction");
        return with(copy -> copy.redaction = text -> redacted(redaction, text));
    }

    /// It is user code: what it throws must end neither the observer nor, in the end, the tree above it.
    private static String redacted(UnaryOperator<String> redaction, String text) {
        try {
            return requireNonNull(redaction.apply(text), "the redacted text");
        } catch (Throwable broken) {
            return "(its redaction failed: " + broken.getClass().getName() + ")";
        }
    }

    /// How many dead letters are kept; 200.
    public Observer keptLetters(int letters) {
        var checked = atLeastOne("keptLetters", letters);
        return with(copy -> copy.keptLetters = checked);
    }

    /// How many kinds of actors (behaviour and supervisor) are counted apart; what comes later is `other`. 200.
    public Observer kinds(int kinds) {
        var checked = atLeastOne("kinds", kinds);
        return with(copy -> copy.kinds = checked);
    }

    /// How many pages may be open at once; 16.
    public Observer streams(int streams) {
        var checked = atLeastOne("streams", streams);
        return with(copy -> copy.streams = checked);
    }

    /// Measures how long messages wait and how long handlers take, on one message in so many. Off by default: it is the one thing that
    /// costs every message something, a look at chance when it is sent.
    public Observer timedEvery(int messages) {
        var checked = atLeastOne("timedEvery", messages);
        return with(copy -> copy.timedEvery = checked);
    }

    /// Made once, not at each start: a page that is open goes on when the observer is restarted.
    private static String random() {
        var bytes = new byte[16];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private static int atLeastOne(String what, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(what + " must be at least 1, was " + value);
        }
        return value;
    }

    int port() {
        return port;
    }

    boolean hasPage() {
        return page;
    }

    String bind() {
        return bind;
    }

    String token() {
        return token;
    }

    boolean isReadOnly() {
        return readOnly;
    }

    UnaryOperator<String> redaction() {
        return redaction;
    }

    int keptLetters() {
        return keptLetters;
    }

    int kinds() {
        return kinds;
    }

    int streams() {
        return streams;
    }

    /// Zero when it does not measure.
    int timedEvery() {
        return timedEvery;
    }

    /// It looks at all actors in one go: on a thread of its own, not among theirs.
    @Override
    public Recipe<Msg> recipe() {
        return Server.<Msg>of(() -> new ObserverServer(this)).named(NAME).blocking();
    }
}
