package dev.coppice.kernel;

/// A request: a message that names the type of its own answer.
///
/// A record that implements `Call` for itself can be sent with [Ref#call] or [Ref#ask], and the compiler knows what comes back:
///
/// ```java
/// record Balance() implements Msg, Call<Balance, Long> {}
/// long cents = account.call(new Balance());
/// ```
///
/// The actor answers with [Self#reply], later through [Self#defer], or hands the request to another with [Self#forward].
/// A request sent with [Ref#send] is an ordinary message: nobody waits, and answering it does nothing.
///
/// @param <C> the request's own type
/// @param <R> the type of its answer; [Done] for an answer without content
public interface Call<C extends Call<C, R>, R> {}
