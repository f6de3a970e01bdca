package dev.coppice.conformance.laws;

import static dev.coppice.conformance.laws.Lab.LONG;
import static dev.coppice.conformance.laws.Lab.millis;
import static dev.coppice.conformance.laws.Talk.echo;
import static dev.coppice.conformance.laws.Talk.puppet;
import static dev.coppice.conformance.laws.Talk.server;
import static dev.coppice.conformance.laws.Talk.shutdown;
import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.conformance.laws.Talk.Ask;
import dev.coppice.conformance.laws.Talk.Broke;
import dev.coppice.conformance.laws.Talk.Do;
import dev.coppice.conformance.laws.Talk.DoNow;
import dev.coppice.conformance.laws.Talk.Gone;
import dev.coppice.conformance.laws.Talk.Mark;
import dev.coppice.conformance.laws.Talk.Sync;
import dev.coppice.kernel.Caller;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.ExitReason.Killed;
import dev.coppice.kernel.ExitReason.Shutdown;
import dev.coppice.kernel.Failure.Cycle;
import dev.coppice.kernel.Failure.Exited;
import dev.coppice.kernel.Failure.TimedOut;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.Outcome;
import dev.coppice.kernel.Outcome.Failed;
import dev.coppice.kernel.Outcome.Replied;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import dev.coppice.kernel.StartFailed;
import dev.coppice.testkit.Seeded;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The seven races, each on a thousand seeds of the noisy scheduler: whatever the order, the law holds, and both outcomes occur.
///
/// A failure names its seed; `-Dcoppice.seed=N` runs that one alone.
@Tag("#134")
@Tag("#140")
class RacesTest {
    private static final int SEEDS = 1_000;

    /// What one run of a race came to.
    private interface Race {
        String run(Lab lab) throws Exception;
    }

    /// Runs the race on all seeds; asserts that exactly these outcomes occurred.
    private static void race(Race race, String... outcomes) {
        var only = Long.getLong("coppice.seed");
        var seen = new TreeMap<String, Integer>();
        var first = new TreeMap<String, Long>();
        for (long seed = only == null ? 0 : only; seed < (only == null ? SEEDS : only + 1); seed++) {
            var outcome = once(race, seed);
            seen.merge(outcome, 1, Integer::sum);
            first.putIfAbsent(outcome, seed);
        }
        System.out.println(seen + ", first seeds " + first);
        if (only == null) {
            assertThat(seen.keySet())
                    .as("outcomes over " + SEEDS + " seeds: " + seen + ", first seeds " + first)
                    .containsExactlyInAnyOrder(outcomes);
        }
    }

    private static String once(Race race, long seed) {
        var lab = Lab.on(Seeded.noisy(seed));
        try {
            var outcome = race.run(lab);
            lab.close(true);
            return outcome;
        } catch (Exception | AssertionError failure) {
            throw new AssertionError("seed " + seed + ": " + failure.getMessage(), failure);
        }
    }

    @Test
    @Tag("law-3")
    @Tag("#35")
    void reply_against_time_out() {
        race(
                lab -> {
                    var callee =
                            lab.node()
                                    .spawn(
                                            server((message, self) -> {
                                                self.receive(Mark.class);
                                                self.reply((Ask) message, "in time");
                                            }));
                    // Wakes the callee in the same instant in which the asker's patience ends.
                    lab.puppet()
                            .send(
                                    new Do(self -> {
                                        self.receive(Mark.class, millis(5));
                                        callee.send(new Mark(0));
                                    }));
                    var late = lab.node().counters().lateReplies();
                    var probe = lab.<Object>probe();
                    lab.puppet()
                            .send(
                                    new Do(self -> {
                                        probe.send(callee.within(millis(5)).ask(new Ask("?")).await());
                                        probe.send(self.receive(Duration.ZERO));
                                    }));
                    var outcome = probe.expect();
                    assertThat(probe.expect()).as("no reply in the mailbox").isEqualTo(Optional.empty());
                    callee.call(new Sync());
                    var vanished = lab.node().counters().lateReplies() - late;
                    if (outcome.equals(new Replied<>("in time"))) {
                        assertThat(vanished).isZero();
                        return "replied";
                    }
                    assertThat(outcome)
                            .isInstanceOfSatisfying(
                                    Failed.class, failed -> assertThat(failed.why()).isInstanceOf(TimedOut.class));
                    assertThat(vanished).isEqualTo(1);
                    return "timed out";
                },
                "replied",
                "timed out");
    }

    @Test
    @Tag("law-3")
    @Tag("#36")
    void reply_against_death() {
        race(
                lab -> {
                    var callers = lab.<Caller<String>>probe();
                    var callee = lab.node().spawn(server((message, self) -> callers.send(self.defer((Ask) message))));
                    var pending = callee.ask(new Ask("?"));
                    var caller = callers.expect();
                    lab.puppet().send(new Do(_ -> caller.reply("the last word")));
                    lab.puppet().send(new Do(_ -> callee.exit(shutdown("dying"))));
                    var outcome = pending.await();
                    assertThat(lab.gone(callee)).isEqualTo(shutdown("dying"));
                    lab.world().settle();
                    assertThat(pending.await()).isEqualTo(outcome);
                    if (outcome.equals(new Replied<>("the last word"))) {
                        return "replied";
                    }
                    assertThat(outcome).isEqualTo(new Failed<>(new Exited(shutdown("dying"))));
                    assertThat(lab.node().counters().lateReplies()).isEqualTo(1);
                    return "died";
                },
                "replied",
                "died");
    }

    @Test
    @Tag("law-11")
    @Tag("#63")
    void link_unlink_link_against_death() {
        race(
                lab -> {
                    var peer = lab.puppet();
                    var probe = lab.<Talk>probe();
                    probe.run(self -> self.trapExits(Broke::new));
                    lab.puppet().send(new Do(_ -> peer.exit(shutdown("peer"))));
                    probe.run(self -> {
                        self.link(peer);
                        self.unlink(peer);
                        self.link(peer);
                    });
                    lab.gone(peer);
                    var exits = new ArrayList<ExitReason>();
                    exits.add(probe.expect(Broke.class).exit().reason());
                    for (var more : probe.drain()) {
                        exits.add(((Broke) more).exit().reason());
                    }
                    assertThat(probe.pid().info().links()).isEmpty();
                    // The last link gives exactly one exit; the first one another when its end came before the unlink.
                    assertThat(exits).hasSizeLessThanOrEqualTo(2);
                    return exits.getLast().equals(shutdown("peer")) ? "linked, then died" : "died, then linked";
                },
                "linked, then died",
                "died, then linked");
    }

    @Test
    @Tag("law-6")
    @Tag("law-10")
    @Tag("#3")
    @Tag("#65")
    void kill_against_start() {
        Name<Talk> name = Name.of("racer");
        race(
                lab -> {
                    var starts = lab.<String>probe();
                    var pids = lab.<Pid<?>>probe();
                    var killer = lab.puppet();
                    lab.puppet()
                            .send(
                                    new Do(self -> {
                                        try {
                                            self.spawnDetached(
                                                    Server.<Talk>of(() ->
                                                                    new Server<Talk>() {
                                                                        @Override
                                                                        public void init(Self<Talk> it) {
                                                                            var me = it.pid();
                                                                            pids.send(me);
                                                                            killer.send(new Do(_ -> me.kill()));
                                                                            for (int i = 0; i < 10; i++) {
                                                                                me.send(new Mark(i));
                                                                            }
                                                                        }

                                                                        @Override
                                                                        public void handle(
                                                                                Talk message, Self<Talk> it) {}
                                                                    })
                                                            .named(name));
                                            starts.send("started");
                                        } catch (StartFailed failed) {
                                            starts.send(
                                                    failed.reason().equals(new Killed())
                                                                    && self.node().whereis(name).isEmpty()
                                                            ? "killed"
                                                            : "left behind: " + failed);
                                        }
                                    }));
                    var pid = pids.expect();
                    var outcome = starts.expect();
                    assertThat(lab.gone(pid)).isEqualTo(new Killed());
                    assertThat(lab.node().whereis(name)).isEmpty();
                    assertThat(lab.node().spawn(puppet().named(name)).alive()).isTrue();
                    return outcome;
                },
                "started",
                "killed");
    }

    @Test
    @Tag("law-8")
    @Tag("#84")
    void name_against_down() {
        Name<Talk> name = Name.of("contested");
        race(
                lab -> {
                    var holder = lab.node().spawn(puppet().named(name));
                    var taken = lab.<String>probe();
                    var watcher =
                            lab.node()
                                    .spawn(
                                            server((message, self) -> {
                                                if (message instanceof Gone) {
                                                    // Who hears of the end finds the name free, unless another was
                                                    // faster.
                                                    var before = self.node().whereis(name);
                                                    assertThat(before).isNotEqualTo(Optional.of(holder));
                                                    taken.send("watcher " + take(self, name));
                                                }
                                            }));
                    watcher.call(new DoNow(self -> self.monitor(holder, Gone::new)));
                    var rival = lab.puppet();
                    rival.send(
                            new Do(self -> {
                                self.receive(Mark.class, Duration.ZERO);
                                taken.send("rival " + take(self, name));
                            }));
                    lab.puppet().send(new Do(_ -> holder.exit(shutdown("leaving"))));
                    var results = List.of(taken.expect(), taken.expect());
                    assertThat(results).filteredOn(result -> result.endsWith("took it")).hasSize(1);
                    assertThat(lab.node().whereis(name)).isPresent();
                    return results.contains("watcher took it") ? "watcher" : "rival";
                },
                "watcher",
                "rival");
    }

    private static String take(Self<Talk> self, Name<Talk> name) {
        try {
            self.spawn(puppet().named(name));
            return "took it";
        } catch (StartFailed failed) {
            return "was refused";
        }
    }

    @Test
    @Tag("law-9")
    @Tag("#65")
    void stop_against_own_exit() {
        race(
                lab -> {
                    var probe = lab.<Talk>probe();
                    var pid = lab.puppet();
                    probe.run(self -> self.monitor(pid, Gone::new));
                    pid.send(
                            new Do(self -> {
                                self.receive(Mark.class, Duration.ZERO);
                                self.stop(shutdown("by itself"));
                            }));
                    lab.puppet().send(new Do(_ -> pid.exit(shutdown("told"))));
                    var reason = lab.gone(pid);
                    assertThat(probe.expect(Gone.class).down().reason()).isEqualTo(reason);
                    assertThat(probe.drain()).as("exactly one down").isEmpty();
                    assertThat(pid.await()).isEqualTo(reason);
                    return ((Shutdown) reason).note();
                },
                "by itself",
                "told");
    }

    @Test
    @Tag("law-5")
    @Tag("#35")
    void crossing_calls() {
        race(
                lab -> {
                    var outcomes = lab.<Map.Entry<String, Outcome<String>>>probe();
                    var a = lab.node().spawn(echo());
                    var b = lab.node().spawn(echo());
                    a.send(new Do(_ -> outcomes.send(Map.entry("a", b.within(LONG).ask(new Ask("x")).await()))));
                    b.send(new Do(_ -> outcomes.send(Map.entry("b", a.within(LONG).ask(new Ask("x")).await()))));
                    var before = lab.elapsed();
                    var both = Map.ofEntries(outcomes.expect(), outcomes.expect());
                    lab.assertNoTimePassed(before);
                    both.values()
                            .forEach(outcome ->
                                    assertThat(outcome)
                                            .satisfiesAnyOf(
                                                    it -> assertThat(it).isEqualTo(new Replied<>("x")),
                                                    it ->
                                                            assertThat(((Failed<String>) it).why())
                                                                    .isInstanceOf(Cycle.class)));
                    var failed =
                            both.entrySet().stream()
                                    .filter(entry -> entry.getValue() instanceof Failed)
                                    .map(Map.Entry::getKey)
                                    .sorted()
                                    .toList();
                    assertThat(failed).as("not both need to give way").hasSizeLessThan(2);
                    return failed.isEmpty() ? "one after the other" : failed.getFirst() + " gave way";
                },
                "one after the other",
                "a gave way",
                "b gave way");
    }
}
