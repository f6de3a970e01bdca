package dev.coppice.benchmarks;

/// What a workload has to reach: a multiple of a peer, or a value in its own unit. `NaN` where nothing is asked.
///
/// @param against the peer; empty for a value
/// @param of the system that has to reach it
record Goal(String of, String against, double target, double moonshot) {
    private static final double NOTHING = Double.NaN;

    static Goal over(String peer, double target, double moonshot) {
        return new Goal("coppice", peer, target, moonshot);
    }

    static Goal over(String peer, double target) {
        return over(peer, target, NOTHING);
    }

    static Goal dreamOver(String peer, double moonshot) {
        return over(peer, NOTHING, moonshot);
    }

    static Goal value(double target, double moonshot) {
        return new Goal("coppice", "", target, moonshot);
    }

    /// The same for another of our systems.
    Goal by(String system) {
        return new Goal(system, against, target, moonshot);
    }

    boolean absolute() {
        return against.isEmpty();
    }
}
