package dev.coppice.stress;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// `./coppice stress`: proves the kernel's lock-free classes with both tools, and both tools on a twin of the mailbox with planted bugs.
///
/// It fails when a tool finds something in the kernel, and also when a tool does not find what was planted.
public final class Stress {
    private static final String KERNEL = "dev\\.coppice\\.kernel\\.";
    private static final String TWIN = "TwinStress";
    private static final String SOUND = "Sound";

    /// One pair of forks a test, compiled as in production, which starts fastest; enough to see what a change broke.
    private static final List<String> QUICK =
            List.of(
                    "-f",
                    "1",
                    "-fsm",
                    "1",
                    "-iters",
                    "1",
                    "-time",
                    "200",
                    "-sc",
                    "false",
                    "-jvmArgs",
                    "-XX:+TieredCompilation");

    /// Each actor interpreted, by C1 and by C2, in every combination, with and without the compilers' own randomness.
    private static final List<String> FULL =
            List.of("-f", "1", "-fsm", "1", "-iters", "2", "-time", "400", "-sc", "true");

    /// A fence that is missing shows once in some hundred thousand tries: so much the twin needs even in a hurry.
    private static final List<String> PLANTS =
            List.of(
                    "-f",
                    "1",
                    "-fsm",
                    "1",
                    "-iters",
                    "3",
                    "-time",
                    "1000",
                    "-sc",
                    "false",
                    "-jvmArgs",
                    "-XX:-TieredCompilation");

    private record Row(String what, String tool, String tried, boolean good, String said) {}

    private final boolean quick;
    private final List<Row> rows = new ArrayList<>();

    private Stress(boolean quick) {
        this.quick = quick;
    }

    public static void main(String[] args) throws Exception {
        var options = new ArrayList<>(List.of(args));
        boolean quick = options.remove("--quick");
        boolean only = options.size() == 3 && options.getFirst().equals("--only");
        if (!only && !options.isEmpty()) {
            System.err.println("usage: ./coppice stress [--quick] [--only jcstress|Lincheck CLASS]");
            System.exit(2);
        }
        var stress = new Stress(quick);
        System.exit((only ? stress.only(options.get(1), options.get(2)) : stress.run()) ? 0 : 1);
    }

    /// The kernel's tests of one tool whose class has this name, a regular expression.
    private boolean only(String tool, String name) throws Exception {
        if (tool.equals("jcstress")) {
            for (var verdict : Hardware.run(KERNEL + ".*" + name, quick ? QUICK : FULL)) {
                add(verdict, false);
            }
        } else {
            Models.KERNEL.stream()
                    .filter(model -> model.test().getSimpleName().matches(name))
                    .forEach(model -> add(model, effort(), false));
        }
        return report();
    }

    private Models.Effort effort() {
        return quick ? new Models.Effort(10, 100) : new Models.Effort(60, 1_000);
    }

    private boolean run() throws Exception {
        say("jcstress on the twin of the mailbox");
        for (var verdict : Hardware.run(TWIN, PLANTS)) {
            add(verdict, !verdict.test().endsWith(SOUND));
        }
        say("jcstress on the kernel");
        for (var verdict : Hardware.run(KERNEL, quick ? QUICK : FULL)) {
            add(verdict, false);
        }
        say("Lincheck");
        var effort = effort();
        add(Models.LOST_WAKE_UP, effort, true);
        add(Models.SOUND, effort, false);
        for (var model : Models.KERNEL) {
            add(model, effort, false);
        }
        return report();
    }

    private static void say(String phase) {
        System.out.println(phase + " ...");
    }

    private void add(Hardware.Verdict verdict, boolean planted) {
        boolean found = !verdict.forbidden().isEmpty();
        boolean good = verdict.broken().isEmpty() && found == planted;
        var said =
                !verdict.broken().isEmpty()
                        ? verdict.broken()
                        : found ? String.join("; ", verdict.forbidden()) : planted ? "the plant was not found" : "";
        rows.add(new Row(shortened(verdict.test()), "jcstress", "%,d".formatted(verdict.samples()), good, said));
    }

    private void add(Models.Model model, Models.Effort effort, boolean planted) {
        Optional<String> failure = Models.check(model, effort);
        var tried = effort.scenarios() + " x " + effort.orders();
        var said =
                failure.map(found -> planted ? "found: " + firstLine(found) : found)
                        .orElse(planted ? "the plant was not found" : "");
        rows.add(new Row(shortened(model.test().getName()), "Lincheck", tried, failure.isPresent() == planted, said));
    }

    private static String firstLine(String text) {
        return text.lines().filter(line -> !line.isBlank()).findFirst().orElse("").strip();
    }

    private static String shortened(String test) {
        return test.substring(test.lastIndexOf('.', test.lastIndexOf('.') - (test.contains("$") ? 0 : 1)) + 1)
                .replace('$', '.');
    }

    private boolean report() {
        System.out.printf("%n%-50s %-9s %15s  %s%n", "test", "tool", "tried", "result");
        for (var row : rows) {
            System.out.printf(
                    "%-50s %-9s %15s  %s %s%n", row.what, row.tool, row.tried, row.good ? "ok" : "FAILED", row.said);
        }
        long bad = rows.stream().filter(row -> !row.good).count();
        System.out.printf(
                "%n%s%n",
                bad == 0 ? "all " + rows.size() + " as they should be" : bad + " of " + rows.size() + " FAILED");
        return bad == 0;
    }
}
