package dev.coppice.benchmarks;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Draws by how much we are better, on a logarithmic scale: a bar for each workload and peer. Pure.
final class Picture {
    private static final Map<String, String> COLOURS =
            Map.of("pekko", "#d1495b", "pekko-tuned", "#edae49", "erlang", "#6a4c93", "threads", "#66717e");
    private static final int LEFT = 170;
    private static final int WIDTH = 900;
    private static final int BAR = 9;
    private static final int GAP = 12;
    private static final double LEAST = 0.1;
    private static final double MOST = 1_000;

    private final Results results;
    private final StringBuilder svg = new StringBuilder();

    private Picture(Results results) {
        this.results = results;
    }

    static String of(Results results) {
        return new Picture(results).draw();
    }

    private String draw() {
        var peers = peers();
        var workloads =
                Workloads.LIST.stream()
                        .filter(workload -> peers.stream().anyMatch(peer -> has(workload, peer)))
                        .toList();
        int height = 70 + workloads.stream().mapToInt(workload -> bars(workload, peers).size() * BAR + GAP).sum() + 20;
        add(
                "<svg xmlns='http://www.w3.org/2000/svg' width='%d' height='%d' font-family='sans-serif' font-size='12'>",
                WIDTH, height);
        add("<rect width='100%%' height='100%%' fill='white'/>");
        add(
                "<text x='16' y='24' font-size='16' font-weight='bold'>Coppice is better by this factor (log scale)</text>");
        legend(peers);
        scale(height);
        int y = 66;
        for (var workload : workloads) {
            y = group(workload, peers, y);
        }
        add("</svg>");
        return svg.toString();
    }

    private List<String> peers() {
        return Systems.PEERS.stream().filter(COLOURS::containsKey).toList();
    }

    private boolean has(Workload workload, String peer) {
        return results.ratio(workload, Results.ours(workload), peer).isPresent();
    }

    private List<String> bars(Workload workload, List<String> peers) {
        return peers.stream().filter(peer -> has(workload, peer)).toList();
    }

    private void legend(List<String> peers) {
        int x = WIDTH - 400;
        for (var peer : peers) {
            add(
                    "<rect x='%d' y='15' width='10' height='10' fill='%s'/><text x='%d' y='24'>%s</text>",
                    x, colour(peer), x + 14, peer);
            x += 100;
        }
    }

    private void scale(int height) {
        for (double at = LEAST; at <= MOST * 1.01; at *= 10) {
            boolean one = Math.abs(at - 1) < 1e-9;
            add(
                    "<line x1='%1$.1f' x2='%1$.1f' y1='56' y2='%2$d' stroke='%3$s'/><text x='%1$.1f' y='50' text-anchor='middle'"
                            + " fill='#555'>× %4$s</text>",
                    x(at), height - 14, one ? "#333" : "#ddd", Text.plain(at));
        }
    }

    private int group(Workload workload, List<String> peers, int top) {
        int y = top;
        var bars = bars(workload, peers);
        add(
                "<text x='%d' y='%d' text-anchor='end'>%s</text>",
                LEFT - 10, y + bars.size() * BAR / 2 + 4, workload.name());
        for (var peer : bars) {
            double ratio = results.ratio(workload, Results.ours(workload), peer).orElseThrow();
            double from = Math.min(x(1), x(ratio));
            double wide = Math.max(1, Math.abs(x(ratio) - x(1)));
            add("<rect x='%.1f' y='%d' width='%.1f' height='%d' fill='%s'>", from, y, wide, BAR - 1, colour(peer));
            add("<title>%s: %s times %s</title></rect>", workload.name(), Text.plain(ratio), peer);
            add(
                    "<text x='%.1f' y='%d' font-size='9' fill='#333'>%s</text>",
                    from + wide + 4, y + BAR - 1, Text.plain(ratio));
            y += BAR;
        }
        return y + GAP;
    }

    private static double x(double ratio) {
        double clamped = Math.clamp(ratio, LEAST, MOST);
        return LEFT + Math.log10(clamped / LEAST) / Math.log10(MOST / LEAST) * (WIDTH - LEFT - 50);
    }

    private static String colour(String peer) {
        return COLOURS.getOrDefault(peer, "black");
    }

    private void add(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values));
        svg.append('\n');
    }
}
