import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;
import com.sun.management.OperatingSystemMXBean;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.util.concurrent.CountDownLatch;

/// What an actor costs at rest: heap, threads, processor time. Each has handled one message and waits for the next.
///
/// Fails above 250 bytes an actor or 20 ms of CPU in 10 s, or when there is a virtual thread.

static final long SECONDS = 10;

record Touch(CountDownLatch done) {}

static final class Sleeper implements Server<Touch> {
    @Override
    public void handle(Touch touch, Self<Touch> self) {
        touch.done.countDown();
    }
}

void main(String[] args) throws Exception {
    int actors = args.length == 0 ? 1_000_000 : Integer.parseInt(args[0]);
    try (var node = Node.start()) {
        var pids = new Pid<?>[actors];
        long before = heap();
        fill(node, pids);
        long bytes = (heap() - before) / actors;
        int threads = virtualThreads();
        long cpu = cpuOf(SECONDS);
        IO.println("%,d actors at rest: %d bytes of heap each, %d virtual threads, %.1f ms of process CPU in %d s"
                .formatted(actors, bytes, threads, cpu / 1e6, SECONDS));
        if (bytes > 250 || threads > 0 || cpu > 20_000_000) {
            IO.println("more than allowed: 250 bytes, 0 virtual threads, 20 ms");
            System.exit(1);
        }
        IO.println("still there: " + node.counters().actors());
    }
}

private static void fill(Node node, Pid<?>[] pids) throws InterruptedException {
    var touch = new Touch(new CountDownLatch(pids.length));
    var recipe = Server.of(Sleeper::new);
    for (int i = 0; i < pids.length; i++) {
        var pid = node.spawn(recipe);
        pid.send(touch);
        pids[i] = pid;
    }
    touch.done.await();
}

/// The heap in use after collections that no longer free anything.
private static long heap() throws InterruptedException {
    long used = Long.MAX_VALUE;
    for (int i = 0; i < 4; i++) {
        System.gc();
        used = Math.min(used, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    }
    return used;
}

private static int virtualThreads() throws Exception {
    var file = Files.createTempDirectory("coppice").resolve("threads.json");
    ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
            .dumpThreads(file.toString(), ThreadDumpFormat.JSON);
    var count = Files.readString(file).split("\"virtual\": true", -1).length - 1;
    Files.delete(file);
    Files.delete(file.getParent());
    return count;
}

private static long cpuOf(long seconds) throws InterruptedException {
    var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    Thread.sleep(1_000);
    long begin = system.getProcessCpuTime();
    Thread.sleep(seconds * 1_000);
    return system.getProcessCpuTime() - begin;
}
