package dev.coppice.otp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Loop;
import dev.coppice.kernel.Mailbox;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Self;
import dev.coppice.otp.WorkQueue.Counts;
import dev.coppice.otp.WorkQueue.Dead;
import dev.coppice.otp.WorkQueue.Job;
import dev.coppice.otp.WorkQueue.Submit;
import dev.coppice.otp.WorkQueue.Submitted;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("#91")
class WorkQueueTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Backoff SOON = new Backoff(Duration.ofMillis(10), Duration.ofMillis(40), 2, 0, LONG);

    /// The decisions, without an actor.
    @Nested
    class A_job {
        private final Jobs<String> jobs =
                new Jobs<>(WorkQueue.<String>of().attempts(3).capacity(2).backoff(SOON), () -> 0.5);
        private final ExitReason why = new ExitReason.Killed();

        @Test
        void is_leased_in_order_and_done_when_it_is_acknowledged() {
            jobs.submit("a");
            jobs.submit("b");
            var a = jobs.lease(1);
            assertThat(a).isEqualTo(new Job<>(1, 1, "a"));
            assertThat(jobs.lease(2).work()).isEqualTo("b");
            assertThat(jobs.acknowledge(a)).isTrue();
            assertThat(jobs.acknowledge(a)).isFalse();
            assertThat(jobs.counts()).isEqualTo(new Counts(0, 1, 0, 1, 0, 0));
        }

        @Test
        void that_fails_is_tried_again_later_each_time_after_a_longer_wait() {
            jobs.submit("a");
            var first = jobs.lease(1);
            var second = new Job<>(1, 2, "a");
            assertThat(jobs.fail(first, why)).isEqualTo(new Jobs.Failed.Retry<>(second, Duration.ofMillis(10)));
            assertThat(jobs.hasWaiting()).isFalse();
            jobs.due(second);
            assertThat(jobs.lease(1)).isEqualTo(second);
            assertThat(jobs.fail(second, why))
                    .isEqualTo(new Jobs.Failed.Retry<>(new Job<>(1, 3, "a"), Duration.ofMillis(20)));
            assertThat(jobs.counts()).isEqualTo(new Counts(0, 0, 1, 0, 2, 0));
        }

        @Test
        void that_fails_as_often_as_it_may_is_dead() {
            jobs.submit("a");
            var job = jobs.lease(1);
            for (int i = 1; i < 3; i++) {
                job = ((Jobs.Failed.Retry<String>) jobs.fail(job, why)).next();
                jobs.due(job);
                jobs.lease(1);
            }
            var dead = new Dead<>(1, 3, "a", why);
            assertThat(jobs.fail(job, why)).isEqualTo(new Jobs.Failed.GivenUp<>(dead));
            assertThat(jobs.dead()).containsExactly(dead);
            assertThat(jobs.counts()).isEqualTo(new Counts(0, 0, 0, 0, 2, 1));
        }

        @Test
        void of_an_attempt_that_is_over_is_nobodys_business() {
            jobs.submit("a");
            var first = jobs.lease(1);
            var second = ((Jobs.Failed.Retry<String>) jobs.fail(first, why)).next();
            jobs.due(second);
            jobs.lease(2);
            assertThat(jobs.acknowledge(first)).isFalse();
            assertThat(jobs.fail(first, why)).isEqualTo(new Jobs.Failed.Stale<>());
            jobs.due(second);
            assertThat(jobs.counts()).isEqualTo(new Counts(0, 1, 0, 0, 1, 0));
            assertThat(jobs.of(2)).containsExactly(second);
            assertThat(jobs.of(1)).isEmpty();
        }

        @Test
        void that_could_not_be_handed_out_is_the_next_one_again() {
            jobs.submit("a");
            jobs.submit("b");
            jobs.takeBack(jobs.lease(1));
            assertThat(jobs.lease(1)).isEqualTo(new Job<>(1, 1, "a"));
        }

        @Test
        void too_many_is_refused_until_one_is_done() {
            jobs.submit("a");
            jobs.submit("b");
            var a = jobs.lease(1);
            assertThat(jobs.submit("c")).isEmpty();
            jobs.acknowledge(a);
            assertThat(jobs.submit("c")).hasValue(3);
        }

        @Test
        void that_is_dead_is_kept_for_a_while() {
            for (int i = 0; i < 150; i++) {
                jobs.refused("job " + i);
            }
            assertThat(jobs.dead()).hasSize(100).last().extracting(Dead::work).isEqualTo("job 149");
            assertThat(jobs.counts().dead()).isEqualTo(150);
        }
    }

    @Nested
    class A_queue {
        private final Node node = Node.start();
        private final BlockingQueue<Object> told = new LinkedBlockingQueue<>();

        @AfterEach
        void close() {
            node.close();
        }

        private Object next() {
            try {
                var one = told.poll(30, TimeUnit.SECONDS);
                assertThat(one).isNotNull();
                return one;
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        @Test
        void may_have_a_plain_door_for_jobs() {
            var queue = node.spawn(WorkQueue.<String>of(1, told::add));
            queue.<String>via(Submit::new).send("a");
            assertThat(next()).isEqualTo("a");
            assertThat(queue.alive()).isTrue();
        }

        private Counts counts(Pid<WorkQueue.Msg<String>> queue) {
            return queue.within(LONG).call(new WorkQueue.Statistics<>());
        }

        @Test
        void does_each_job_once_with_its_own_workers() {
            var queue = node.spawn(WorkQueue.<String>of(3, told::add));
            for (int i = 0; i < 10; i++) {
                assertThat(queue.within(LONG).call(new Submit<>("job"))).isEqualTo(new Submitted.Queued(i + 1));
            }
            for (int i = 0; i < 10; i++) {
                assertThat(next()).isEqualTo("job");
            }
            while (counts(queue).done() < 10) {
                Thread.onSpinWait();
            }
            assertThat(counts(queue)).isEqualTo(new Counts(0, 0, 0, 10, 0, 0));
            assertThat(told).isEmpty();
        }

        @Test
        void tries_again_what_failed_and_tells_what_it_gives_up() {
            var undertaker = node.spawn((Self<Dead<String>> self) -> told.add(self.receive()));
            var queue =
                    node.spawn(
                            WorkQueue.<String>of(
                                            2,
                                            job -> {
                                                told.add(job);
                                                throw new IllegalStateException("no " + job);
                                            })
                                    .attempts(2)
                                    .backoff(SOON)
                                    .deadTo(undertaker));
            queue.send(new Submit<>("way"));
            assertThat(next()).isEqualTo("way");
            assertThat(next()).isEqualTo("way");
            assertThat(next())
                    .isInstanceOfSatisfying(
                            Dead.class,
                            dead -> {
                                assertThat(dead.attempts()).isEqualTo(2);
                                assertThat(dead.why().toString()).contains("no way");
                            });
            assertThat(counts(queue)).isEqualTo(new Counts(0, 0, 0, 0, 1, 1));
            assertThat(queue.call(new WorkQueue.DeadJobs<>())).extracting(Dead::work).containsExactly("way");
        }

        @Test
        void answers_full_and_buries_what_was_only_sent() {
            var queue = node.spawn(WorkQueue.<String>of().capacity(1));
            queue.call(new Submit<>("a"));
            assertThat(queue.call(new Submit<>("b"))).isEqualTo(new Submitted.Full(1));
            assertThat(counts(queue).dead()).isZero();
            queue.send(new Submit<>("c"));
            assertThat(queue.call(new WorkQueue.DeadJobs<>()))
                    .containsExactly(new Dead<>(2, 0, "c", new ExitReason.Shutdown("the queue was full")));
        }

        @Test
        void gives_jobs_to_workers_of_others_as_often_as_they_take() {
            var queue = node.spawn(WorkQueue.<String>of());
            queue.call(new Submit<>("a"));
            queue.call(new Submit<>("b"));
            var worker =
                    node.spawn((Self<Job<String>> self) -> {
                        WorkQueue.take(self, queue, job -> job);
                        var job = self.receive();
                        told.add(job);
                        queue.send(new WorkQueue.Acknowledge<>(job));
                        told.add(self.receive());
                    });
            assertThat(next()).isEqualTo(new Job<>(1, 1, "a"));
            while (counts(queue).done() < 1) {
                Thread.onSpinWait();
            }
            assertThat(counts(queue)).isEqualTo(new Counts(1, 0, 0, 1, 0, 0));
            assertThat(told).isEmpty();
            worker.kill();
        }

        @Test
        void gives_its_job_later_to_a_worker_whose_mailbox_is_full() throws Exception {
            var queue = node.spawn(WorkQueue.<String>of());
            var taken = new CountDownLatch(1);
            var go = new CountDownLatch(1);
            Loop<Object> loop =
                    self -> {
                        WorkQueue.<String, Object>take(self, queue, job -> job);
                        taken.countDown();
                        go.await();
                        told.add(self.receive());
                        told.add(self.receive());
                    };
            var worker = node.spawn(loop.recipe().mailbox(Mailbox.rejecting(1)));
            taken.await();
            worker.send("in the way");
            queue.call(new Submit<>("a"));
            assertThat(counts(queue).waiting()).isEqualTo(1);
            go.countDown();
            assertThat(next()).isEqualTo("in the way");
            assertThat(next()).isEqualTo(new Job<>(1, 1, "a"));
        }

        @Test
        void gives_a_job_to_another_when_its_lease_is_over() {
            var queue = node.spawn(WorkQueue.<String>of().lease(Duration.ofMillis(20)).backoff(SOON));
            queue.call(new Submit<>("a"));
            var worker =
                    node.spawn((Self<Job<String>> self) -> {
                        WorkQueue.take(self, queue, job -> job);
                        WorkQueue.take(self, queue, job -> job);
                        told.add(self.receive());
                        var again = self.receive();
                        told.add(again);
                        queue.send(new WorkQueue.Acknowledge<>(again));
                        self.receive();
                    });
            assertThat(next()).isEqualTo(new Job<>(1, 1, "a"));
            assertThat(next()).isEqualTo(new Job<>(1, 2, "a"));
            worker.kill();
        }

        @Test
        void refuses_limits_that_are_none() {
            assertThatThrownBy(() -> WorkQueue.<String>of(0, _ -> {})).hasMessage("workers must be at least 1, was 0");
            assertThatThrownBy(() -> WorkQueue.<String>of().attempts(0))
                    .hasMessage("attempts must be at least 1, was 0");
        }
    }
}
