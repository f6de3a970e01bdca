package dev.coppice.kernel;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The plain form of every [Actor]: a body and its settings. Immutable.
///
/// Defaults: no name, an unbounded mailbox, `init` within 5 s, stopped within 5 s, calls within the node's patience, scheduled among
/// the others, messages rendered by `toString` in reports.
public final class Recipe<M> implements Actor<M> {

    /// Where the body runs.
    public enum Threading {
        /// Among the others; blocking is noticed and learned.
        SHARED,
        /// Known to block: on a virtual thread without a place from the first message on.
        BLOCKING,
        /// On a platform thread of its own, for native code and thread-bound libraries.
        PINNED
    }

    private final Body<M> body;
    private final Settings settings;

    private Recipe(Body<M> body, Settings settings) {
        this.body = body;
        this.settings = settings;
    }

    private Recipe<M> with(Consumer<Settings> change) {
        return new Recipe<>(body, settings.with(change));
    }

    /// The two kinds of body.
    public sealed interface Body<M> {
        record OfServer<M>(Server.Factory<? extends Server<M>> factory) implements Body<M> {}

        record OfLoop<M>(Loop<M> loop) implements Body<M> {}
    }

    static <M> Recipe<M> server(Server.Factory<? extends Server<M>> factory) {
        return new Recipe<>(new Body.OfServer<>(requireNonNull(factory, "factory")), Settings.DEFAULT);
    }

    static <M> Recipe<M> loop(Loop<M> loop) {
        return new Recipe<>(new Body.OfLoop<>(requireNonNull(loop, "loop")), Settings.DEFAULT);
    }

    @Override
    public Recipe<M> recipe() {
        return this;
    }

    public Body<M> body() {
        return body;
    }

    public Settings settings() {
        return settings;
    }

    @Override
    public Recipe<M> named(Name<M> name) {
        requireNonNull(name, "name");
        return with(copy -> copy.name = name);
    }

    @Override
    public Recipe<M> mailbox(Mailbox mailbox) {
        requireNonNull(mailbox, "mailbox");
        return with(copy -> copy.mailbox = mailbox);
    }

    @Override
    public Recipe<M> labelled(String label) {
        requireNonNull(label, "label");
        return with(copy -> copy.label = label);
    }

    /// How long the starter waits for `init`; 5 s by default.
    public Recipe<M> initWithin(Duration limit) {
        var checked = Limits.positive("initWithin", limit);
        return with(copy -> copy.initWithin = checked);
    }

    /// How long its owner waits for an ordered stop before it kills; 5 s by default.
    public Recipe<M> stopWithin(Duration limit) {
        var checked = Limits.positive("stopWithin", limit);
        return with(copy -> copy.stopWithin = checked);
    }

    /// The default time-out of the calls that it makes; the node's by default.
    public Recipe<M> patience(Duration limit) {
        var checked = Limits.positive("patience", limit);
        return with(copy -> copy.patience = checked);
    }

    /// Known to block in foreign code: sockets, JDBC, locks.
    public Recipe<M> blocking() {
        return with(copy -> copy.threading = Threading.BLOCKING);
    }

    /// On a platform thread of its own.
    public Recipe<M> pinned() {
        return with(copy -> copy.threading = Threading.PINNED);
    }

    /// For a loop: its start is waited for, as that of a server with `init`, until it calls [Self#ready()].
    public Recipe<M> acknowledged() {
        return with(copy -> copy.acknowledged = true);
    }

    /// When it has been killed and its code does not return within the node's limit ([Config#unkillableAfter]), go on without it: its name
    /// is freed and its end is told while its thread still runs, fenced. Off by default, since a successor may then meet the old one at
    /// whatever both use.
    public Recipe<M> abandonedWhenUnkillable() {
        return with(copy -> copy.abandoned = true);
    }

    /// How its messages are written into crash reports and dead letter logs: say `m -> m.getClass().getSimpleName()` for secrets.
    public Recipe<M> rendering(Function<Object, String> rendering) {
        requireNonNull(rendering, "rendering");
        return with(copy -> copy.rendering = rendering);
    }

    @Override
    public String toString() {
        return "Recipe["
                + (settings.name != null ? settings.name : settings.label != null ? settings.label : body)
                + "]";
    }

    /// All of a recipe but its body: what an actor keeps of it, so that a recipe made for one actor costs nothing while it lives. Immutable.
    public static final class Settings {
        private static final Settings DEFAULT = new Settings();

        private @Nullable Name<?> name;
        private Mailbox mailbox = Mailbox.unbounded();
        private @Nullable String label;
        private Duration initWithin = Duration.ofSeconds(5);
        private Duration stopWithin = Duration.ofSeconds(5);
        private @Nullable Duration patience;
        private Threading threading = Threading.SHARED;
        private Function<Object, String> rendering = String::valueOf;
        private boolean acknowledged;
        private boolean abandoned;

        private Settings() {}

        /// A changed copy; the fields are written only here, before the copy is handed out.
        private Settings with(Consumer<Settings> change) {
            var copy = new Settings();
            copy.name = name;
            copy.mailbox = mailbox;
            copy.label = label;
            copy.initWithin = initWithin;
            copy.stopWithin = stopWithin;
            copy.patience = patience;
            copy.threading = threading;
            copy.rendering = rendering;
            copy.acknowledged = acknowledged;
            copy.abandoned = abandoned;
            change.accept(copy);
            return copy;
        }

        public Optional<Name<?>> name() {
            return Optional.ofNullable(name);
        }

        public Mailbox mailbox() {
            return mailbox;
        }

        public Optional<String> label() {
            return Optional.ofNullable(label);
        }

        public Duration initWithin() {
            return initWithin;
        }

        public Duration stopWithin() {
            return stopWithin;
        }

        public Optional<Duration> patience() {
            return Optional.ofNullable(patience);
        }

        public Threading threading() {
            return threading;
        }

        public Function<Object, String> rendering() {
            return rendering;
        }

        public boolean isAcknowledged() {
            return acknowledged;
        }

        public boolean isAbandonedWhenUnkillable() {
            return abandoned;
        }
    }
}
