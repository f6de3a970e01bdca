package dev.coppice.examples.mqtt;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What grows from look to look, and is therefore kept by somebody: the leak verdict, of nothing but the looks.
///
/// @param looks in their order
/// @param slopes of the vitals, per look: over the last three quarters, since the beginning may still grow into its tables
record Growth(List<Vitals> looks, Map<String, Slope> slopes) {
    private static final long HEAP = 1 << 20;

    /// The JDK's pool of carriers is no leak while it stays as large as it may become.
    private static final long MOST_CARRIERS = 256;

    static Growth of(List<Vitals> looks) {
        var slopes = new LinkedHashMap<String, Slope>();
        var settled = looks.subList(looks.size() / 4, looks.size());
        if (!looks.isEmpty()) {
            for (var name : looks.getLast().values().keySet()) {
                slopes.put(name, Slope.of(settled.stream().map(look -> look.values().get(name)).toList()));
            }
        }
        return new Growth(List.copyOf(looks), slopes);
    }

    /// A line for each kind that leaks; none when nothing does.
    List<String> leaks() {
        var leaks = new ArrayList<String>();
        slopes.forEach((name, slope) -> {
            if (!name.equals("carriers") && slope.rises(tolerated(name))) {
                leaks.add(name + " grow: " + slope);
            }
        });
        long carriers = looks.stream().mapToLong(Vitals::carriers).max().orElse(0);
        if (carriers > MOST_CARRIERS) {
            leaks.add(carriers + " carriers are more than the " + MOST_CARRIERS + " that there may be");
        }
        return leaks;
    }

    /// How much may come together over all looks: caches fill late. Of the heap a megabyte or 2 %, of the others 2 or 2 %.
    private double tolerated(String vital) {
        long first = looks.getFirst().values().get(vital);
        return Math.max(vital.equals("heap") ? HEAP : 2, first * 0.02);
    }
}
