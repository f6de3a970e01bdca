import javax.tools.ToolProvider;

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

static final Path ROOT = Path.of("").toAbsolutePath();
static final Path SCRATCH = ROOT.resolve("target/mutants");
static final List<String> ROOMS = List.of("kernel", "otp", "testkit", "conformance");
static final int LAWS = 17;
static final int PATIENCE_SECONDS = 120;

record Mutant(String file, int law, String title, List<String> tests) {}

void main(String[] args) throws Exception {
    var mutants = mutants().stream().filter(mutant -> args.length == 0 || List.of(args).contains("" + mutant.law)).toList();
    copy();
    var all = mutants.stream().flatMap(mutant -> mutant.tests.stream()).distinct().toList();
    if (!all.isEmpty() && !run(all).equals("survived")) {
        IO.println(Files.readString(SCRATCH.resolve("output")));
        fail("these tests are red, or not there, without any mutant: nothing to learn from them");
    }
    int bad = 0;
    IO.println("law  result      s  mutant -> test");
    for (var mutant : mutants) {
        long begin = System.nanoTime();
        var result = verdict(mutant);
        if (!Set.of("killed", "hung").contains(result)) bad++;
        IO.println("%3d  %-8s %4.1f  %s -> %s".formatted(
                mutant.law, result, (System.nanoTime() - begin) / 1e9, mutant.title, String.join(", ", mutant.tests)));
    }
    var without = IntStream.rangeClosed(1, LAWS).filter(law -> mutants.stream().noneMatch(mutant -> mutant.law == law)).boxed().toList();
    if (args.length == 0 && !without.isEmpty()) fail("no mutant for the laws " + without);
    if (bad > 0) fail(bad + " of " + mutants.size() + " mutants were not killed");
    IO.println("all %d mutants killed".formatted(mutants.size()));
}

String verdict(Mutant mutant) throws Exception {
    deleteTree(SCRATCH.resolve("mutated"));
    var patch = ROOT.resolve("conformance/mutants").resolve(mutant.file);
    // One line of context is enough, so that a patch outlives small edits around it.
    if (command("git", "apply", "-C1", patch.toString()) != 0) return "STALE";
    try {
        for (var room : ROOMS) {
            if (Files.readString(patch).contains("\n+++ b/" + room + "/") && !compile(room)) return "NO BUILD";
        }
        return run(mutant.tests);
    } finally {
        command("git", "checkout", "-q", ".");
    }
}

List<Mutant> mutants() throws IOException {
    var folder = ROOT.resolve("conformance/mutants");
    if (!Files.isDirectory(folder)) return List.of();
    try (var files = Files.list(folder)) {
        return files.filter(file -> file.toString().endsWith(".patch")).map(this::parse)
                .sorted(Comparator.comparing(Mutant::law).thenComparing(Mutant::file)).toList();
    }
}

Mutant parse(Path file) {
    try {
        var header = Files.readAllLines(file).stream().filter(line -> line.startsWith("# ")).map(line -> line.substring(2).split(": *", 2))
                .filter(pair -> pair.length == 2).collect(Collectors.groupingBy(pair -> pair[0], Collectors.mapping(pair -> pair[1].strip(), Collectors.toList())));
        for (var key : List.of("law", "title", "test")) {
            if (!header.containsKey(key)) fail(file + " has no line \"# " + key + ": ...\"");
        }
        return new Mutant(file.getFileName().toString(), Integer.parseInt(header.get("law").getFirst()), header.get("title").getFirst(), header.get("test"));
    } catch (IOException e) {
        throw new UncheckedIOException(e);
    }
}

/// The sources that a patch may touch, and what Maven has compiled from them. A repository of its own, so that git applies there.
void copy() throws Exception {
    deleteTree(SCRATCH);
    for (var room : ROOMS) {
        for (var part : List.of("src/main", "target/classes", "target/test-classes")) copyTree(Path.of(room, part));
    }
    command("git", "init", "-q");
    command("git", "add", "-f", ".");
}

/// As a module, since sealed types may have their subtypes in another package of their own module only.
boolean compile(String room) throws IOException {
    var out = Files.createDirectories(SCRATCH.resolve("mutated").resolve(room));
    var compiler = ToolProvider.getSystemJavaCompiler();
    try (var files = compiler.getStandardFileManager(null, null, null); var walk = Files.walk(SCRATCH.resolve(room).resolve("src/main"))) {
        var sources = walk.filter(file -> file.toString().endsWith(".java")).toList();
        var modules = ROOMS.stream().filter(other -> !other.equals(room)).map(other -> SCRATCH.resolve(other).resolve("target/classes"))
                .map(Path::toString).collect(Collectors.joining(File.pathSeparator)) + File.pathSeparator + libraries();
        var options = List.of("-d", out.toString(), "-p", modules, "-proc:none", "-nowarn", "-parameters", "-g", "--release", "25");
        return compiler.getTask(new PrintWriter(System.err), files, null, options, null, files.getJavaFileObjectsFromPaths(sources)).call();
    }
}

String classPath() throws IOException {
    var mutated = ROOMS.stream().map(room -> SCRATCH.resolve("mutated").resolve(room));
    var built = ROOMS.stream().map(SCRATCH::resolve).flatMap(room -> Stream.of(room.resolve("target/classes"), room.resolve("target/test-classes")));
    return Stream.concat(mutated, built).filter(Files::exists).map(Path::toString).collect(Collectors.joining(File.pathSeparator))
            + File.pathSeparator + libraries();
}

String libraries() throws IOException {
    return Files.readString(ROOT.resolve("conformance/target/libraries")).strip();
}

/// "killed" when a test is red and "hung" when it never ends, which is as good; "survived" when all are green, else what went wrong.
String run(List<String> tests) throws Exception {
    var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    var line = new ArrayList<>(List.of(java, "-ea", "-cp", classPath(), "org.junit.platform.console.ConsoleLauncher", "execute", "--disable-banner",
            "--details=tree", "--fail-if-no-tests", "--config=junit.jupiter.execution.timeout.default=60 s", "--include-classname=.*"));
    for (var test : tests) {
        var name = test.split("#");
        line.add("--select-class=" + name[0]);
        line.add("--include-methodname=" + (name.length > 1
                ? ".*#" + Pattern.quote(name[1]) + "(\\(.*)?"
                : Pattern.quote(name[0]) + "(\\$.*)?#.*"));
    }
    var process = new ProcessBuilder(line).directory(ROOT.resolve("conformance").toFile()).redirectErrorStream(true)
            .redirectOutput(SCRATCH.resolve("output").toFile()).start();
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
        return "hung";
    }
    return switch (process.exitValue()) {
        case 0 -> "survived";
        case 1 -> "killed";
        default -> "NO TEST";
    };
}

int command(String... line) throws Exception {
    return new ProcessBuilder(line).directory(SCRATCH.toFile()).inheritIO().start().waitFor();
}

void copyTree(Path folder) throws IOException {
    if (!Files.isDirectory(ROOT.resolve(folder))) return;
    try (var walk = Files.walk(ROOT.resolve(folder))) {
        for (var file : walk.filter(Files::isRegularFile).toList()) {
            var to = SCRATCH.resolve(ROOT.relativize(file));
            Files.createDirectories(to.getParent());
            Files.copy(file, to);
        }
    }
}

void deleteTree(Path folder) throws IOException {
    if (!Files.exists(folder)) return;
    try (var walk = Files.walk(folder)) {
        for (var path : walk.sorted(Comparator.reverseOrder()).toList()) Files.delete(path);
    }
}

void fail(String why) {
    IO.println(why);
    System.exit(1);
}
