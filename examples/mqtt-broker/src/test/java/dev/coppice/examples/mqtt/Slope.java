package dev.coppice.examples.mqtt;

import java.util.ArrayList;
import java.util.List;

/// Does a series grow? Theil–Sen: the median of the slopes between all pairs of points, which a few wild ones do not move; with Sen's 99 %
/// interval, from the variance of Kendall's count of rising pairs (P. K. Sen 1968). Points are a step apart; the slope is per step.
///
/// @param perStep the estimate
/// @param low and `high`: where it lies, 99 of 100 times; without end when there are too few points to say
/// @param points how many there were
record Slope(double perStep, double low, double high, int points) {
    private static final double Z99 = 2.576;

    static Slope of(List<Long> series) {
        var slopes = new ArrayList<Double>();
        for (int i = 0; i < series.size(); i++) {
            for (int j = i + 1; j < series.size(); j++) {
                slopes.add((series.get(j) - series.get(i)) / (double) (j - i));
            }
        }
        slopes.sort(null);
        if (slopes.isEmpty()) {
            return new Slope(0, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, series.size());
        }
        int n = series.size();
        int pairs = slopes.size();
        double spread = Z99 * Math.sqrt(n * (n - 1) * (2.0 * n + 5) / 18);
        int low = (int) Math.floor((pairs - spread) / 2) - 1;
        int high = (int) Math.ceil((pairs + spread) / 2);
        double median = (slopes.get((pairs - 1) / 2) + slopes.get(pairs / 2)) / 2;
        return new Slope(
                median,
                low < 0 ? Double.NEGATIVE_INFINITY : slopes.get(low),
                high >= pairs ? Double.POSITIVE_INFINITY : slopes.get(high),
                n);
    }

    /// Whether it surely rises, and by more over all points than `tolerated`.
    boolean rises(double tolerated) {
        return low > 0 && perStep * points > tolerated;
    }
}
