package outside.consumer;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;

/// Asks a doubling server once and prints the answer.
public final class Main {
    record Twice(int n) implements Call<Twice, Integer> {}

    static final class Doubler implements Server<Twice> {
        @Override
        public void handle(Twice twice, Self<Twice> self) {
            self.reply(twice, 2 * twice.n());
        }
    }

    private Main() {}

    public static void main(String[] args) {
        try (var node = Node.start()) {
            int answer = node.spawn(Server.of(Doubler::new)).call(new Twice(21));
            System.out.println(answer);
        }
    }
}
