package dev.coppice.otp;

/// A state and an event, for a switch over both: with sealed or enum types the compiler finds the pair that was forgotten.
///
/// ```java
/// return switch (new On<>(door, event)) {
///   case On(Locked locked, Press press) -> …
///   case On(Open open, Press press)     -> …
/// };
/// ```
public record On<S, M>(S state, M event) {}
