/// Do the tests notice? Applies each conformance/mutants/*.patch to a scratch copy, recompiles the room that it changes, and runs the
/// tests that its header names; they must go red. A header is lines such as
///
/// ```
/// # law: 3
/// # title: a crash leaves its caller waiting
/// # test: dev.coppice.conformance.laws.CallsTest$A_call#gets_the_cause_of_a_crash
/// ```
///
/// with one `test` or more; without `#name` for a whole class. Arguments choose laws; without any,
/// every law must have a patch.

static final int LAWS = 17;
static final int PATIENCE_SECONDS = 120;
static final String TIME_OUT = "--config=junit.jupiter.execution.timeout.default=60 s";

record Mutant(Path file, int law, String title, List<String> tests) {}

void main(String[] args) throws Exception {
    var mutants = mutants().stream().filter(mutant -> args.length == 0 || List.of(args).contains("" + mutant.law)).toList();
    var scratch = new Scratch("mutants", List.of("kernel", "otp", "testkit", "conformance"));
    var all = mutants.stream().flatMap(mutant -> mutant.tests.stream()).distinct().toList();
    if (!all.isEmpty() && !run(scratch, all).equals("survived")) {
        IO.println(Files.readString(scratch.output()));
        fail("these tests are red, or not there, without any mutant: nothing to learn from them");
    }
    int bad = 0;
    IO.println("law  result      s  mutant -> test");
    for (var mutant : mutants) {
        long begin = System.nanoTime();
        var result = scratch.plant(mutant.file);
        if (result.isEmpty()) result = run(scratch, mutant.tests);
        scratch.restore();
        if (!Set.of("killed", "hung").contains(result)) bad++;
        IO.println("%3d  %-8s %4.1f  %s -> %s".formatted(
                mutant.law, result, (System.nanoTime() - begin) / 1e9, mutant.title, String.join(", ", mutant.tests)));
    }
    var without = IntStream.rangeClosed(1, LAWS).filter(law -> mutants.stream().noneMatch(mutant -> mutant.law == law)).boxed().toList();
    if (args.length == 0 && !without.isEmpty()) fail("no mutant for the laws " + without);
    if (bad > 0) fail(bad + " of " + mutants.size() + " mutants were not killed");
    IO.println("all %d mutants killed".formatted(mutants.size()));
}

List<Mutant> mutants() throws IOException {
    var mutants = new ArrayList<Mutant>();
    Scratch.patches("conformance/mutants").forEach((file, header) -> {
        for (var key : List.of("law", "title", "test")) {
            if (!header.containsKey(key)) fail(file + " has no line \"# " + key + ": ...\"");
        }
        mutants.add(new Mutant(file, Integer.parseInt(header.get("law").getFirst()), header.get("title").getFirst(), header.get("test")));
    });
    mutants.sort(Comparator.comparing(Mutant::law).thenComparing(Mutant::file));
    return mutants;
}

/// "killed" when a test is red and "hung" when it never ends, which is as good; "survived" when all are green, else what went wrong.
String run(Scratch scratch, List<String> tests) throws Exception {
    return switch (scratch.test("conformance", tests, PATIENCE_SECONDS, "--details=tree", TIME_OUT)) {
        case -1 -> "hung";
        case 0 -> "survived";
        case 1 -> "killed";
        default -> "NO TEST";
    };
}

void fail(String why) {
    IO.println(why);
    System.exit(1);
}
