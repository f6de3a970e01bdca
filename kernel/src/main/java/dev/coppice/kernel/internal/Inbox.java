package dev.coppice.kernel.internal;

import dev.coppice.kernel.Recipe;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// An actor's mailbox.
///
/// **Idea.** One CAS word is the head of the mailbox and the schedule state:
///
/// ```
///   IDLE   ----> a mail     the sender that does this makes the actor ready: nobody else can
///   a mail ----> a mail     pushed on a stack, newest first
///   null   ----> a mail     the same, while the actor runs and has taken all
///   a mail ----> null       the actor takes the whole stack and turns it over
///   null   ----> IDLE       the actor rests; fails when a mail has arrived: no wake-up can be lost
///   any    ----> CLOSED     the actor dies: an exchange, so that no mail can be overwritten
/// ```
///
/// So a send is one CAS, an actor at rest holds no node, and whoever takes it from IDLE is the only one who may run it. When many wait, the
/// mail on top is an [Annex], and what follows is pushed there.
abstract sealed class Inbox<M> permits Cell {
    private static final Mail IDLE = new Mail("idle");
    private static final Mail CLOSED = new Mail("closed");
    private static final VarHandle WORD;
    private static final VarHandle RESTING;

    // What the body does with `receive`: see Rest. In these two there is no wait.
    private static final byte AWAKE = 0;
    private static final byte OVER = 1;

    /// It waits, and has not stopped yet.
    private static final byte WAITS = 2;

    /// Its thread has stopped.
    private static final byte STOPPED = 3;

    /// It waits as a test's scheduler has it, with a [Resting].
    private static final byte SIMULATED = 4;

    /// From here on an annex is opened.
    static final int CROWD = 16;

    /// Up to here a queue is counted when somebody asks for its length.
    private static final int EXACT = 1_000;

    static {
        try {
            var lookup = MethodHandles.lookup();
            WORD = lookup.findVarHandle(Inbox.class, "word", Mail.class);
            RESTING = lookup.findVarHandle(Inbox.class, "resting", byte.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /// The mailbox and schedule word. Senders fight for its cache line: what the running actor touches for each message is elsewhere, in
    /// [ActorSelf] and at the end of [Cell].
    private volatile @Nullable Mail word;

    final LocalNode node;
    final Recipe.Settings settings;

    /// The wait of a body inside `receive`; see [Rest]. Written by this actor before the word becomes IDLE and by the sender that wakes it.
    private byte resting;

    /// About how many stand in the word. Senders count it without a fence, while they have the word's cache line anyway: a race may lose
    /// one. It begins anew with the first after each take.
    ///
    /// No sender looks into the mail before its own for it: that is on a cache line of another sender, and the miss would fall between the
    /// look at the word and the CAS.
    private int standing;

    private boolean highWater;

    Inbox(LocalNode node, Recipe.Settings settings, boolean atRest) {
        this.node = node;
        this.settings = settings;
        WORD.set(this, atRest ? IDLE : null);
    }

    final Cell<M> cell() {
        return (Cell<M>) this;
    }

    final boolean rests() {
        return resting != AWAKE;
    }

    /// Puts a mail in, whatever it is; false when the mailbox is closed.
    final boolean push(Mail mail) {
        return push(mail, null);
    }

    /// @param runner the current thread's, when the caller has looked it up: saves the scheduler another look
    boolean push(Mail mail, @Nullable Runner runner) {
        if (node.simulated) {
            node.scheduler.pause("push");
        }
        while (true) {
            var top = word;
            if (top == CLOSED) {
                return false;
            }
            boolean idle = top == IDLE;
            boolean crowded = top != null && !idle && standing >= CROWD;
            if (top != null && crowded ? pushAside(top, mail) : pushOnTop(top, mail, idle)) {
                if (node.simulated) {
                    node.scheduler.sent(cell(), mail.told());
                }
                if (idle) {
                    standing = 1;
                    wake(runner);
                } else if (!crowded) {
                    stands(top == null ? 1 : standing + 1);
                }
                return true;
            }
        }
    }

    private boolean pushOnTop(@Nullable Mail top, Mail mail, boolean idle) {
        mail.next = idle ? null : top;
        return WORD.compareAndSet(this, top, mail);
    }

    /// Into the annex; opens one when there is none. False when the word has changed.
    private boolean pushAside(Mail top, Mail mail) {
        if (!(top instanceof Annex annex)) {
            return WORD.compareAndSet(this, top, new Annex(top, mail, standing + 1));
        }
        boolean open = annex.push(mail);
        if (open) {
            rises(annex.standing());
        }
        return open;
    }

    final void wake(@Nullable Runner runner) {
        if (resting == AWAKE) {
            node.ready(cell(), runner);
        } else {
            rouse();
        }
    }

    private void rouse() {
        if (resting == SIMULATED) {
            var wait = cell().selfRef().resting();
            wait.over = true;
            node.scheduler.resume(wait);
        } else if (restEnds()) {
            Rest.over(cell());
        }
    }

    private void stands(int queued) {
        standing = queued;
        rises(queued);
    }

    private void rises(int queued) {
        if (queued >= settings.mailbox().highWater() && !highWater) {
            roseAbove();
        }
    }

    /// Counts them: what brought us here may be a number from before a take.
    private void roseAbove() {
        int mark = settings.mailbox().highWater();
        var top = word;
        int queued = count(top, mark);
        if (queued >= mark) {
            highWater = true;
            node.observers.highWater(cell(), queued);
        } else if (top instanceof Annex annex) {
            annex.standing(queued);
        } else {
            standing = queued;
        }
    }

    private static int count(@Nullable Mail newest, int limit) {
        int count = 0;
        for (var mail = newest; mail != null && count < limit; mail = mail.next) {
            count += mail instanceof Annex annex ? count(annex.newest(), limit - count) : 1;
        }
        return count;
    }

    private void mayFall(int queued) {
        if (queued < settings.mailbox().highWater() / 2) {
            fellBelow(queued);
        }
    }

    private void fellBelow(int queued) {
        highWater = false;
        node.observers.lowWater(cell(), queued);
    }

    /// Takes everything from the word, oldest first; null when there is nothing.
    @Nullable Mail take() {
        Mail newest;
        do {
            newest = word;
            if (newest == null || newest == CLOSED) {
                return null;
            }
            // No exchange: a killer may close the mailbox at any moment, and what it closed must stay closed.
        } while (!WORD.compareAndSet(this, newest, null));
        if (highWater) {
            mayFall(newest instanceof Annex annex ? annex.standing() : standing);
        }
        return Mail.reversed(newest);
    }

    /// Gives the actor back when nothing has arrived.
    boolean rest() {
        if (highWater) {
            fellBelow(0);
        }
        if (node.simulated) {
            node.scheduler.pause("rest");
        }
        return WORD.compareAndSet(this, null, IDLE);
    }

    /// The body waits in `receive` until a mail arrives. It stands on the stack of each loop that waits, so all that it has to do before and
    /// after is elsewhere ([Aside]). It gives way once before it parks, as every wait does.
    final void awaitMail() {
        long since = Aside.begins(cell());
        if (since != Rest.OVER) {
            if (Thread.currentThread().isVirtual()) {
                Thread.yield();
            }
            if (stops()) {
                do {
                    LockSupport.park();
                } while (Aside.waitsOn(cell()));
            }
            Aside.ends(cell(), since);
        }
        resting = AWAKE;
    }

    /// Instead of a wait for mail that cannot come: to one that has closed its mailbox at its end, and closes now what it owned.
    final void checkOpen() {
        if (isClosed() && cell().fate() instanceof Fate.Ending) {
            resting = AWAKE;
            throw new IllegalStateException(
                    cell().path()
                            + " has closed its mailbox and cannot receive: do so in terminate, not in a resource's close");
        }
    }

    /// The whole wait, where time is simulated.
    final void awaitSimulated(Resting wait) {
        wait.over = false;
        resting = SIMULATED;
        if (rest()) {
            node.scheduler.suspend(wait);
        }
    }

    /// False when there is mail, and nothing to wait for.
    final boolean restBegins() {
        resting = WAITS;
        return rest();
    }

    /// Whether the mail has arrived for which the body waits.
    final boolean restIsOver() {
        return (byte) RESTING.getAcquire(this) == OVER;
    }

    /// The thread is going to stop: whoever ends the wait has to unpark it. False when the wait is over.
    final boolean stops() {
        return RESTING.compareAndSet(this, WAITS, STOPPED);
    }

    /// The mail has arrived. Whether the thread has stopped, and has to be unparked.
    final boolean restEnds() {
        return (byte) RESTING.getAndSet(this, OVER) == STOPPED;
    }

    /// Closes the mailbox for good; what was in it, oldest first.
    @Nullable Mail close() {
        var newest = (Mail) WORD.getAndSet(this, CLOSED);
        return newest == IDLE || newest == CLOSED ? null : Mail.reversed(newest);
    }

    /// Whether something stands in the word of an actor that runs.
    boolean hasMail() {
        return word != null;
    }

    boolean isClosed() {
        return word == CLOSED;
    }

    /// How many mails wait: exact for the word, a bounded walk for what was taken. Racy.
    final int queued() {
        var owned = cell().self;
        return queuedInWord() + count(taken(), 10_000) + (owned == null ? 0 : owned.kept()) + Stash.of(owned);
    }

    /// Whether more than one mail has come since the last take, or since it was at rest; racy.
    boolean crowded() {
        return standing > 1;
    }

    int queuedInWord() {
        var top = word;
        if (top == IDLE || top == CLOSED) {
            return 0;
        }
        int walked = count(top, EXACT);
        return walked < EXACT ? walked : Math.max(walked, top instanceof Annex annex ? annex.standing() : standing);
    }

    /// What the actor has taken from the word and not yet received. Racy, unless the caller runs the actor.
    final @Nullable Mail taken() {
        var owned = cell().self;
        return owned == null ? null : owned.first();
    }

    /// A user message has been received.
    void received() {}

    /// A user message that was received waits again.
    void readmitted() {}

    /// Puts what waited for a next incarnation in front; before the cell is shared, by its starter.
    void inherit(Mail mail, @Nullable Mail last) {
        if (last == null) {
            cell().selfRef().first(mail);
        } else {
            last.next = mail;
        }
        mail.next = null;
    }

    /// How many user messages wait; for the ledger, when the node is quiet.
    long waitingMessages() {
        long count = userMails(taken()) + heldElsewhere();
        var top = word;
        return top == IDLE || top == CLOSED ? count : count + userMails(top);
    }

    /// User messages that were taken and stand neither in the list of what was taken nor before the body.
    final long heldElsewhere() {
        var owned = cell().self;
        return owned == null ? 0 : owned.keptMessages() + Stash.of(owned);
    }

    static long userMails(@Nullable Mail mail) {
        long count = 0;
        for (; mail != null; mail = mail.next) {
            count += mail instanceof Annex annex ? userMails(annex.newest()) : mail instanceof Signal ? 0 : 1;
        }
        return count;
    }
}
