import dev.coppice.kernel.*;
import dev.coppice.observe.Observer;
import java.net.URI;
import java.net.http.*;

/// What being observed costs: two workloads on a bare node and on one with the observer attached and a page open, in turn, round after
/// round. Prints the ratio of the medians with its interval (95 %, bootstrapped), and fails when a ratio is below 0.9. Options: ROUNDS (10),
/// then SECONDS of each measurement (1.5).

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

/// A page that stays open, as somebody who looks has it.
static void look(URI page) {
    var stream = HttpRequest.newBuilder(page.resolve("/api/stream")).build();
    var _ = HttpClient.newHttpClient().sendAsync(stream, HttpResponse.BodyHandlers.discarding());
}

void main(String[] args) {
    int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 10;
    double seconds = args.length > 1 ? Double.parseDouble(args[1]) : 1.5;
    var workloads = new LinkedHashMap<String, Workload>();
    workloads.put("ping-pong", (node, n) -> pingPong(node, n));
    workloads.put("tell-1", (node, n) -> tell(node, n));
    boolean good = true;
    try (var bare = Node.start(Config.defaults().quiet()); var watched = Node.start(Config.defaults().quiet())) {
        var observer = watched.spawn(Observer.on(0));
        look(observer.call(new Observer.GetAddress()).orElseThrow());
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
            good &= ratio >= 0.9;
            IO.println("%-10s  bare %,.0f/s  observed %,.0f/s  ratio %.3f [%.3f, %.3f]%s".formatted(
                    workload.getKey(), median(without), median(with), ratio, range[0], range[1], ratio >= 0.9 ? "" : "  <-- below 0.9"));
        }
    }
    System.exit(good ? 0 : 1);
}
