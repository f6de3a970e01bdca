/// Plants each bug of conformance/bugs/*.patch in a scratch copy and shows which layer of tests finds it, and how fast. The bugs were
/// written from the sources, without a look at the tests. A header is lines such as
///
/// ```
/// # part: hand-off
/// # title: who waits gives its place back although actors are queued there
/// # test: dev.coppice.conformance.laws.CallsTest$A_call#returns
/// ```
///
/// where `test` says what finds it: a test, a class of tests, `jcstress TieStress.LinkAgainstDeath` or `Lincheck SlotModel`. A bug without
/// one, or one that its test does not find any more, is looked for in all layers, the cheap ones first; so are all with `--search`. Other
/// arguments choose bugs by a part of their name.

static final int PATIENCE_SECONDS = 150;
static final String BROKER = "examples/mqtt-broker";
static final List<String> ROOMS = List.of("kernel", "otp", "observe", "testkit", BROKER, "conformance", "stress");
static final Pattern FAILED = Pattern.compile("MethodSource \\[className = '([^']+)', methodName = '([^']+)'");

/// The class that a patch changes, and its tests in the room stress.
static final Map<String, String> STRESS = Map.ofEntries(
        Map.entry("Inbox", "Inbox"), Map.entry("CountedCell", "Bounded"), Map.entry("ReplacingCell", "Bounded"), Map.entry("Room", "Room"),
        Map.entry("WaitCell", "WaitCell"), Map.entry("Cell", "Fate"),
        Map.entry("Dying", "Fate"), Map.entry("Places", "Place"), Map.entry("Place", "Place"), Map.entry("Ties", "Tie"), Map.entry("Tie", "Tie"),
        Map.entry("ActorTimer", "Tie"), Map.entry("AlarmHeap", "Tie"), Map.entry("Slot", "Slot"), Map.entry("Names", "Slot"));

record Bug(Path file, String name, String part, String title, Optional<String> test) {}

record Find(String layer, String test, double seconds) {}

/// How a layer looks for a bug: the test that found it.
interface Layer {
    Optional<String> look(Bug bug) throws Exception;
}

Scratch scratch;

void main(String[] args) throws Exception {
    var words = new ArrayList<>(List.of(args));
    boolean search = words.remove("--search");
    boolean applies = words.remove("--applies");
    var bugs = bugs().stream().filter(bug -> words.isEmpty() || words.stream().anyMatch(bug.name::contains)).toList();
    if (bugs.isEmpty()) fail("no such bug");
    scratch = new Scratch("bugbench", ROOMS);
    if (applies) {
        apply(bugs);
        return;
    }
    clean(bugs);
    long begin = System.nanoTime();
    var layers = new TreeMap<String, Integer>();
    IO.println("%-17s %-12s %5s  %s".formatted("part", "found by", "s", "bug <- test"));
    for (var bug : bugs) {
        var find = find(bug, search);
        if (!Set.of("NOTHING", "STALE", "NO BUILD").contains(find.layer)) layers.merge(find.layer.strip(), 1, Integer::sum);
        IO.println("%-17s %-12s %5.1f  %s <- %s".formatted(bug.part, find.layer, find.seconds, bug.title, find.test));
    }
    int found = layers.values().stream().mapToInt(Integer::intValue).sum();
    IO.println("%d of %d found, in %.0f s: %s".formatted(found, bugs.size(), (System.nanoTime() - begin) / 1e9, layers));
    if (found < bugs.size()) fail("a bug that nothing finds is a missing test");
}

/// Only whether each patch applies and compiles.
void apply(List<Bug> bugs) throws Exception {
    int bad = 0;
    for (var bug : bugs) {
        var wrong = scratch.plant(bug.file);
        scratch.restore();
        if (!wrong.isEmpty()) {
            bad++;
            IO.println(bug.name + ": " + wrong);
        }
    }
    if (bad > 0) fail(bad + " of " + bugs.size() + " patches do not apply any more");
    IO.println("all %d apply".formatted(bugs.size()));
}

/// The tests that are to find something must be green without it.
void clean(List<Bug> bugs) throws Exception {
    var tests = bugs.stream().flatMap(bug -> bug.test.stream()).filter(test -> !test.contains(" ")).distinct().toList();
    for (var test : bugs.stream().flatMap(bug -> bug.test.stream()).filter(test -> test.contains(" ")).distinct().toList()) {
        if (again(test)) fail(test + " is red without any bug: nothing to learn from it");
    }
    for (var room : List.of("conformance", BROKER)) {
        var its = tests.stream().filter(test -> roomOf(test).equals(room)).toList();
        if (!its.isEmpty() && scratch.test(room, its, 2 * PATIENCE_SECONDS, "--details=summary") != 0) {
            IO.println(Files.readString(scratch.output()));
            fail("these tests are red, or not there, without any bug: nothing to learn from them");
        }
    }
}

/// The room whose libraries a test needs.
static String roomOf(String test) {
    return test.startsWith("dev.coppice.examples.mqtt") ? BROKER : "conformance";
}

Find find(Bug bug, boolean search) throws Exception {
    var wrong = scratch.plant(bug.file);
    if (!wrong.isEmpty()) {
        scratch.restore();
        return new Find(wrong, "", 0);
    }
    try {
        if (!search && bug.test.isPresent()) {
            long begin = System.nanoTime();
            var test = bug.test.get();
            if (again(test)) return new Find(layerOf(test), test.contains("#") || test.contains(" ") ? test : firstFailure(), seconds(begin));
        }
        return search(bug);
    } finally {
        scratch.restore();
    }
}

boolean again(String test) throws Exception {
    var words = test.split(" ", 2);
    return switch (words[0]) {
        case "jcstress" -> jcstress(words[1]).isPresent();
        case "Lincheck" -> lincheck(words[1]).isPresent();
        default -> Set.of(1, -1).contains(scratch.test(roomOf(test), List.of(test), PATIENCE_SECONDS, "--details=summary", "--fail-fast", TIME_OUT));
    };
}

Find search(Bug bug) throws Exception {
    for (var layer : layers(bug).entrySet()) {
        long begin = System.nanoTime();
        var test = layer.getValue().look(bug);
        if (test.isPresent()) return new Find(layer.getKey(), test.get(), seconds(begin));
    }
    return new Find("NOTHING", "", 0);
}

static double seconds(long begin) {
    return (System.nanoTime() - begin) / 1e9;
}

// ---- the layers

static final String TIME_OUT = "--config=junit.jupiter.execution.timeout.default=30 s";

Map<String, Layer> layers(Bug bug) throws IOException {
    var room = scratch.changed(bug.file).getFirst();
    var layers = new LinkedHashMap<String, Layer>();
    switch (room) {
        case "otp" -> layers.put("unit", _ -> junit("conformance", "--select-package=dev.coppice.otp"));
        case BROKER -> {
            layers.put("unit", _ -> junit(BROKER, "--select-package=dev.coppice.examples.mqtt",
                    "--exclude-classname=.*(Chaos|Soak|Fuzz|Mosquitto|Paho|Main|Recorder).*"));
            layers.put("chaos", _ -> junit(BROKER, "--select-class=dev.coppice.examples.mqtt.FuzzTest", "--select-class=dev.coppice.examples.mqtt.SoakTest",
                    "--select-class=dev.coppice.examples.mqtt.ChaosTest"));
        }
        default -> layers.put("unit", _ -> junit("conformance", "--select-package=dev.coppice.kernel"));
    }
    if (!room.equals(BROKER)) {
        layers.put("conformance", _ -> junit("conformance", "--select-package=dev.coppice.conformance.laws"));
        layers.put("World seed", _ -> junit("conformance", "--select-package=dev.coppice.conformance.world", "--select-package=dev.coppice.testkit"));
        layers.put("differential", _ -> junit("conformance", "--select-package=dev.coppice.conformance.differential"));
        layers.put("conformance ", _ -> junit("conformance", "--select-package=dev.coppice.conformance.storm"));
    }
    if (room.equals("kernel")) {
        layers.put("unit ", _ -> junit("conformance", "--select-package=dev.coppice.otp"));
        var tests = STRESS.getOrDefault(changedClass(bug), ".*");
        layers.put("jcstress", _ -> jcstress(tests + "Stress"));
        layers.put("Lincheck", _ -> lincheck(tests + "Model"));
    }
    return layers;
}

static String changedClass(Bug bug) throws IOException {
    var matcher = Pattern.compile("\\+\\+\\+ b/.*/(\\w+)\\.java").matcher(Files.readString(bug.file));
    if (!matcher.find()) throw new IllegalStateException("no file in " + bug.file);
    return matcher.group(1);
}

String layerOf(String test) {
    if (test.contains(" ")) return test.split(" ")[0];
    if (test.startsWith("dev.coppice.conformance.world") || test.startsWith("dev.coppice.testkit")) return "World seed";
    if (test.startsWith("dev.coppice.conformance.differential")) return "differential";
    if (test.startsWith("dev.coppice.conformance.")) return "conformance";
    return test.matches(".*(Chaos|Soak|Fuzz)Test.*") ? "chaos" : "unit";
}

/// The first test that fails, or hangs.
Optional<String> junit(String room, String... what) throws Exception {
    var options = new ArrayList<>(List.of(what));
    options.addAll(List.of("--include-classname=.*", "--exclude-methodname=.*sigterm.*", "--exclude-classname=.*GuideTest.*", "--details=summary", "--fail-fast", TIME_OUT));
    return switch (scratch.junit(room, options, PATIENCE_SECONDS)) {
        case 0, 2 -> Optional.empty(); // 2: there is no test
        case -1 -> Optional.of("(a test of " + what[0] + " that never ends)");
        default -> Optional.of(firstFailure());
    };
}

String firstFailure() throws IOException {
    var matcher = FAILED.matcher(Files.readString(scratch.output()));
    return matcher.find() ? matcher.group(1) + "#" + matcher.group(2) : "(see target/bugbench/output)";
}

Optional<String> jcstress(String test) throws Exception {
    return stress("jcstress", test);
}

Optional<String> lincheck(String test) throws Exception {
    return stress("Lincheck", test);
}

Optional<String> stress(String tool, String test) throws Exception {
    var options = List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow", "-XX:+EnableDynamicAgentLoading");
    int status = scratch.main("stress", options, "dev.coppice.stress.Stress", List.of("--quick", "--only", tool, test), 2 * PATIENCE_SECONDS);
    return status == 0 ? Optional.empty() : Optional.of(tool + " " + test);
}

List<Bug> bugs() throws IOException {
    var bugs = new ArrayList<Bug>();
    Scratch.patches("conformance/bugs").forEach((file, header) -> {
        for (var key : List.of("part", "title")) {
            if (!header.containsKey(key)) fail(file + " has no line \"# " + key + ": ...\"");
        }
        var name = file.getFileName().toString().replace(".patch", "");
        bugs.add(new Bug(file, name, header.get("part").getFirst(), header.get("title").getFirst(),
                header.getOrDefault("test", List.of()).stream().findFirst()));
    });
    return bugs;
}

void fail(String why) {
    IO.println(why);
    System.exit(1);
}
