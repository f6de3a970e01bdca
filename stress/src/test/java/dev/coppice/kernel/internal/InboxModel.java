package dev.coppice.kernel.internal;

import dev.coppice.kernel.internal.Rig.Counted;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;

/// [Inbox] for the model checker: senders beside a worker that runs the actor when it was made ready.
public class InboxModel {
    private final Counted wakes = new Counted();
    private final Cell<Object> cell = Rig.resting(wakes);
    private volatile int ran;
    private volatile int sent;
    private volatile int received;

    @Operation(nonParallelGroup = "one sender")
    public void send() {
        sent++;
        cell.push(new Mail("mail"));
    }

    @Operation
    public boolean sendToo() {
        return cell.push(new Signal.Nudge());
    }

    @Operation(nonParallelGroup = "worker")
    public void work() {
        if (wakes.count() > ran) {
            ran++;
            do {
                for (var mail = cell.take(); mail != null; mail = mail.next) {
                    received += mail instanceof Signal ? 0 : 1;
                }
            } while (!cell.rest());
        }
    }

    @Validate
    public void nothing_is_lost() {
        long waiting = cell.waitingMessages();
        if (sent != received + waiting) {
            throw new IllegalStateException(sent + " sent, " + received + " received, " + waiting + " waiting");
        }
        int ready = wakes.count() - ran;
        if (ready != (cell.queuedInWord() > 0 ? 1 : 0)) {
            throw new IllegalStateException(
                    cell.queuedInWord() + " mails wait, and the actor is ready " + ready + " times");
        }
    }
}
