package dev.coppice.kernel.internal;

import dev.coppice.kernel.Carrier;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.spi.Door;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The carriers of a node. What they capture together is a row with a place for each; null when none has anything. The row says whose it is:
/// it may come to a node that has others.
final class Carrying {
    /// Whether any node has carriers: for senders that would have to look for the node. Written once, read by all.
    private static volatile boolean anywhere;

    private record Row(List<Carrier<?>> carriers, Optional<?>[] captured) {}

    private final List<Carrier<?>> carriers;

    private Carrying(List<Carrier<?>> carriers) {
        this.carriers = carriers;
    }

    static @Nullable Carrying of(List<Carrier<?>> carriers) {
        if (carriers.isEmpty()) {
            return null;
        }
        anywhere = true;
        return new Carrying(carriers);
    }

    /// The mail of a message that is sent now.
    Mail mail(Object message) {
        var carried = capture();
        return carried == null ? new Mail(message) : new Mail.Carried(message, carried, null);
    }

    /// As [#mail(Object)], for any ref.
    static Mail mail(Ref<?> to, Object message) {
        var carrying = anywhere ? nodeOf(to) : null;
        return carrying == null ? new Mail(message) : carrying.mail(message);
    }

    private static @Nullable Carrying nodeOf(Ref<?> to) {
        var sender = Runner.actor();
        if (sender != null) {
            return sender.node.carrying;
        }
        return to instanceof Door<?> door && door.behind().isEmpty() ? null : Refs.nodeOf(to).carrying;
    }

    @Nullable Object capture() {
        Optional<?>[] row = null;
        for (int i = 0; i < carriers.size(); i++) {
            var captured = carriers.get(i).capture();
            if (captured.isPresent()) {
                row = row == null ? new Optional<?>[carriers.size()] : row;
                row[i] = captured;
            }
        }
        return row == null ? null : new Row(carriers, row);
    }

    static @Nullable Object capture(LocalNode node) {
        return node.carrying == null ? null : node.carrying.capture();
    }

    /// Runs the body with what has travelled; with nothing, just runs it.
    void around(@Nullable Object carried, Carrier.Body body) throws Exception {
        if (carried == null) {
            body.run();
        } else {
            around((Row) carried, 0, body);
        }
    }

    private static void around(Row row, int from, Carrier.Body body) throws Exception {
        var captured = row.captured;
        int i = from;
        while (i < captured.length && captured[i] == null) {
            i++;
        }
        if (i == captured.length) {
            body.run();
        } else {
            int next = i + 1;
            around(row.carriers.get(i), captured[i].orElseThrow(), () -> around(row, next, body));
        }
    }

    @SuppressWarnings("unchecked") // it is what this carrier has captured
    private static <C> void around(Carrier<C> carrier, Object carried, Carrier.Body body) throws Exception {
        carrier.around((C) carried, body);
    }
}
