/// Prints each item of docs/capabilities.txt with the tests tagged with its number, and fails when an item that is due has none.

static final Pattern ITEM = Pattern.compile("(\\d+)\\s+(now|later)\\s+(.*)");
static final Pattern TAG = Pattern.compile("@Tag\\(\"#(\\d+)\"\\)");
static final Pattern TYPE = Pattern.compile("^(\\s*)(?:[a-z]+ )*(?:class|interface|record|enum) (\\w+)");
static final Pattern METHOD = Pattern.compile("^\\s*(?:[a-z]+ )*[\\w<>\\[\\]., ]+ (\\w+)\\(");

void main() throws IOException {
    var tests = new TreeMap<Integer, Set<String>>();
    for (var folder : List.of(Path.of(""), Path.of("examples"))) {
        try (var rooms = Files.newDirectoryStream(folder, room -> Files.isDirectory(room.resolve("src/test/java")))) {
            for (var room : rooms) scanAll(room.resolve("src/test/java"), tests);
        }
    }
    var gaps = new ArrayList<Integer>();
    int due = 0;
    for (var line : Files.readAllLines(Path.of("docs/capabilities.txt"))) {
        var item = ITEM.matcher(line);
        if (!item.matches()) continue;
        int number = Integer.parseInt(item.group(1));
        var proofs = tests.getOrDefault(number, Set.of());
        boolean now = item.group(2).equals("now");
        if (now) due++;
        if (now && proofs.isEmpty()) gaps.add(number);
        if (!now && proofs.isEmpty()) continue;
        IO.println("%3d  %s%s".formatted(number, item.group(3), proofs.isEmpty() ? "  <-- NO TEST" : ""));
        proofs.forEach(proof -> IO.println("       " + proof));
    }
    IO.println("%d of %d due items have tests%s".formatted(due - gaps.size(), due, gaps.isEmpty() ? "" : "; none for " + gaps));
    System.exit(gaps.isEmpty() ? 0 : 1);
}

void scanAll(Path folder, Map<Integer, Set<String>> tests) throws IOException {
    try (var files = Files.walk(folder)) {
        for (var file : files.filter(file -> file.toString().endsWith(".java")).sorted().toList()) scan(file, tests);
    }
}

/// Tags belong to the next method or type; those of a type count for it as a whole. Relies on the formatter's layout: a type's members
/// are indented by more than the type.
void scan(Path file, Map<Integer, Set<String>> tests) throws IOException {
    var types = new ArrayDeque<Map.Entry<Integer, String>>(); // indentation and name, innermost last
    var pending = new ArrayList<Integer>();
    for (var line : Files.readAllLines(file)) {
        var tag = TAG.matcher(line);
        while (tag.find()) pending.add(Integer.parseInt(tag.group(1)));
        if (line.strip().startsWith("@") || line.isBlank() || line.strip().startsWith("/")) continue;
        var type = TYPE.matcher(line);
        if (type.find()) {
            int depth = type.group(1).length();
            while (!types.isEmpty() && types.getLast().getKey() >= depth) types.removeLast();
            types.add(Map.entry(depth, type.group(2)));
            claim(pending, types, "", tests);
            continue;
        }
        var method = METHOD.matcher(line);
        if (!pending.isEmpty() && method.find()) claim(pending, types, "." + method.group(1), tests);
    }
}

void claim(List<Integer> pending, Deque<Map.Entry<Integer, String>> types, String member, Map<Integer, Set<String>> tests) {
    var name = types.stream().map(Map.Entry::getValue).collect(Collectors.joining(".")) + member;
    pending.forEach(number -> tests.computeIfAbsent(number, _ -> new TreeSet<>()).add(name));
    pending.clear();
}
