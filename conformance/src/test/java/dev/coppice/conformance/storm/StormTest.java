package dev.coppice.conformance.storm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.CallFailed;
import dev.coppice.kernel.Config;
import dev.coppice.kernel.Down;
import dev.coppice.kernel.Exit;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Mailbox;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Outcome;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Recipe;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Everything at once on the production scheduler: actors that link, monitor, trap, crash, exit and kill each other, call in circles, defer,
/// forward, spawn and set timers, through every kind of mailbox. Whatever happens, every message is accounted for and nothing is left.
class StormTest {
    private static final int ACTORS = 40;
    private static final int WORK = 3_000;

    sealed interface Msg {}

    record Work(int depth) implements Msg, Call<Work, Integer> {}

    record Note() implements Msg {}

    record Gone(Down down) implements Msg {}

    record Broke(Exit exit) implements Msg {}

    record Got(Outcome<Integer> outcome) implements Msg {}

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    @Tag("#41")
    @Tag("#8")
    void a_storm_loses_no_message_and_leaves_nothing_behind(long seed) {
        var node = Node.start(Config.defaults().loggedPerMinute(1).patience(Duration.ofMillis(200)));
        var storm = new Storm(node, seed);
        storm.blow();
        node.close();
        var counters = node.counters();
        assertThat(counters.unaccounted()).as("seed %d: %s", seed, counters).isZero();
        assertThat(counters.actors()).isZero();
        assertThat(counters.timers()).isZero();
        assertThat(node.names()).isEmpty();
        assertThat(node.abandoned()).isEmpty();
    }

    /// The actors, replaced by new ones as they die.
    private static final class Storm {
        private final Node node;
        private final Random random;
        private final List<Pid<Msg>> actors = new ArrayList<>();

        Storm(Node node, long seed) {
            this.node = node;
            this.random = new Random(seed);
            for (int i = 0; i < ACTORS; i++) {
                actors.add(start(i));
            }
        }

        void blow() {
            for (int i = 0; i < WORK; i++) {
                int at = random.nextInt(ACTORS);
                if (!actors.get(at).alive()) {
                    actors.set(at, start(at));
                }
                actors.get(at).send(new Work(4));
            }
        }

        private Pid<Msg> start(int at) {
            long seed = random.nextLong();
            var peers = List.copyOf(actors);
            Recipe<Msg> recipe = Server.of(() -> new Member(new Random(seed), peers));
            return node.spawn(
                    switch (at % 5) {
                        case 0 -> recipe.mailbox(Mailbox.blocking(3).patience(Duration.ofMillis(5)));
                        case 1 -> recipe.mailbox(Mailbox.droppingOldest(5));
                        case 2 -> recipe.mailbox(Mailbox.rejecting(5));
                        default -> recipe;
                    });
        }
    }

    private record Member(Random random, List<Pid<Msg>> peers) implements Server<Msg> {

        @Override
        public void handle(Msg message, Self<Msg> self) {
            if (message instanceof Work work && work(work, self)) {
                self.reply(work, work.depth());
            }
        }

        private Pid<Msg> peer(Self<Msg> self) {
            return peers.isEmpty() ? self.pid() : peers.get(random.nextInt(peers.size()));
        }

        /// Does something; false when the request is not to be answered here.
        private boolean work(Work work, Self<Msg> self) {
            var peer = peer(self);
            var smaller = new Work(work.depth() - 1);
            switch (random.nextInt(14)) {
                case 0 -> self.link(peer);
                case 1 -> self.monitor(peer, Gone::new);
                case 2 -> crashSometimes();
                case 3 -> {
                    answerElsewhere(work, self);
                    return false;
                }
                case 4 -> {
                    self.forward(work, peer);
                    return false;
                }
                case 5 -> peer.exit(new ExitReason.Crashed(new IllegalStateException("told to")));
                case 6 -> killSometimes(peer);
                case 7 -> self.ask(peer, smaller, Got::new);
                case 8 -> spawn(self).send(smaller);
                case 9 -> self.trapExits(Broke::new);
                case 10 -> self.sendAfter(Duration.ofMillis(random.nextInt(5)), new Note());
                case 11 -> {
                    return false;
                }
                case 12 -> self.unlink(peer);
                default -> self.own(() -> {}).cancel();
            }
            if (work.depth() > 0) {
                callOrMiss(peer(self), smaller);
            }
            return true;
        }

        private void crashSometimes() {
            if (random.nextInt(4) == 0) {
                throw new IllegalStateException("crash");
            }
        }

        private void killSometimes(Pid<Msg> peer) {
            if (random.nextInt(3) == 0) {
                peer.kill();
            }
        }

        private void answerElsewhere(Work work, Self<Msg> self) {
            var caller = self.defer(work);
            switch (random.nextInt(3)) {
                case 0 -> Thread.startVirtualThread(() -> caller.reply(3));
                case 1 -> caller.handTo(() -> 7);
                default -> self.sendAfter(Duration.ofMillis(1), new Note());
            }
        }

        private Pid<Msg> spawn(Self<Msg> self) {
            long seed = random.nextLong();
            var child = self.spawn(Server.<Msg>of(() -> new Member(new Random(seed), peers)));
            if (random.nextBoolean()) {
                self.link(child);
            }
            return child;
        }

        private void callOrMiss(Pid<Msg> peer, Work smaller) {
            try {
                peer.within(Duration.ofMillis(1 + random.nextInt(20))).call(smaller);
            } catch (CallFailed expected) {
                assertThat(expected.failure()).isNotNull();
            }
        }
    }
}
