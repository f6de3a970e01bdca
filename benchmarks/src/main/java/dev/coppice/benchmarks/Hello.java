package dev.coppice.benchmarks;

/// Starts a system, handles one message, says so, ends: the process that `start-up` measures, until it says so. On the floor there is no
/// system.
final class Hello {
    private Hello() {}

    public static void main(String[] args) throws Exception {
        if (!args[0].equals("floor")) {
            try (var actors = Systems.start(args[0])) {
                greet(actors);
                System.out.println(Contest.HELLO);
            }
        } else {
            System.out.println(Contest.HELLO);
        }
    }

    private static <A, S> void greet(Actors<A, S> actors) throws InterruptedException {
        var signal = new Signal();
        signal.expect(1);
        A address =
                actors.spawn((_, _) -> {
                    signal.done();
                    return true;
                });
        actors.send(address, "hello");
        signal.await();
    }
}
