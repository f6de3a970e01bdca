package dev.coppice.kernel;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import java.util.Optional;
import org.slf4j.MDC;

/// What travels with messages beside them: a trace, a tenant, the context of a log. Given to a node with [Config#carrying].
///
/// ```java
/// static final ScopedValue<String> TENANT = ScopedValue.newInstance();
/// Node.start(TREE, Config.defaults().carrying(Carrier.of(TENANT), Carrier.mdc()));
/// ScopedValue.where(TENANT, "acme").call(() -> node.ref(ORDERS).call(new Place(order)));   // its handler sees TENANT, and whom it calls
/// ```
///
/// **Rule.** When a message or a request is sent, `capture` runs on the sender's thread. What it gives travels in the envelope: through
/// `via`, `forward`, `defer`, doors and a stash. A server's handler runs inside `around`, and what it sends carries it on; an answer that
/// arrives as a message ([Self#ask], [Self#task], [Self#pipe]) is handled with what was there when it was asked for. A loop says
/// [Self#inContext]. Timers, exits and downs carry nothing.
///
/// **Threads.** Both methods run on threads of actors and of anybody who sends; they must not wait. What `capture` throws ends the send,
/// what `around` throws is the handler's.
///
/// It costs nothing in a node that has none. In another node that has carriers, what has travelled there is put around by those that captured
/// it.
///
/// @param <C> what is carried; immutable
public interface Carrier<C> {

    /// What is to travel with a message that is sent now, on this thread.
    Optional<C> capture();

    /// Runs the body, once, with what has travelled; afterwards the thread is as before.
    void around(C carried, Body body) throws Exception;

    /// What is done with a message.
    @FunctionalInterface
    interface Body {
        void run() throws Exception;
    }

    /// Carries a scoped value, where it is bound.
    static <T> Carrier<T> of(ScopedValue<T> value) {
        requireNonNull(value, "value");
        return new Carrier<>() {
            @Override
            public Optional<T> capture() {
                return value.isBound() ? Optional.ofNullable(value.get()) : Optional.empty();
            }

            @Override
            public void around(T carried, Body body) throws Exception {
                ScopedValue.where(value, carried)
                        .call(() -> {
                            body.run();
                            return Done.DONE;
                        });
            }
        };
    }

    /// Carries the mapped diagnostic context of SLF4J.
    static Carrier<Map<String, String>> mdc() {
        return new Carrier<>() {
            @Override
            public Optional<Map<String, String>> capture() {
                return Optional.ofNullable(MDC.getCopyOfContextMap()).filter(map -> !map.isEmpty()).map(Map::copyOf);
            }

            @Override
            public void around(Map<String, String> carried, Body body) throws Exception {
                var before = MDC.getCopyOfContextMap();
                MDC.setContextMap(carried);
                try {
                    body.run();
                } finally {
                    if (before == null) {
                        MDC.clear();
                    } else {
                        MDC.setContextMap(before);
                    }
                }
            }
        };
    }
}
