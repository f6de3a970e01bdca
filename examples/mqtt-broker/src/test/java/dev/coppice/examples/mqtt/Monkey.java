package dev.coppice.examples.mqtt;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.Caller;
import dev.coppice.kernel.Done;
import dev.coppice.kernel.Down;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import dev.coppice.kernel.StartFailed;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;

/// The chaos actor: lives in the broker's node and does harm of every kind, in an order that its seed says. It knows how each of its
/// victims must end, and minds when one ends otherwise.
final class Monkey implements Server<Monkey.Msg> {
    enum Fault {
        KILL,
        HOG,
        FLOOD,
        SLOW_CONSUMER,
        THROW_IN_INIT,
        THROW_IN_TERMINATE,
        STACK_OVERFLOW,
        OUT_OF_MEMORY,
        SWALLOWED_INTERRUPT,
        HALF_OPEN,
        GARBAGE
    }

    sealed interface Msg {}

    record Strike() implements Msg {}

    record Go() implements Msg, Call<Go, Done> {}

    /// No more harm; answered when every victim has ended.
    record Rest() implements Msg, Call<Rest, Done> {}

    record Report() implements Msg, Call<Report, Deeds> {}

    private record Ended(Fault fault, Down down) implements Msg {}

    /// @param violations victims that ended otherwise than they had to
    record Deeds(Map<Fault, Integer> faults, Map<Chaos.Kind, Integer> kills, List<String> violations) {}

    static final Name<Msg> NAME = Name.of("monkey");
    private static final Duration PERIOD = Duration.ofMillis(50);
    private static final int FLOOD = 20_000;

    private final Broker broker;
    private final Attack attack;
    private final Random random;
    private final Map<Fault, Integer> faults = new EnumMap<>(Fault.class);
    private final Map<Chaos.Kind, Integer> kills = new EnumMap<>(Chaos.Kind.class);
    private final List<String> violations = new ArrayList<>();
    private final ArrayDeque<Fault> next = new ArrayDeque<>();
    private final Set<Ref<?>> victims = new HashSet<>();
    private final List<RawClient> sockets = new ArrayList<>();
    private Optional<Caller<Done>> resting = Optional.empty();
    private boolean active;
    private int guests;

    Monkey(Broker broker, Attack attack, long seed) {
        this.broker = broker;
        this.attack = attack;
        this.random = new Random(seed);
    }

    @Override
    public void init(Self<Msg> self) {
        self.own(this::closeSockets);
        self.sendEvery(PERIOD, new Strike());
    }

    @Override
    public void handle(Msg msg, Self<Msg> self) {
        switch (msg) {
            case Strike _ -> {
                if (active) {
                    strike(self);
                }
            }
            case Go go -> {
                active = true;
                self.done(go);
            }
            case Rest rest -> {
                active = false;
                closeSockets();
                resting = Optional.of(self.defer(rest));
                answerWhenAllHaveEnded();
            }
            case Ended(var fault, Down(var who, var reason)) -> ended(fault, who, reason);
            case Report report ->
                    self.reply(report, new Deeds(Map.copyOf(faults), Map.copyOf(kills), List.copyOf(violations)));
        }
    }

    private void ended(Fault fault, Ref<?> who, ExitReason reason) {
        victims.remove(who);
        if (!Victims.expected(fault, reason)) {
            violations.add("the victim of " + fault + " ended with " + reason);
        }
        answerWhenAllHaveEnded();
    }

    private void answerWhenAllHaveEnded() {
        if (victims.isEmpty()) {
            resting.ifPresent(caller -> caller.reply(Done.DONE));
            resting = Optional.empty();
        }
    }

    /// Each kind once before any comes again.
    private void strike(Self<Msg> self) {
        if (next.isEmpty()) {
            var all = new ArrayList<>(List.of(Fault.values()));
            Collections.shuffle(all, random);
            next.addAll(all);
        }
        var fault = next.remove();
        inflict(fault, self);
        faults.merge(fault, 1, Integer::sum);
    }

    private void inflict(Fault fault, Self<Msg> self) {
        switch (fault) {
            case KILL ->
                    Chaos.victim(self.node(), random)
                            .ifPresent(victim -> {
                                victim.pid().kill();
                                kills.merge(victim.kind(), 1, Integer::sum);
                            });
            case HOG -> victim(fault, new Victims.Spin(200 + random.nextInt(800)), self);
            case FLOOD -> {
                var sink = victim(fault, new Victims.Drop(), self);
                for (int i = 1; i < FLOOD; i++) {
                    sink.send(new Victims.Drop());
                }
                sink.send(new Victims.Count(FLOOD));
            }
            case THROW_IN_INIT -> {
                try {
                    self.spawn(Victims.unborn());
                    violations.add("an actor started although its init threw");
                } catch (StartFailed expected) {
                    // As it must be.
                }
            }
            case THROW_IN_TERMINATE -> victim(fault, new Victims.Stop(), self);
            case STACK_OVERFLOW -> victim(fault, new Victims.Descend(), self);
            case OUT_OF_MEMORY -> victim(fault, new Victims.Hoard(), self);
            case SWALLOWED_INTERRUPT -> victim(fault, new Victims.Ignore(100 + random.nextInt(1_000)), self).kill();
            case SLOW_CONSUMER -> slowConsumer();
            case HALF_OPEN -> halfOpen();
            case GARBAGE -> attack.one();
        }
    }

    private Pid<Victims.Msg> victim(Fault fault, Victims.Msg first, Self<Msg> self) {
        var victim = self.spawn(Victims.victim(fault));
        victims.add(victim);
        self.monitor(victim, down -> new Ended(fault, down));
        victim.send(first);
        return victim;
    }

    /// Wants everything, and reads nothing.
    private void slowConsumer() {
        guest(raw -> {
            raw.send(
                    0x10,
                    RawClient.bytes("MQTT"),
                    new byte[] {4, 2},
                    RawClient.number(0),
                    RawClient.bytes("slow-" + guests));
            raw.send(0x82, RawClient.number(1), RawClient.bytes("#"), new byte[] {(byte) 0});
        });
    }

    private void halfOpen() {
        guest(raw -> raw.hex("10 20 0004 4d5154"));
    }

    private void guest(Consumer<RawClient> says) {
        guests++;
        try {
            var raw = new RawClient(broker.port(), 4 * 1024);
            sockets.add(raw);
            says.accept(raw);
        } catch (UncheckedIOException refused) {
            // The listener is just being restarted.
        }
    }

    private void closeSockets() {
        sockets.forEach(RawClient::close);
        sockets.clear();
    }
}
