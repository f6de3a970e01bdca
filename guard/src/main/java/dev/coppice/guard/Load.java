package dev.coppice.guard;

/// What an [AdaptiveLimit] knows of its callee. Pure: each sample makes the next.
///
/// **Probing.** Every [#PROBE_EVERY] samples a limit (and at least 100) the permits go down to the minimum until [#PROBES] requests that
/// began then have ended; the shortest of them is the time that a request takes alone. Requests that began before end first, more or
/// less, so the first as many as were under way are left out. Each end counts, whatever it was, so that a callee that only fails ends
/// the probing too; then the old time stays.
///
/// @param limit how many requests may be under way, while it does not probe
/// @param alone how long a request takes alone, in nanoseconds; 0 when not known
/// @param longTerm the long-term average of a request's time, in nanoseconds
/// @param averaged how many samples that average is made of
/// @param untilProbe how many more ends until it probes
/// @param probing how many more ends the probing takes; 0 when it does not probe
/// @param leftOut how many ends are of requests that began before the probing
/// @param best the shortest time in this probing; 0 for none
record Load(
        double limit, long alone, double longTerm, int averaged, int untilProbe, int probing, int leftOut, long best) {

    private static final int PROBES = 5;
    private static final int PROBE_EVERY = 30;
    private static final int PROBE_AT_LEAST = 100;

    /// A request that has ended.
    ///
    /// @param nanos how long it took
    /// @param inUse how many were under way, itself included
    record Sample(long nanos, int inUse, Result result) {
        boolean answered() {
            return result == Result.ANSWERED;
        }

        /// A sign of overload.
        boolean dropped() {
            return result == Result.LATE || result == Result.REFUSED;
        }
    }

    /// How the limit follows from a sample.
    sealed interface Rule {
        double limit(Load load, Sample sample);

        default boolean probes() {
            return true;
        }
    }

    static Load initial(int limit) {
        return new Load(limit, 0, 0, 0, PROBE_AT_LEAST, 0, 0, 0);
    }

    int permits(int min) {
        return probing > 0 ? min : (int) limit;
    }

    Load next(Rule rule, Sample sample, int min, int max) {
        if (probing > 0) {
            return probed(sample);
        }
        var seen = sample.answered() ? averaged(sample.nanos()) : this;
        double changed = sample.answered() || sample.dropped() ? rule.limit(seen, sample) : limit;
        var next = seen.withLimit(Math.clamp(changed, min, max));
        return rule.probes() ? next.counted(sample) : next;
    }

    private Load withLimit(double to) {
        return new Load(to, alone, longTerm, averaged, untilProbe, probing, leftOut, best);
    }

    /// An average of the first samples, then an exponential one over about 600.
    private Load averaged(long nanos) {
        long shortest = alone == 0 ? nanos : Math.min(alone, nanos);
        int count = Math.min(averaged + 1, 600);
        double factor = count < 10 ? 1.0 / count : 2.0 / (count + 1);
        double average = longTerm * (1 - factor) + nanos * factor;
        // What has recovered is believed sooner than what has become slower.
        double drained = average / nanos > 2 ? average * 0.95 : average;
        return new Load(limit, shortest, Math.min(drained, 2.0 * shortest), count, untilProbe, probing, leftOut, best);
    }

    private Load counted(Sample sample) {
        if (untilProbe > 1) {
            return new Load(limit, alone, longTerm, averaged, untilProbe - 1, 0, 0, 0);
        }
        return new Load(limit, alone, longTerm, averaged, 0, PROBES, Math.max(0, sample.inUse() - 1), 0);
    }

    private Load probed(Sample sample) {
        if (leftOut > 0) {
            return new Load(limit, alone, longTerm, averaged, 0, probing, leftOut - 1, best);
        }
        long shortest = !sample.answered() ? best : best == 0 ? sample.nanos() : Math.min(best, sample.nanos());
        if (probing > 1) {
            return new Load(limit, alone, longTerm, averaged, 0, probing - 1, 0, shortest);
        }
        int until = Math.max(PROBE_AT_LEAST, (int) (PROBE_EVERY * limit));
        return new Load(limit, shortest == 0 ? alone : shortest, longTerm, averaged, until, 0, 0, 0);
    }

    /// Additive increase, multiplicative decrease.
    record Aimd() implements Rule {
        @Override
        public double limit(Load load, Sample sample) {
            if (sample.dropped()) {
                return load.limit() * 0.9;
            }
            return sample.inUse() * 2 >= load.limit() ? load.limit() + 1 : load.limit();
        }

        @Override
        public boolean probes() {
            return false;
        }
    }

    /// After TCP Vegas: as many requests are queued at the callee as its time is longer than alone.
    record Vegas() implements Rule {
        @Override
        public double limit(Load load, Sample sample) {
            double step = Math.max(1, Math.floor(Math.log10(load.limit())));
            if (sample.dropped()) {
                return load.limit() - step;
            }
            if (sample.inUse() * 2 < load.limit()) {
                return load.limit();
            }
            double queued = Math.ceil(load.limit() * (1 - (double) load.alone() / sample.nanos()));
            if (queued <= step) {
                return load.limit() + 6 * step;
            }
            return queued < 3 * step ? load.limit() + step : queued > 6 * step ? load.limit() - step : load.limit();
        }
    }

    /// After Netflix's Gradient2: follows how the present time compares with the long-term one, and allows a queue of 4.
    record Gradient() implements Rule {
        private static final double TOLERANCE = 1.5;
        private static final double SMOOTHING = 0.2;
        private static final int QUEUE = 4;

        @Override
        public double limit(Load load, Sample sample) {
            if (sample.dropped()) {
                return load.limit() * 0.9;
            }
            if (sample.inUse() * 2 < load.limit()) {
                return load.limit();
            }
            double gradient = Math.clamp(TOLERANCE * load.longTerm() / sample.nanos(), 0.5, 1);
            return load.limit() * (1 - SMOOTHING) + (load.limit() * gradient + QUEUE) * SMOOTHING;
        }
    }
}
