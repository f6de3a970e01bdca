package dev.coppice.conformance.laws;

import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.conformance.laws.Talk.Crashing;
import dev.coppice.conformance.laws.Talk.Do;
import dev.coppice.conformance.laws.Talk.DoNow;
import dev.coppice.conformance.laws.Talk.Mark;
import dev.coppice.conformance.laws.Talk.Sync;
import dev.coppice.kernel.Cancellable;
import dev.coppice.kernel.DeadLetter;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.spi.Tap;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/// What a tap is told, and that it is told nothing twice and nothing once it is cancelled.
@Tag("#102")
class TapsTest {

    /// Follows the marks, and notes what it is told. All of them are equal.
    private record Notes(Queue<String> told) implements Tap<Integer> {
        Notes() {
            this(new ConcurrentLinkedQueue<>());
        }

        @Override
        public Optional<Integer> leaves(
                Optional<Integer> parent, Optional<Pid<?>> from, Ref<?> to, Object message, boolean request) {
            if (!(message instanceof Mark(int n))) {
                return Optional.empty();
            }
            told.add("leaves " + n);
            return Optional.of(n);
        }

        @Override
        public void begins(Integer ride, Pid<?> by) {
            told.add("begins " + ride);
        }

        @Override
        public void ends(Integer ride, Pid<?> by, Optional<Throwable> thrown) {
            told.add("ends " + ride);
        }

        @Override
        public void lost(Integer ride, Ref<?> to, DeadLetter.Reason reason) {
            told.add("lost " + ride);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Notes;
        }

        @Override
        public int hashCode() {
            return 1;
        }
    }

    /// The end of a handler is told after its answer has left: two questions, so that the first has ended.
    private static void settle(Pid<Talk> pid) {
        pid.call(new Sync());
        pid.call(new Sync());
    }

    @Nested
    class A_tap {
        @Laws
        void is_told_of_each_station_once(Lab lab) {
            var notes = new Notes();
            var tap = Tap.into(lab.node(), notes);
            var pid = lab.puppet();
            pid.send(new Mark(1));
            settle(pid);
            assertThat(notes.told).containsExactly("leaves 1", "begins 1", "ends 1");
            pid.kill();
            lab.gone(pid);
            pid.send(new Mark(2));
            assertThat(notes.told).endsWith("leaves 2", "lost 2").hasSize(5);
            tap.cancel();
        }

        @Laws
        void that_fails_harms_nobody(Lab lab) {
            Tap<Integer> broken =
                    new Tap<>() {
                        @Override
                        public Optional<Integer> leaves(
                                Optional<Integer> parent,
                                Optional<Pid<?>> from,
                                Ref<?> to,
                                Object message,
                                boolean request) {
                            return Optional.of(1);
                        }

                        @Override
                        public void begins(Integer ride, Pid<?> by) {
                            throw new IllegalStateException("a tap's own");
                        }

                        @Override
                        public void ends(Integer ride, Pid<?> by, Optional<Throwable> thrown) {
                            throw new NoClassDefFoundError("a tap's own");
                        }
                    };
            var notes = new Notes();
            var first = Tap.into(lab.node(), broken);
            var second = Tap.into(lab.node(), notes);
            var pid = lab.puppet();
            pid.send(new Mark(1));
            settle(pid);
            assertThat(pid.alive()).isTrue();
            assertThat(notes.told).containsExactly("leaves 1", "begins 1", "ends 1");
            first.cancel();
            second.cancel();
        }

        @Laws
        void that_uses_an_actor_as_the_one_that_it_follows_exits_ends_no_node(Lab lab) {
            var other = lab.puppet();
            Tap<Integer> busy =
                    new Tap<>() {
                        @Override
                        public Optional<Integer> leaves(
                                Optional<Integer> parent,
                                Optional<Pid<?>> from,
                                Ref<?> to,
                                Object message,
                                boolean request) {
                            return message instanceof Do ? Optional.of(1) : Optional.empty();
                        }

                        @Override
                        public void begins(Integer ride, Pid<?> by) {}

                        @Override
                        public void ends(Integer ride, Pid<?> by, Optional<Throwable> thrown) {
                            other.send(new Mark(ride));
                        }
                    };
            var tap = Tap.into(lab.node(), busy);
            var pid = lab.puppet();
            pid.send(
                    new Do(self -> {
                        self.pid().kill();
                        other.send(new Mark(2));
                    }));
            assertThat(lab.gone(pid)).isEqualTo(new ExitReason.Killed());
            settle(other);
            tap.cancel();
        }
    }

    @Nested
    class A_cancelled_tap {
        @Laws
        void hears_nothing_of_a_message_that_is_on_its_way(Lab lab) {
            var notes = new Notes();
            var tap = Tap.into(lab.node(), notes);
            var gate = lab.gate();
            var pid = lab.stuckAt(gate, Talk.puppet());
            pid.send(new Mark(1));
            assertThat(tap.cancel()).isTrue();
            assertThat(tap.cancel()).isFalse();
            gate.open();
            settle(pid);
            assertThat(notes.told).containsExactly("leaves 1");
        }

        @Laws
        void hears_nothing_of_what_becomes_a_dead_letter_after_it(Lab lab) {
            var notes = new Notes();
            var tap = Tap.into(lab.node(), notes);
            var other = Tap.into(lab.node(), new Notes());
            var gate = lab.gate();
            var pid = lab.stuckAt(gate, Talk.puppet());
            pid.send(new Crashing("before it"));
            pid.send(new Mark(1));
            tap.cancel();
            gate.open();
            lab.gone(pid);
            assertThat(lab.node().counters().deadLettered()).isEqualTo(1);
            assertThat(notes.told).containsExactly("leaves 1");
            other.cancel();
        }

        @Laws
        void hears_no_end_of_what_it_has_seen_begin_even_when_another_taps_later(Lab lab) {
            var notes = new Notes();
            var tap = Tap.into(lab.node(), notes);
            var gate = lab.gate();
            var marked = lab.node().spawn(Talk.server((message, _) -> pass(gate, message)));
            marked.send(new Mark(1));
            await(notes, "begins 1", lab);
            tap.cancel();
            gate.open();
            settle(marked);
            var later = new Notes();
            var second = Tap.into(lab.node(), later);
            marked.send(new Mark(2));
            settle(marked);
            assertThat(notes.told).containsExactly("leaves 1", "begins 1");
            assertThat(later.told).containsExactly("leaves 2", "begins 2", "ends 2");
            second.cancel();
        }

        private void pass(Lab.Gate gate, Talk message) {
            if (message instanceof Mark) {
                gate.pass();
            }
        }

        private void await(Notes notes, String line, Lab lab) {
            var other = lab.puppet();
            while (!notes.told.contains(line)) {
                other.call(new Sync());
            }
        }

        @Laws
        void is_not_its_equal(Lab lab) {
            var one = new Notes();
            var two = new Notes();
            var first = Tap.into(lab.node(), one);
            var second = Tap.into(lab.node(), two);
            assertThat(one).isEqualTo(two);
            second.cancel();
            var pid = lab.puppet();
            pid.send(new Mark(1));
            settle(pid);
            assertThat(one.told).containsExactly("leaves 1", "begins 1", "ends 1");
            assertThat(two.told).isEmpty();
            first.cancel();
        }

        /// Senders, receivers that pass marks on, and somebody who cancels in between, wherever the seed puts it.
        @Laws
        void in_the_midst_of_traffic_is_told_nothing_twice_and_nothing_afterwards(Lab lab) {
            var notes = new Notes();
            var taps = List.of(Tap.into(lab.node(), notes), Tap.into(lab.node(), new Notes()));
            var last = lab.puppet();
            var middle =
                    lab.node()
                            .spawn(
                                    Talk.server((message, _) -> {
                                        if (message instanceof Mark(int n)) {
                                            last.send(new Mark(1_000 + n));
                                        }
                                    }));
            var next = new AtomicInteger();
            var senders = new ArrayList<Pid<Talk>>();
            for (int i = 0; i < 3; i++) {
                var sender = lab.puppet();
                senders.add(sender);
                sender.send(
                        new Do(self -> {
                            for (int k = 0; k < 40; k++) {
                                middle.send(new Mark(next.incrementAndGet()));
                                if (k % 8 == 0) {
                                    last.call(new Sync());
                                }
                            }
                        }));
            }
            var canceller = lab.puppet();
            canceller.call(new DoNow(_ -> last.call(new Sync())));
            canceller.call(new DoNow(_ -> cancel(taps.getFirst())));
            senders.forEach(TapsTest::settle);
            settle(middle);
            settle(last);
            var told = List.copyOf(notes.told);
            assertThat(told).doesNotHaveDuplicates();
            assertThat(next).hasValue(120);
            middle.send(new Mark(9_999));
            settle(middle);
            settle(last);
            assertThat(notes.told).as("after it was cancelled").containsExactlyElementsOf(told);
            taps.getLast().cancel();
        }

        private void cancel(Cancellable tap) {
            assertThat(tap.cancel()).isTrue();
        }
    }
}
