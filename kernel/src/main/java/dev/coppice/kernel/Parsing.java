package dev.coppice.kernel;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Text as a value of a type, and back. Errors say what is needed and, but for secrets, what was there.
final class Parsing {
    private static final Pattern DURATION = Pattern.compile("(\\d+)\\s*(ns|us|ms|s|m|h|d)");

    private static final Map<Class<?>, Function<String, Object>> SIMPLE =
            Map.ofEntries(
                    Map.entry(String.class, text -> text),
                    Map.entry(int.class, Parsing::whole),
                    Map.entry(Integer.class, Parsing::whole),
                    Map.entry(long.class, text -> number(text, "a whole number", Long::valueOf)),
                    Map.entry(Long.class, text -> number(text, "a whole number", Long::valueOf)),
                    Map.entry(double.class, text -> number(text, "a number", Double::valueOf)),
                    Map.entry(Double.class, text -> number(text, "a number", Double::valueOf)),
                    Map.entry(boolean.class, Parsing::truth),
                    Map.entry(Boolean.class, Parsing::truth),
                    Map.entry(Duration.class, Parsing::duration),
                    Map.entry(Path.class, Path::of),
                    Map.entry(URI.class, URI::create),
                    Map.entry(Settings.Secret.class, Settings.Secret::new));

    private Parsing() {}

    static Object parse(Type type, String text) {
        if (type instanceof ParameterizedType of && of.getRawType() == Optional.class) {
            return text.isBlank() ? Optional.empty() : Optional.of(parse(of.getActualTypeArguments()[0], text));
        }
        if (type instanceof ParameterizedType of && of.getRawType() == List.class) {
            var each = of.getActualTypeArguments()[0];
            return Arrays.stream(text.split(","))
                    .map(String::strip)
                    .filter(part -> !part.isEmpty())
                    .map(part -> parse(each, part))
                    .toList();
        }
        if (type instanceof Class<?> kind && kind.isEnum()) {
            return constant(kind, text);
        }
        var simple = type instanceof Class<?> kind ? SIMPLE.get(kind) : null;
        if (simple == null) {
            throw new IllegalArgumentException("a " + type.getTypeName() + " cannot be set from outside");
        }
        return simple.apply(text);
    }

    static int whole(String text) {
        return number(text, "a whole number", Integer::valueOf);
    }

    private static <N> N number(String text, String what, Function<String, N> parse) {
        try {
            return parse.apply(text.strip());
        } catch (NumberFormatException _) {
            throw needs(what, text);
        }
    }

    static boolean truth(String text) {
        return switch (text.strip()) {
            case "true" -> true;
            case "false" -> false;
            default -> throw needs("true or false", text);
        };
    }

    static Duration duration(String text) {
        var match = DURATION.matcher(text.strip());
        try {
            return match.matches() ? of(Long.parseLong(match.group(1)), match.group(2)) : Duration.parse(text.strip());
        } catch (DateTimeParseException | NumberFormatException | ArithmeticException _) {
            throw needs("a duration such as 250ms, 5s, 2m, 1h, 7d or PT5S", text);
        }
    }

    private static Duration of(long amount, String unit) {
        return switch (unit) {
            case "ns" -> Duration.ofNanos(amount);
            case "us" -> Duration.ofNanos(Math.multiplyExact(amount, 1_000));
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            default -> Duration.ofDays(amount);
        };
    }

    static Object constant(Class<?> kind, String text) {
        var constants = kind.getEnumConstants();
        return Arrays.stream(constants)
                .filter(constant -> ((Enum<?>) constant).name().equalsIgnoreCase(text.strip()))
                .findFirst()
                .orElseThrow(() -> needs("one of " + Arrays.toString(constants), text));
    }

    private static IllegalArgumentException needs(String what, String text) {
        return new IllegalArgumentException("needs " + what + ", was \"" + text + "\"");
    }

    static String show(Object value) {
        return switch (value) {
            case Optional<?> some -> some.map(Parsing::show).orElse("");
            case List<?> all -> all.stream().map(Parsing::show).collect(Collectors.joining(","));
            default -> value.toString();
        };
    }
}
