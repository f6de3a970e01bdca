package dev.coppice.observe;

import dev.coppice.kernel.Cancellable;
import dev.coppice.kernel.Carrier;
import dev.coppice.kernel.DeadLetter;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.spi.Tap;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// OpenTelemetry spans of messages. The context rides in the envelope, not in a thread.
///
/// ```java
/// var spans = Spans.into(node, openTelemetry);
/// ```
///
/// A request gives a span of its caller's side (`CLIENT`) with the handler's (`SERVER`) as its child; a send gives a `PRODUCER`, and the
/// handler's `CONSUMER` is its child and linked to it, since the sender does not wait. What a handler sends continues the trace; what is sent
/// from outside begins one, or continues that of the sending thread's current context. Sampling is the SDK's: of what it does not record
/// nothing rides, and the handlers' own sends begin anew.
///
/// Names and types are attributes, messages are not: they may hold secrets.
public final class Spans {
    private Spans() {}

    /// Follows the node's messages until cancelled. Needs `io.opentelemetry:opentelemetry-api` at run time, which Coppice does not bring.
    public static Cancellable into(Node node, OpenTelemetry telemetry) {
        return Tap.into(node, new Spanning(telemetry.getTracer("dev.coppice")));
    }

    /// Carries the sender's current context into the handler, where it is current again: so what a handler asks of somebody outside, through
    /// a client that OpenTelemetry instruments, continues the trace in its headers (`traceparent`). In the other direction nothing is needed: a
    /// server that makes the context of a request current, and sends then, has it continued.
    ///
    /// ```java
    /// Config.defaults().carrying(Spans.context())
    /// ```
    public static Carrier<Context> context() {
        return new Current();
    }

    private record Current() implements Carrier<Context> {
        @Override
        public Optional<Context> capture() {
            var now = Context.current();
            return now == Context.root() ? Optional.empty() : Optional.of(now);
        }

        @Override
        public void around(Context carried, Body body) throws Exception {
            try (var _ = carried.makeCurrent()) {
                body.run();
            }
        }
    }

    /// What rides. Written by the sender, then by the receiver.
    private static final class Ride {
        final Context sent;
        final boolean request;
        final String type;
        @Nullable Span handling;
        @Nullable Context inside;

        Ride(Context sent, boolean request, String type) {
            this.sent = sent;
            this.request = request;
            this.type = type;
        }
    }

    private record Spanning(Tracer tracer) implements Tap<Ride> {
        @Override
        public Optional<Ride> leaves(
                Optional<Ride> parent, Optional<Pid<?>> from, Ref<?> to, Object message, boolean request) {
            var type = message.getClass().getSimpleName();
            var above = above(parent);
            var span =
                    tracer.spanBuilder((request ? "call " : "send ") + type)
                            .setParent(above)
                            .setSpanKind(request ? SpanKind.CLIENT : SpanKind.PRODUCER)
                            .setAttribute("messaging.system", "coppice")
                            .setAttribute(
                                    "messaging.destination.name", to instanceof Pid<?> pid ? pid.path() : to.toString())
                            .startSpan();
            // It says that the message left; how long it waited is the time between this span and the handler's.
            span.end();
            return span.getSpanContext().isSampled()
                    ? Optional.of(new Ride(above.with(span), request, type))
                    : Optional.empty();
        }

        private static Context above(Optional<Ride> parent) {
            var inside = parent.isPresent() ? parent.get().inside : null;
            return inside == null ? Context.current() : inside;
        }

        @Override
        public void begins(Ride its, Pid<?> by) {
            var info = by.info();
            var builder =
                    tracer.spanBuilder(info.behaviour() + " " + its.type)
                            .setParent(its.sent)
                            .setSpanKind(its.request ? SpanKind.SERVER : SpanKind.CONSUMER)
                            .setAttribute("coppice.actor", info.path())
                            .setAttribute("coppice.behaviour", info.behaviour());
            if (!its.request) {
                builder.addLink(Span.fromContext(its.sent).getSpanContext());
            }
            var span = builder.startSpan();
            its.handling = span;
            its.inside = its.sent.with(span);
        }

        @Override
        public void ends(Ride its, Pid<?> by, Optional<Throwable> thrown) {
            var span = its.handling;
            if (span != null) {
                thrown.ifPresent(why -> {
                    span.setStatus(StatusCode.ERROR);
                    span.recordException(why);
                });
                span.end();
            }
        }

        @Override
        public void lost(Ride its, Ref<?> to, DeadLetter.Reason reason) {
            tracer.spanBuilder("dead letter " + its.type)
                    .setParent(its.sent)
                    .setAttribute("coppice.reason", reason.getClass().getSimpleName())
                    .startSpan()
                    .setStatus(StatusCode.ERROR)
                    .end();
        }
    }
}
