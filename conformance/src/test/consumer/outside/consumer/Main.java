package outside.consumer;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import dev.coppice.otp.Child;
import dev.coppice.otp.Supervisor;

/// Asks a supervised doubling server once and prints the answer.
public final class Main {
    private static final Name<Twice> DOUBLER = Name.of("doubler");
    private static final Supervisor TREE = Supervisor.oneForOne(Child.server(DOUBLER, Doubler::new));

    record Twice(int n) implements Call<Twice, Integer> {}

    static final class Doubler implements Server<Twice> {
        @Override
        public void handle(Twice twice, Self<Twice> self) {
            self.reply(twice, 2 * twice.n());
        }
    }

    private Main() {}

    public static void main(String[] args) {
        try (var node = Node.start(TREE)) {
            int answer = node.ref(DOUBLER).call(new Twice(21));
            System.out.println(answer);
        }
    }
}
