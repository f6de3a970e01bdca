package dev.coppice.guard;

import dev.coppice.kernel.Ref;

/// At most so many requests under way at once; the next is refused.
///
/// A request is under way until its caller has its outcome or waits no longer. A callee that ignores that its caller gave up may still be
/// at work on it.
///
/// Limits: 25 by default.
public final class Bulkhead implements Guard<Bulkhead.Status> {

    /// @param inUse how many requests are under way
    public record Status(int inUse, int max) {}

    private final int max;
    private final String name;

    private Bulkhead(int max, String name) {
        this.max = max;
        this.name = name;
    }

    public static Bulkhead defaults() {
        return of(25);
    }

    public static Bulkhead of(int max) {
        return new Bulkhead(Limits.positive("max", max), "");
    }

    /// What it is called in messages and events; by default after the ref that it guards.
    public Bulkhead named(String name) {
        return new Bulkhead(max, Names.checked(name));
    }

    @Override
    public <M> Guarded<M, Status> around(Ref<M> ref) {
        return new Guarded<>(new Gate<>(Names.of("bulkhead", name, ref), new Permits(max), Judge.PLAIN, ref), ref);
    }

    /// The state is the number of permits in use.
    record Permits(int max) implements Policy<Integer, Status> {

        @Override
        public Integer initial(long now) {
            return 0;
        }

        @Override
        public Turn<Integer> admit(Integer inUse, boolean request, long now) {
            return inUse >= max
                    ? Turn.refused(inUse, "is full: " + max + " requests are under way")
                    : Turn.to(request ? inUse + 1 : inUse);
        }

        @Override
        public Turn<Integer> ended(Integer inUse, Ticket ticket, Result result, long now) {
            return Turn.to(inUse - 1);
        }

        @Override
        public Status status(Integer inUse, long now) {
            return new Status(inUse, max);
        }
    }
}
