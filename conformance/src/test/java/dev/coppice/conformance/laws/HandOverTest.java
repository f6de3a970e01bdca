package dev.coppice.conformance.laws;

import static dev.coppice.conformance.laws.Lab.LONG;
import static dev.coppice.conformance.laws.Lab.millis;
import static dev.coppice.conformance.laws.Talk.echo;
import static dev.coppice.conformance.laws.Talk.loop;
import static dev.coppice.conformance.laws.Talk.puppet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.coppice.conformance.laws.Talk.Ask;
import dev.coppice.conformance.laws.Talk.Do;
import dev.coppice.conformance.laws.Talk.DoNow;
import dev.coppice.conformance.laws.Talk.Sync;
import dev.coppice.kernel.Config;
import dev.coppice.kernel.Loop;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import java.lang.Thread.UncaughtExceptionHandler;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/// Design section 5 on real threads: who waits hands its place over, and no wake-up depends on the watchdog's tick.
@Tag("law-2")
class HandOverTest {

    @Nested
    class Of_the_only_place {
        /// With its help each call would take a millisecond or more: a minute in all.
        @Laws(Laws.On.PRODUCTION)
        void for_fifty_thousand_calls_needs_no_watchdog(Lab lab) throws InterruptedException {
            var node = lab.node(Config.defaults().places(1));
            var callee = node.spawn(echo());
            var caller = node.spawn(puppet());
            var done = new CountDownLatch(1);
            long begun = System.nanoTime();
            caller.send(
                    new Do(_ -> {
                        for (int i = 0; i < 50_000; i++) {
                            callee.call(new Ask("?"));
                        }
                        done.countDown();
                    }));
            assertThat(done.await(2, TimeUnit.MINUTES)).isTrue();
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(25));
        }

        @Laws(Laws.On.PRODUCTION)
        void by_two_hundred_who_wait_leaves_it_to_others(Lab lab) throws InterruptedException {
            var node = lab.node(Config.defaults().places(1));
            var done = new CountDownLatch(200);
            for (int i = 0; i < 200; i++) {
                node.spawn(puppet())
                        .send(
                                new Do(self -> {
                                    self.receive(_ -> null, millis(1));
                                    done.countDown();
                                }));
            }
            assertThat(done.await(1, TimeUnit.MINUTES)).isTrue();
            assertThat(node.spawn(echo()).within(LONG).call(new Ask("still here"))).isEqualTo("still here");
        }
    }

    /// The callee keeps the only place after its answer, so there is none to go on with. All classes of bodies are of one test: the kernel
    /// remembers of a class that it blocks, and then runs it without a place.
    @Nested
    class An_actor_without_a_place {
        private final CountDownLatch last = new CountDownLatch(1);

        @Laws(Laws.On.PRODUCTION)
        void goes_on_after_a_message_that_has_waited_and_after_no_other(Lab lab) throws InterruptedException {
            Server<Talk> callee = (message, self) -> repliesAndStays((Ask) message, self);
            Server<Talk> caller = (message, self) -> ((Do) message).deed().run(self);
            goesOnOnce(lab, callee, caller, (self, message) -> self.pid().send(message));
        }

        @Laws(Laws.On.PRODUCTION)
        void goes_on_for_one_notice_no_more_than_for_one_message(Lab lab) throws InterruptedException {
            var gone = lab.puppet();
            gone.stop();
            gone.await();
            Server<Talk> callee = (message, self) -> repliesAndStays((Ask) message, self);
            Server<Talk> caller = (message, self) -> ((Do) message).deed().run(self);
            goesOnOnce(lab, callee, caller, (self, message) -> self.monitor(gone, _ -> message));
        }

        private void repliesAndStays(Ask ask, Self<Talk> self) throws InterruptedException {
            self.reply(ask, "and I stay");
            assertThat(last.await(20, TimeUnit.SECONDS)).isTrue();
        }

        /// @param gives puts a message into the actor's own mailbox
        private void goesOnOnce(Lab lab, Server<Talk> callee, Server<Talk> caller, BiConsumer<Self<Talk>, Do> gives)
                throws InterruptedException {
            var node = lab.node(Config.defaults().places(1));
            var called = node.spawn(Server.of(() -> callee));
            var threads = new LinkedBlockingQueue<Thread>();
            Do waiting =
                    new Do(_ -> {
                        threads.add(Thread.currentThread());
                        called.call(new Ask("?"));
                    });
            Do ending =
                    new Do(_ -> {
                        threads.add(Thread.currentThread());
                        last.countDown();
                    });
            node.spawn(Server.of(() -> caller))
                    .send(
                            new Do(self -> {
                                gives.accept(self, waiting);
                                gives.accept(self, new Do(_ -> threads.add(Thread.currentThread())));
                                gives.accept(self, ending);
                            }));
            var waited = threads.poll(20, TimeUnit.SECONDS);
            assertThat(waited).isNotNull();
            assertThat(threads.poll(20, TimeUnit.SECONDS)).isSameAs(waited);
            assertThat(threads.poll(20, TimeUnit.SECONDS)).isNotNull().isNotSameAs(waited);
        }
    }

    @Nested
    class A_wait {
        /// Anybody may unpark a thread: only the end of the wait ends it.
        @Laws(Laws.On.PRODUCTION)
        void is_not_ended_by_a_stray_wake_up(Lab lab) throws InterruptedException {
            var waiting = new AtomicReference<Thread>();
            var got = new SynchronousQueue<String>();
            var gate = lab.gate();
            var slow = lab.stuckAt(gate, echo());
            lab.puppet()
                    .send(
                            new Do(_ -> {
                                waiting.set(Thread.currentThread());
                                var answer = slow.within(LONG).call(new Ask("late"));
                                boolean _ = got.offer(answer, 20, TimeUnit.SECONDS);
                            }));
            for (int i = 0; i < 20; i++) {
                assertThat(got.poll(10, TimeUnit.MILLISECONDS)).isNull();
                LockSupport.unpark(waiting.get());
            }
            gate.open();
            assertThat(got.poll(20, TimeUnit.SECONDS)).isEqualTo("late");
        }

        @Laws(Laws.On.PRODUCTION)
        void for_a_message_is_not_ended_by_a_stray_wake_up(Lab lab) throws InterruptedException {
            var waiting = new AtomicReference<Thread>();
            var got = new SynchronousQueue<Talk>();
            var receiver = lab.puppet();
            receiver.send(
                    new Do(self -> {
                        waiting.set(Thread.currentThread());
                        var message = self.receive();
                        boolean _ = got.offer(message, 20, TimeUnit.SECONDS);
                    }));
            for (int i = 0; i < 20; i++) {
                assertThat(got.poll(10, TimeUnit.MILLISECONDS)).isNull();
                LockSupport.unpark(waiting.get());
            }
            receiver.send(new Ask("late"));
            assertThat(got.poll(20, TimeUnit.SECONDS)).isEqualTo(new Ask("late"));
        }
    }

    /// Its stack stays as long as it waits, with all that is under it: so there is as little as can be.
    @Nested
    class A_loop {
        @Laws(Laws.On.PRODUCTION)
        void has_one_frame_of_its_worker_on_its_stack(Lab lab) throws InterruptedException {
            var frames = new LinkedBlockingQueue<Long>();
            Loop<Talk> counting = _ -> frames.add(framesOfTheWorker());
            lab.node().spawn(counting); // on a worker that finds it
            lab.puppet()
                    .call(
                            new DoNow(self -> {
                                self.spawn(echo()).send(new Sync());
                                self.spawn(counting); // on a worker that has run others
                            }));
            lab.puppet()
                    .call(
                            new DoNow(self -> {
                                self.spawn(counting); // on one that is started for it
                                self.receive(_ -> null, millis(1));
                            }));
            for (int i = 0; i < 3; i++) {
                assertThat(frames.poll(20, TimeUnit.SECONDS)).isEqualTo(1);
            }
        }

        private static long framesOfTheWorker() {
            return StackWalker.getInstance()
                    .walk(frames -> frames.filter(frame -> frame.getClassName().endsWith(".internal.Worker")).count());
        }
    }

    /// The kernel's threads keep their runner where others keep a handler of uncaught exceptions.
    @Nested
    class An_actor {
        @Laws(Laws.On.PRODUCTION)
        void is_known_on_a_thread_whose_handler_of_uncaught_exceptions_it_replaces(Lab lab) {
            for (var actor : List.of(puppet(), puppet().blocking(), loop((_, _) -> {}))) {
                var pid = lab.node().spawn(actor);
                for (UncaughtExceptionHandler own : Arrays.<UncaughtExceptionHandler>asList((_, _) -> {}, null)) {
                    pid.call(
                            new DoNow(self -> {
                                Thread.currentThread().setUncaughtExceptionHandler(own);
                                assertThat(self.receive(_ -> null, Duration.ZERO)).isEmpty();
                            }));
                    pid.call(new Sync());
                }
            }
        }

        @Laws(Laws.On.PRODUCTION)
        void is_not_taken_for_one_who_has_the_handler_of_its_thread(Lab lab) {
            var thrown = new AtomicReference<Throwable>();
            lab.puppet()
                    .call(
                            new DoNow(self -> {
                                var handler = Thread.currentThread().getUncaughtExceptionHandler();
                                var other =
                                        Thread.ofVirtual()
                                                .uncaughtExceptionHandler(handler)
                                                .start(() -> thrown.set(catchThrowable(self::receive)));
                                other.join();
                            }));
            assertThat(thrown.get()).isInstanceOf(IllegalStateException.class);
        }
    }
}
