package dev.coppice.examples.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.otp.Child;
import dev.coppice.otp.Supervisor;
import dev.coppice.testkit.Chaos;
import dev.coppice.testkit.Chaos.Fault;
import dev.coppice.testkit.Seeds;
import dev.coppice.testkit.World;
import io.netty.channel.DefaultEventLoopGroup;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.codec.mqtt.MqttQoS;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;

/// Sessions whose actors die under unlucky schedules: what was acknowledged is heard, in order, at QoS 2 once.
@Tag("#136")
class SessionsInTheWorldTest {
    private static final int COUNT = 12;

    /// Never started: no socket here has a thread.
    private static final EventLoopGroup NO_THREADS = new DefaultEventLoopGroup(1);

    @Seeds(150)
    void sessions_lose_nothing_that_was_acknowledged_and_double_nothing_at_qos_2(World world) {
        var broker = new Broker(Settings.of(), NO_THREADS);
        var hearers = List.of(new Hearer("ann", broker), new Hearer("bea", broker));
        var tellers =
                List.of(
                        new Teller("cat", broker, MqttQoS.AT_LEAST_ONCE, COUNT),
                        new Teller("dan", broker, MqttQoS.EXACTLY_ONCE, COUNT));
        var all = Stream.<Visitor>concat(hearers.stream(), tellers.stream()).toList();
        world.config(config -> config.quiet());
        world.start(
                Supervisor.oneForOne(broker.inside().toArray(Child[]::new)).intensity(1_000, Duration.ofSeconds(1)));
        world.unleash(
                Chaos.of(Fault.CRASH, Fault.KILL, Fault.PAUSE, Fault.SLOW)
                        .strikes(12)
                        .within(Duration.ofMillis(400))
                        .victims(path -> path.startsWith("/supervisor/")));
        hearers.forEach(world.node()::spawn);
        world.until("both subscribe", Duration.ofMinutes(5), () -> hearers.stream().allMatch(h -> h.subscribed));
        tellers.forEach(world.node()::spawn);
        world.advance(Duration.ofMillis(300));
        world.heal();
        all.forEach(Visitor::settleDown);
        world.until("all is told", Duration.ofMinutes(5), () -> tellers.stream().allMatch(Teller::isContent));
        world.until("all is heard", Duration.ofMinutes(5), () -> hearers.stream().allMatch(h -> heardAll(h)));
        world.advance(Duration.ofSeconds(10));
        hearers.forEach(hearer -> check(hearer, tellers));
        assertThat(all).allMatch(Visitor::leftNothingOpen);
        // All but the first; that one too, when it is the second try after one whose answer was lost.
        assertThat(all).allMatch(visitor -> visitor.known >= visitor.visits - 1);
        all.forEach(visitor -> visitor.stopping = true);
        world.mustSettle(Duration.ofMinutes(5));
    }

    private static boolean heardAll(Hearer hearer) {
        return hearer.heard("said/cat").contains(COUNT - 1) && hearer.heard("said/dan").contains(COUNT - 1);
    }

    private static void check(Hearer hearer, List<Teller> tellers) {
        var expected = IntStream.range(0, COUNT).boxed().toList();
        assertThat(hearer.heard("said/dan")).as("QoS 2 to " + hearer.id).isEqualTo(expected);
        assertThat(hearer.heard("said/cat").stream().distinct()).as("QoS 1 to " + hearer.id).isEqualTo(expected);
        for (var teller : tellers) {
            var wills = hearer.heard("will/" + teller.id);
            assertThat(wills).as("wills of " + teller.id).doesNotHaveDuplicates();
            assertThat(wills).as("wills of " + teller.id).allMatch(visit -> visit < teller.tries);
        }
    }
}
