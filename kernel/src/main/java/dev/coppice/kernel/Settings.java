package dev.coppice.kernel;

import static java.util.Objects.requireNonNull;

import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// Settings from outside the program, laid over those in its code: a system property wins over an environment variable, that over the
/// default. Immutable.
///
/// ```java
/// record Shop(int port, Duration patience, Optional<String> banner, Settings.Secret token) {
///   Shop { if (port < 1) throw new IllegalArgumentException("port must be at least 1, was " + port); }
/// }
/// var settings = Settings.outside();
/// Shop shop = settings.over("shop", new Shop(8080, Duration.ofSeconds(2), Optional.empty(), new Settings.Secret("")));
/// Config config = settings.over(Config.defaults());
/// ```
///
/// There `-Dshop.port=9000` or `SHOP_PORT=9000` sets the port, and `-Dcoppice.node.patience=2s` or `COPPICE_NODE_PATIENCE=2s` the node's
/// patience: a key is the prefix and the component's name; a nested record adds its own.
///
/// **Values.** Text, whole and decimal numbers, `true` and `false`, durations (`250ms`, `5s`, `2m`, `1h`, `7d`, or `PT5S`), paths, URIs,
/// the constants of enums, optional ones, lists with commas, [Secret]s.
///
/// **Failure.** Everything that is wrong is said at once, each with its key, its value and where it came from: see [Invalid]. A system
/// property under the prefix that is no setting is an error, too; an environment variable is not, since others write there.
public final class Settings {
    private final Map<String, String> properties;
    private final Map<String, String> environment;

    private Settings(Map<String, String> properties, Map<String, String> environment) {
        this.properties = Map.copyOf(properties);
        this.environment = Map.copyOf(environment);
    }

    /// The system properties and the environment of this JVM, as they are now.
    public static Settings outside() {
        var properties =
                System.getProperties().stringPropertyNames().stream()
                        .collect(Collectors.toMap(name -> name, name -> System.getProperty(name, "")));
        return of(properties, System.getenv());
    }

    public static Settings of(Map<String, String> properties, Map<String, String> environment) {
        return new Settings(properties, environment);
    }

    /// A text that no dump, log or error shows.
    public record Secret(String value) {
        public Secret {
            requireNonNull(value, "value");
        }

        @Override
        public String toString() {
            return value.isEmpty() ? "(none)" : "(hidden)";
        }
    }

    /// What is wrong with the settings, a sentence for each.
    public static final class Invalid extends IllegalArgumentException {
        private static final long serialVersionUID = 1L;
        private final transient List<String> problems;

        Invalid(List<String> problems) {
            super(String.join("; ", problems));
            this.problems = List.copyOf(problems);
        }

        public List<String> problems() {
            return problems;
        }
    }

    // ---- over

    /// The node's configuration with what is set under `coppice.node`.
    ///
    /// @throws Invalid when something is wrong
    public Config over(Config defaults) {
        var problems = new ArrayList<String>();
        var keys = new TreeSet<String>();
        var config = defaults;
        for (var key : ConfigKeys.ALL) {
            var name = ConfigKeys.PREFIX + "." + key.name();
            keys.add(name);
            var found = find(name);
            if (found.isPresent()) {
                try {
                    config = key.set(config, found.get().text());
                } catch (IllegalArgumentException wrong) {
                    problems.add(found.get().wrong(wrong));
                }
            }
        }
        unknown(ConfigKeys.PREFIX, keys, problems);
        check(problems);
        return config;
    }

    /// A record with what is set under the prefix.
    ///
    /// @throws Invalid when something is wrong, or the record's own constructor refuses
    public <R extends Record> R over(String prefix, R defaults) {
        if (!prefix.matches("[a-z][A-Za-z0-9]*(\\.[a-z][A-Za-z0-9]*)*")) {
            throw new IllegalArgumentException("a prefix is words between dots, such as shop, was \"" + prefix + "\"");
        }
        var problems = new ArrayList<String>();
        var keys = new TreeSet<String>();
        var made = over(prefix, defaults, keys, problems);
        unknown(prefix, keys, problems);
        check(problems);
        return made;
    }

    private <R extends Record> R over(String prefix, R defaults, SortedSet<String> keys, List<String> problems) {
        var components = defaults.getClass().getRecordComponents();
        var values = new Object[components.length];
        var before = problems.size();
        var set = new ArrayList<String>();
        for (int i = 0; i < components.length; i++) {
            var value = valueOf(defaults, components[i]);
            var key = prefix + "." + components[i].getName();
            if (value instanceof Record nested && !(value instanceof Secret)) {
                values[i] = over(key, nested, keys, problems);
                continue;
            }
            keys.add(key);
            values[i] = value;
            var found = find(key);
            if (found.isPresent()) {
                set.add(found.get().origin());
                try {
                    values[i] = Parsing.parse(components[i].getGenericType(), found.get().text());
                } catch (IllegalArgumentException wrong) {
                    problems.add(found.get().wrong(wrong));
                }
            }
        }
        return problems.size() > before ? defaults : make(prefix, defaults, components, values, set, problems);
    }

    @SuppressWarnings("unchecked") // its canonical constructor makes one of its class
    private static <R extends Record> R make(
            String prefix,
            R defaults,
            RecordComponent[] components,
            Object[] values,
            List<String> set,
            List<String> problems) {
        var types = Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        try {
            var constructor = defaults.getClass().getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return (R) constructor.newInstance(values);
        } catch (InvocationTargetException refused) {
            problems.add(prefix + " with " + String.join(", ", set) + ": " + refused.getCause());
            return defaults;
        } catch (ReflectiveOperationException | InaccessibleObjectException closed) {
            throw closed(defaults, closed);
        }
    }

    private static Object valueOf(Record of, RecordComponent component) {
        try {
            var accessor = component.getAccessor();
            accessor.setAccessible(true);
            return requireNonNull(accessor.invoke(of), component::getName);
        } catch (ReflectiveOperationException | InaccessibleObjectException closed) {
            throw closed(of, closed);
        }
    }

    private static IllegalArgumentException closed(Record of, Exception cause) {
        return new IllegalArgumentException(
                "cannot look into "
                        + of.getClass().getName()
                        + ": let its module say opens "
                        + of.getClass().getPackageName()
                        + " to dev.coppice.kernel",
                cause);
    }

    // ---- dump

    /// Every key of a record with its value, for a log or a page; secrets stay hidden.
    public static SortedMap<String, String> dump(String prefix, Record settings) {
        var dump = new TreeMap<String, String>();
        for (var component : settings.getClass().getRecordComponents()) {
            var value = valueOf(settings, component);
            var key = prefix + "." + component.getName();
            if (value instanceof Record nested && !(value instanceof Secret)) {
                dump.putAll(dump(key, nested));
            } else {
                dump.put(key, Parsing.show(value));
            }
        }
        return dump;
    }

    // ---- sources

    /// A value and where it came from.
    private record Found(String key, String source, String text) {
        String origin() {
            return key + " (" + source + ")";
        }

        String wrong(IllegalArgumentException why) {
            return origin() + ": " + why.getMessage();
        }
    }

    private Optional<Found> find(String key) {
        var property = properties.get(key);
        if (property != null) {
            return Optional.of(new Found(key, "system property", property));
        }
        var variable = key.replaceAll("([a-z0-9])([A-Z])", "$1_$2").replace('.', '_').toUpperCase(Locale.ROOT);
        return Optional.ofNullable(environment.get(variable))
                .map(text -> new Found(key, "environment variable " + variable, text));
    }

    private void unknown(String prefix, SortedSet<String> known, List<String> problems) {
        properties.keySet().stream()
                .filter(key -> key.startsWith(prefix + ".") && !known.contains(key))
                .sorted()
                .forEach(key -> problems.add(key + " (system property) is no setting; there are " + known));
    }

    private static void check(List<String> problems) {
        if (!problems.isEmpty()) {
            throw new Invalid(problems);
        }
    }
}
