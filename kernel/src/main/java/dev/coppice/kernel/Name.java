package dev.coppice.kernel;

import static java.util.Objects.requireNonNull;

/// A name for an actor of protocol `M` within a node. Make it a constant: `static final Name<Msg> ALICE = Name.of("alice")`.
///
/// A ref by name ([Node#ref], [Self#ref]) follows restarts. The name carries its protocol's class, so that the same string with another
/// protocol is an error at first use and not a `ClassCastException` in the receiver.
public final class Name<M> {
    private final String value;
    private final Class<?> protocol;

    private Name(String value, Class<?> protocol) {
        this.value = value;
        this.protocol = protocol;
    }

    /// @param reified leave it out: the compiler fills in an array that tells `M`
    @SafeVarargs
    public static <M> Name<M> of(String value, M... reified) {
        requireNonNull(value, "value");
        if (value.isBlank() || value.chars().anyMatch(c -> c < ' ' || c == 0x7f || c == '/')) {
            throw new IllegalArgumentException(
                    "a name needs visible characters and no '/' or control characters, was \""
                            + printable(value)
                            + "\"");
        }
        Class<?> protocol = requireNonNull(reified.getClass().getComponentType());
        if (protocol == Object.class) {
            throw new IllegalArgumentException(
                    "the protocol of the name \""
                            + value
                            + "\" is unknown: declare it with its type, Name<Msg>, not with var");
        }
        return new Name<>(value, protocol);
    }

    private static String printable(String value) {
        return value.replaceAll("\\p{Cntrl}", "?");
    }

    public String value() {
        return value;
    }

    /// The class of `M`.
    public Class<?> protocol() {
        return protocol;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Name<?> name && name.value.equals(value) && name.protocol == protocol;
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }

    @Override
    public String toString() {
        return value;
    }
}
