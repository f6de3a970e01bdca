package dev.coppice.kernel.internal;

/// Help against CPU hogs: virtual threads are not time-sliced, so as many hogs as carriers stop every other one.
///
/// **Idea.** A canary, a virtual thread that does nothing, is started now and then while work waits. When it does not get to run for
/// some milliseconds, and this JVM uses much CPU meanwhile for hardly a message, the carriers are hogged. (The canary alone says too little: it
/// comes from outside, and busy carriers look at their own queues first. Nor do few messages alone: the cores may be somebody else's.) Then
/// the JDK scheduler's parallelism is raised, JVM-wide, each time by twice what was added before. The operating system slices the carriers;
/// places are opened for them ([Places#open]). When canaries have been quick for a while the parallelism goes down again, by halves, to what
/// it was. Carriers beyond it go when they find nothing to do, so a false alarm is dear.
///
/// It has no clock and no thread: it is told the time, and does what it decides through [Carriers]. Used by one watchdog's thread only.
final class Canary {

    /// The threads that run virtual ones.
    interface Carriers {
        /// Starts a virtual thread.
        void send(Runnable canary);

        /// The CPU time of this JVM in nanoseconds; negative when it cannot be had.
        long cpu();

        /// How many carriers do not run that may.
        int missing();

        /// Adds up to so many, and makes the pool notice; by how many it was.
        int raise(int step);

        void lower(int step);

        /// Makes the pool start a carrier that may run, or wake it.
        void kick();
    }

    private static final long EVERY = 10_000_000;
    private static final long LATE = 8_000_000;

    /// CPU time that a message takes at most where it is not a hog that takes it.
    private static final long LONG = 1_000_000;

    /// CPU time to judge by: more than one tick of a process's clock.
    private static final long ENOUGH = 15_000_000;

    private static final long CALM = 1_000_000_000L;

    /// For so long after it was late another is sent at once, and what places that stood still say is believed.
    private static final long SOON = 100_000_000;

    /// The time slice of the operating system, about: each carrier more for a core may take one before the canary has its turn.
    private static final long TURN = 4_000_000;

    /// Carriers to add first, for each core.
    private static final int FIRST = 3;

    private final Carriers carriers;
    private final int cores;
    private volatile boolean sings = true;
    private long sentAt;
    private long lookedAt;

    /// When as many places as there are cores stood still last.
    private long hoggedAt;

    private boolean late;
    private int raised;

    /// Since when it was not late, or has not lowered.
    private long calmSince;

    /// How long a busy node is relieved before it is let try without. It grows with each alarm that comes back soon.
    private long trial = SOON;

    /// Whether one was ever late. From then on a canary is sent with what is compared later; before that, it is not worth its price.
    private boolean weighed;

    /// Since it was sent, or last weighed.
    private final Account sent;

    /// Since the relief was last raised or lowered.
    private final Account relieved;

    Canary(Carriers carriers, int cores, long now) {
        this.carriers = carriers;
        this.cores = cores;
        this.sentAt = now - 2 * EVERY;
        this.lookedAt = now;
        this.hoggedAt = now - SOON;
        this.calmSince = now - CALM;
        this.sent = new Account(carriers);
        this.relieved = new Account(carriers);
    }

    /// Whether it was late, or has been sent and has not sung yet.
    boolean away() {
        return late || !sings;
    }

    /// How many carriers more there are than without it.
    int raised() {
        return raised;
    }

    /// @param hogged how many places stand still
    /// @param received how many messages have been received so far
    void look(long now, int hogged, long received) {
        boolean stopped = now - lookedAt > LATE;
        lookedAt = now;
        if (hogged >= cores) {
            hoggedAt = now;
        }
        if (sings) {
            sings(now, received);
        } else if (stopped) {
            // This thread was late itself: the whole JVM stood still, as for a collection, and nobody is to blame.
            sentAt = now;
            sent.begin(received);
        } else if (!sent.begun) {
            if (now - sentAt > LATE / 2) {
                weighed = true;
                sent.begin(received);
            }
        } else if (now - sentAt > LATE + raised / cores * TURN) {
            weigh(now, received);
        }
    }

    private void sings(long now, long received) {
        late = false;
        sent.begun = false;
        if (raised > 0 && maySink(now, received)) {
            lowerHalf(now, received);
        }
        if (now - sentAt > EVERY || raised > 0 && now - calmSince < SOON) {
            sings = false;
            sentAt = now;
            if (weighed) {
                sent.begin(received);
            }
            carriers.send(() -> sings = true);
        }
    }

    /// Whether there has been no hog for a while; or a node that works may try how it fares without relief: most likely the alarm was
    /// false, as when a process begins and the compiler has the cores. Places that stand still do not tell then: with more carriers than
    /// cores most of them only wait for their core.
    private boolean maySink(long now, long received) {
        long calm = now - calmSince;
        return calm > CALM && now - hoggedAt > SOON || calm > trial && relieved.messages(received, relieved.cpu());
    }

    /// It is late: are hogs to blame?
    private void weigh(long now, long received) {
        long used = sent.cpu();
        if (used < ENOUGH) {
            return; // too little to judge by: others have the cores
        }
        late = !sent.messages(received, used);
        if (late) {
            if (raised == 0) {
                trial = now - calmSince < CALM ? Math.min(CALM, 4 * trial) : SOON;
            }
            calmSince = now;
            relieve();
            relieved.begin(received);
        } else if (raised > 0) {
            lowerHalf(now, received);
        }
        sentAt = now;
        sent.begin(received);
    }

    /// More carriers, unless some of those that may run do not yet.
    private void relieve() {
        if (carriers.missing() > 0) {
            carriers.kick();
        } else {
            raised += carriers.raise(Math.max(FIRST * cores, 2 * raised));
        }
    }

    private void lowerHalf(long now, long received) {
        int less = Math.min(raised, Math.max(cores, raised / 2));
        carriers.lower(less);
        raised -= less;
        calmSince = now;
        relieved.begin(received);
    }

    void stop() {
        carriers.lower(raised);
        raised = 0;
    }

    /// CPU time and messages since some moment.
    private static final class Account {
        private final Carriers carriers;
        private boolean begun;
        private long cpuBefore;
        private long receivedBefore;

        Account(Carriers carriers) {
            this.carriers = carriers;
        }

        void begin(long received) {
            begun = true;
            cpuBefore = carriers.cpu();
            receivedBefore = received;
        }

        /// The CPU time of this JVM since then.
        long cpu() {
            return carriers.cpu() - cpuBefore;
        }

        /// Whether messages have been received since then as they are where no hog takes the CPU.
        boolean messages(long received, long cpu) {
            return received - receivedBefore >= cpu / LONG;
        }
    }
}
