package dev.coppice.otp;

import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;

/// Tells what came before from what is new, where messages may come more than once or out of order: at-least-once becomes once.
/// Confined to one actor, whose memory it is: a new incarnation that must know needs it from a store.
///
/// ```java
/// case Numbered<Place> order when !seen.first(order) -> {}     // done already
/// ```
///
/// **Bounds.** Of each source it remembers a window of numbers (1,024 unless told) behind the highest; what is older counts as seen. It
/// remembers the sources heard of last, 10,000 unless told; one that was forgotten begins anew.
public final class Duplicates {
    private final int window;
    private final Map<String, Window> sources;

    /// The numbers below `base` are seen; `seen` has the others, from `base` on.
    private static final class Window {
        long base = 1;
        final BitSet seen = new BitSet();
    }

    public Duplicates() {
        this(1_024, 10_000);
    }

    /// @param window numbers of each source, and how many sources are remembered
    public Duplicates(int window, int sources) {
        this.window = Limits.positive("window", window);
        int most = Limits.positive("sources", sources);
        this.sources =
                new LinkedHashMap<>(16, 0.75f, true) {
                    private static final long serialVersionUID = 1L;

                    @Override
                    protected boolean removeEldestEntry(Map.Entry<String, Window> eldest) {
                        return size() > most;
                    }
                };
    }

    /// Whether it comes for the first time; from now on it does not.
    public boolean first(Numbered<?> message) {
        return first(message.source(), message.number());
    }

    /// As [#first(Numbered)], for messages that carry their numbers otherwise. Numbers begin at 1.
    ///
    /// @throws IllegalArgumentException when the number is below 1
    public boolean first(String source, long number) {
        if (number < 1) {
            throw new IllegalArgumentException(
                    "number must be at least 1, was " + number + " of " + source + ": numbers begin at 1");
        }
        var of = sources.computeIfAbsent(source, _ -> new Window());
        if (number < of.base || (number - of.base < window && of.seen.get((int) (number - of.base)))) {
            return false;
        }
        slide(of, number - window + 1);
        of.seen.set((int) (number - of.base));
        return true;
    }

    private void slide(Window of, long base) {
        if (base <= of.base) {
            return;
        }
        long by = base - of.base;
        if (by >= window) {
            of.seen.clear();
        } else {
            var kept = of.seen.get((int) by, window);
            of.seen.clear();
            of.seen.or(kept);
        }
        of.base = base;
    }
}
