import dev.coppice.kernel.*;
import dev.coppice.observe.Observer;
import java.net.URI;
import java.net.http.*;

/// What being observed costs. Two workloads on a bare node and on an observed one with a page open, in turn, round after round; prints the
/// ratio of the medians with its interval (95 %, bootstrapped). Options: PART (all), ROUNDS (10), SECONDS of each measurement (1.5). Parts:
///
/// - `plain`: as it comes, with tracing off. Fails when a ratio is below 0.9.
/// - `timed`: with `timedEvery(64)`, which measures one message in 64. Only says what it costs.
/// - `many`: beside 100,000 actors at rest. Fails when a ratio is below 0.95, when an answer of the page takes a second while the load runs, or
///   when what the observer keeps of them is more than 64 MiB.

record Tick() {}

record Sync() implements Call<Sync, Done> {}

record Ball(long left) {}

record Serve(Ref<Object> other, long balls) implements Call<Serve, Done> {}

/// Counts to where it is told.
static final class Sink implements Server<Object> {
    @Override
    public void handle(Object message, Self<Object> self) {
        if (message instanceof Sync sync) self.done(sync);
    }
}

/// Plays with another until no ball is left; who served answers.
static final class Player implements Server<Object> {
    private Ref<Object> other;
    private Caller<Done> waiting;

    @Override
    public void handle(Object message, Self<Object> self) {
        switch (message) {
            case Serve serve -> {
                other = serve.other();
                if (serve.balls() > 0) {
                    waiting = self.defer(serve);
                    other.send(new Ball(serve.balls()));
                } else {
                    self.done(serve);
                }
            }
            case Ball(long left) when left > 0 -> other.send(new Ball(left - 1));
            case Ball _ when waiting != null -> waiting.reply(Done.DONE);
            case Ball _ -> other.send(new Ball(0));
            default -> throw new IllegalStateException("unknown: " + message);
        }
    }
}

interface Workload {
    /// Sends so many, below the high-water mark, and returns when all are done.
    void run(Node node, long messages);
}

static void tell(Node node, long messages) {
    var sink = node.spawn(Server.<Object>of(Sink::new));
    for (long i = 0; i < messages; i++) {
        sink.send(new Tick());
        if (i % 5_000 == 0) sink.within(Duration.ofMinutes(1)).call(new Sync());
    }
    sink.within(Duration.ofMinutes(1)).call(new Sync());
    sink.stop();
}

static void pingPong(Node node, long messages) {
    var one = node.spawn(Server.<Object>of(Player::new));
    var two = node.spawn(Server.<Object>of(Player::new));
    two.call(new Serve(one, 0));
    one.within(Duration.ofMinutes(5)).call(new Serve(two, messages));
    one.stop();
    two.stop();
}

/// Messages a second.
static double measure(Workload workload, Node node, double seconds) {
    long batch = 100_000;
    long done = 0;
    long begun = System.nanoTime();
    while (System.nanoTime() - begun < seconds * 1e9) {
        workload.run(node, batch);
        done += batch;
    }
    return done * 1e9 / (System.nanoTime() - begun);
}

static double median(double[] values) {
    var sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

static double[] interval(double[] bare, double[] watched) {
    var chance = new SplittableRandom(1);
    var ratios = new double[2_000];
    for (int i = 0; i < ratios.length; i++) {
        var one = chance.ints(bare.length, 0, bare.length).mapToDouble(n -> bare[n]).toArray();
        var two = chance.ints(watched.length, 0, watched.length).mapToDouble(n -> watched[n]).toArray();
        ratios[i] = median(two) / median(one);
    }
    Arrays.sort(ratios);
    return new double[] {ratios[50], ratios[1_949]};
}

static final HttpClient HTTP = HttpClient.newHttpClient();

/// A page that stays open, as somebody who looks has it.
static void look(URI page) {
    var stream = HttpRequest.newBuilder(page.resolve("/api/stream")).build();
    var _ = HTTP.sendAsync(stream, HttpResponse.BodyHandlers.discarding());
}

/// What the page asks, with the time that the slowest of five answers took.
static boolean answersInTime(Node node, URI page, long field) throws Exception {
    var enough = new java.util.concurrent.atomic.AtomicBoolean();
    var load = Thread.ofPlatform().start(() -> { while (!enough.get()) tell(node, 50_000); });
    double worst = 0;
    var asked = List.of("/", "/api/node", "/api/tree", "/api/tree?limit=50&offset=50000&at=" + field, "/api/top?by=received", "/api/busy",
            "/api/kinds", "/api/search?q=plant-777", "/api/lines?limit=200", "/api/history", "/metrics", "/health");
    var line = new StringBuilder();
    for (var path : asked) {
        double slowest = 0;
        for (int i = 0; i < 5; i++) {
            long begun = System.nanoTime();
            var answer = HTTP.send(HttpRequest.newBuilder(page.resolve(path)).build(), HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200) throw new IllegalStateException(path + ": " + answer.statusCode());
            slowest = Math.max(slowest, (System.nanoTime() - begun) / 1e6);
        }
        worst = Math.max(worst, slowest);
        line.append("  %s %.0f".formatted(path, slowest));
    }
    enough.set(true);
    load.join();
    IO.println("many       slowest of five answers under load, ms:" + line + (worst < 1_000 ? "" : "  <-- a second or more"));
    return worst < 1_000;
}

static final class Plant implements Server<Object> {
    @Override
    public void handle(Object message, Self<Object> self) {}
}

record Sow(int plants) implements Call<Sow, Done> {}

/// Actors at rest, children of one.
static Pid<Sow> sow(Node node, int plants) {
    var field = node.spawn(Server.<Sow>of(() -> (sow, self) -> {
        for (int i = 0; i < sow.plants(); i++) self.spawn(Server.<Object>of(Plant::new).labelled("plant-" + i));
        self.done(sow);
    }).labelled("field"));
    field.within(Duration.ofMinutes(2)).call(new Sow(plants));
    return field;
}

static long heap() {
    for (int i = 0; i < 3; i++) System.gc();
    return java.lang.management.ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
}

/// Both workloads; false when a ratio is below the least.
static boolean compare(String part, Node bare, Node watched, int rounds, double seconds, double least) {
    var workloads = new LinkedHashMap<String, Workload>();
    workloads.put("ping-pong", (node, n) -> pingPong(node, n));
    workloads.put("tell-1", (node, n) -> tell(node, n));
    boolean good = true;
    for (var workload : workloads.entrySet()) {
        measure(workload.getValue(), bare, 2 * seconds);
        measure(workload.getValue(), watched, 2 * seconds);
        var without = new double[rounds];
        var with = new double[rounds];
        for (int i = 0; i < rounds; i++) {
            // Who goes first changes, so that a drift of the machine hits both.
            if (i % 2 == 0) without[i] = measure(workload.getValue(), bare, seconds);
            with[i] = measure(workload.getValue(), watched, seconds);
            if (i % 2 == 1) without[i] = measure(workload.getValue(), bare, seconds);
        }
        double ratio = median(with) / median(without);
        var range = interval(without, with);
        good &= ratio >= least;
        IO.println("%-6s %-10s  bare %,.0f/s  observed %,.0f/s  ratio %.3f [%.3f, %.3f]%s".formatted(part, workload.getKey(),
                median(without), median(with), ratio, range[0], range[1], ratio >= least ? "" : "  <-- below " + least));
    }
    return good;
}

static boolean plain(String part, Observer observer, int rounds, double seconds, double least) {
    try (var bare = Node.start(Config.defaults().quiet()); var watched = Node.start(Config.defaults().quiet())) {
        look(watched.spawn(observer).call(new Observer.GetAddress()).orElseThrow());
        return compare(part, bare, watched, rounds, seconds, least);
    }
}

static boolean many(int rounds, double seconds) throws Exception {
    try (var bare = Node.start(Config.defaults().quiet()); var watched = Node.start(Config.defaults().quiet())) {
        sow(bare, 100_000);
        var field = sow(watched, 100_000);
        long before = heap();
        var observer = watched.spawn(Observer.on(0));
        var page = observer.call(new Observer.GetAddress()).orElseThrow();
        var facts = observer.call(new Observer.GetFacts());
        look(page);
        boolean good = compare("many", bare, watched, rounds, seconds, 0.95);
        var census = facts.census();
        long kept = heap() - before;
        IO.println("many       the last walk over %,d actors took %,d ms; the observer keeps %,d KiB%s".formatted(census.actors(),
                census.took().toMillis(), kept >> 10, kept < 64 << 20 ? "" : "  <-- too much"));
        return answersInTime(watched, page, field.id()) & good & kept < 64 << 20;
    }
}

void main(String[] args) throws Exception {
    var part = args.length > 0 ? args[0] : "all";
    if (!List.of("all", "plain", "timed", "many").contains(part)) {
        System.err.println("watched: PART must be all, plain, timed or many, was " + part);
        System.exit(2);
    }
    int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 10;
    double seconds = args.length > 2 ? Double.parseDouble(args[2]) : 1.5;
    boolean good = true;
    if (part.equals("all") || part.equals("plain")) good &= plain("plain", Observer.on(0), rounds, seconds, 0.9);
    if (part.equals("all") || part.equals("timed")) plain("timed", Observer.on(0).timedEvery(64), rounds, seconds, 0);
    if (part.equals("all") || part.equals("many")) good &= many(rounds, seconds);
    System.exit(good ? 0 : 1);
}
