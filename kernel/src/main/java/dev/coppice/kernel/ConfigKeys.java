package dev.coppice.kernel;

import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;

/// The keys of a node's [Config] that can be set from outside.
final class ConfigKeys {
    static final String PREFIX = "coppice.node";

    static final List<Key> ALL =
            List.of(
                    key("closeBudget", Config::closeBudget, (c, text) -> c.closeBudget(Parsing.duration(text))),
                    fixed(
                            "haltOnFatal",
                            Config::haltsOnFatal,
                            (c, text) -> Parsing.truth(text) == c.haltsOnFatal() ? c : halting(c, text)),
                    key("keptCrashes", Config::keptCrashes, (c, text) -> c.keptCrashes(Parsing.whole(text))),
                    key("loggedFrom", Config::loggedFrom, (c, text) -> c.loggedFrom(level(text))),
                    key(
                            "loggedPerMinute",
                            Config::loggedPerMinute,
                            (c, text) -> c.loggedPerMinute(Parsing.whole(text))),
                    fixed("name", Config::name, Config::name),
                    key("patience", Config::patience, (c, text) -> c.patience(Parsing.duration(text))),
                    fixed("places", Config::places, (c, text) -> c.places(Parsing.whole(text))),
                    key("slowHandler", Config::slowHandler, (c, text) -> c.slowHandler(Parsing.duration(text))),
                    key(
                            "unkillableAfter",
                            Config::unkillableAfter,
                            (c, text) -> c.unkillableAfter(Parsing.duration(text))));

    private ConfigKeys() {}

    /// @param fixed whether it cannot change while the node runs
    record Key(String name, boolean fixed, Function<Config, Object> get, BiFunction<Config, String, Config> set) {

        Config set(Config config, String text) {
            return set.apply(config, text);
        }

        String show(Config config) {
            return Parsing.show(get.apply(config));
        }
    }

    private static Key key(String name, Function<Config, Object> get, BiFunction<Config, String, Config> set) {
        return new Key(name, false, get, set);
    }

    private static Key fixed(String name, Function<Config, Object> get, BiFunction<Config, String, Config> set) {
        return new Key(name, true, get, set);
    }

    private static Config halting(Config config, String text) {
        if (config.haltsOnFatal()) {
            throw new IllegalArgumentException("the program halts on fatal errors by its code, was \"" + text + "\"");
        }
        return config.haltOnFatal();
    }

    private static System.Logger.Level level(String text) {
        return (System.Logger.Level) Parsing.constant(System.Logger.Level.class, text);
    }
}
