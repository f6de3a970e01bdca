package dev.coppice.conformance.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.kernel.Config;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Pid;
import dev.coppice.otp.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.reactivestreams.tck.TestEnvironment;
import org.reactivestreams.tck.flow.FlowPublisherVerification;
import org.reactivestreams.tck.flow.FlowSubscriberBlackboxVerification;
import org.testng.ITestResult;
import org.testng.TestListenerAdapter;
import org.testng.TestNG;

/// Stages as publishers and subscribers of `java.util.concurrent.Flow`, by the compatibility kit of Reactive Streams.
@Tag("#31")
class FlowTest {
    private static final Node NODE = Node.start(Config.defaults().quiet());

    /// As long as an answer may take, and as long as nothing must come: milliseconds.
    private static final TestEnvironment PATIENT = new TestEnvironment(2_000, 100, 100);

    public static class Published extends FlowPublisherVerification<Long> {
        public Published() {
            super(PATIENT);
        }

        @Override
        public Flow.Publisher<Long> createFlowPublisher(long elements) {
            return Stage.publisher(NODE, NODE.spawn(Stage.from(() -> LongStream.range(0, elements).iterator())));
        }

        @Override
        public Flow.Publisher<Long> createFailedFlowPublisher() {
            var dead = NODE.spawn(Stage.<Long>fed());
            dead.kill();
            dead.await();
            return Stage.publisher(NODE, dead);
        }

        /// A stage gives each item once: a second subscriber comes too late for those.
        @Override
        public long maxElementsFromPublisher() {
            return Integer.MAX_VALUE;
        }
    }

    public static class Subscribed extends FlowSubscriberBlackboxVerification<Long> {
        public Subscribed() {
            super(PATIENT);
        }

        @Override
        public Flow.Subscriber<Long> createFlowSubscriber() {
            var stage = NODE.spawn(Stage.<Long>fed());
            NODE.spawn(Stage.<Long>into(stage, _ -> {}));
            return Stage.subscriber(stage, 8);
        }

        @Override
        public Long createElement(int element) {
            return (long) element;
        }
    }

    /// Runs a suite of the kit; fails with each test that failed, and when fewer have run than there are; those for what is optional or cannot
    /// be seen from outside skip themselves.
    private static void passes(Class<?> suite, int tests) {
        var listener = new TestListenerAdapter();
        var kit = new TestNG(false);
        kit.setTestClasses(new Class<?>[] {suite});
        kit.addListener(listener);
        kit.setVerbose(0);
        kit.run();
        assertThat(listener.getFailedTests())
                .extracting(ITestResult::getName, result -> String.valueOf(result.getThrowable()))
                .isEmpty();
        assertThat(listener.getPassedTests()).hasSizeGreaterThanOrEqualTo(tests);
    }

    @Test
    void a_publisher_keeps_the_rules_of_reactive_streams() {
        passes(Published.class, 25);
    }

    @Test
    void a_subscriber_keeps_the_rules_of_reactive_streams() {
        passes(Subscribed.class, 11);
    }

    @Test
    void items_come_through_a_stage_from_the_publishers_of_others() throws Exception {
        var all = new CompletableFuture<List<Integer>>();
        try (var others = new SubmissionPublisher<Integer>()) {
            var taken = new ArrayList<Integer>();
            var in = NODE.spawn(Stage.<Integer>fed());
            var out =
                    NODE.spawn(
                            Stage.<Integer>into(
                                    in,
                                    batch -> {
                                        taken.addAll(batch);
                                        if (taken.size() == 1_000) {
                                            all.complete(List.copyOf(taken));
                                        }
                                    }));
            others.subscribe(Stage.subscriber(in, 16));
            for (int i = 0; i < 1_000; i++) {
                others.submit(i);
            }
            assertThat(all.get(30, TimeUnit.SECONDS)).hasSize(1_000).isSorted();
            assertThat(out.alive()).isTrue();
        }
    }

    @Test
    void the_failure_of_a_publisher_is_that_of_the_stage() {
        var in = NODE.spawn(Stage.<Integer>fed());
        var others = new SubmissionPublisher<Integer>();
        others.subscribe(Stage.subscriber(in, 16));
        others.closeExceptionally(new IllegalStateException("gone wrong"));
        assertThat(in.await().toString()).contains("gone wrong");
    }

    /// Writes down what comes.
    private static final class Told implements Flow.Subscriber<Long> {
        final LinkedBlockingQueue<String> signals = new LinkedBlockingQueue<>();
        volatile Flow.Subscription subscription;

        @Override
        public void onSubscribe(Flow.Subscription begun) {
            subscription = begun;
            signals.add("subscribed");
        }

        @Override
        public void onNext(Long item) {
            if (item < 0) {
                throw new IllegalArgumentException("less than nothing");
            }
            signals.add("item " + item);
        }

        @Override
        public void onError(Throwable thrown) {
            signals.add("error: " + thrown.getMessage());
        }

        @Override
        public void onComplete() {
            signals.add("complete");
        }

        void expect(String signal) throws InterruptedException {
            assertThat(signals.poll(30, TimeUnit.SECONDS)).isEqualTo(signal);
        }
    }

    @Nested
    class A_subscriber_whose_actor_is_ended {
        private final Node node = Node.start(Config.defaults().quiet());
        private final Pid<Stage.Msg<Long>> stage = NODE.spawn(Stage.from(() -> List.of(7L, -7L).iterator()));
        private final Told told = new Told();

        @AfterEach
        void close() {
            node.close();
            stage.stop();
        }

        /// Who serves it, when it has begun.
        private Pid<?> served(Pid<Stage.Msg<Long>> from) throws InterruptedException {
            Stage.publisher(node, from).subscribe(told);
            told.expect("subscribed");
            return node.children().getFirst();
        }

        @Test
        void is_told_so_when_its_node_closes() throws InterruptedException {
            var _ = served(NODE.spawn(Stage.<Long>fed()));
            node.close();
            told.expect("error: the actor that serves the subscription has exited: Shutdown[note=]");
            assertThat(told.signals).isEmpty();
        }

        @Test
        void is_told_so_when_it_is_killed() throws InterruptedException {
            var actor = served(NODE.spawn(Stage.<Long>fed()));
            actor.kill();
            actor.await();
            told.expect("error: the actor that serves the subscription has exited: Killed[]");
            assertThat(told.signals).isEmpty();
        }

        @Test
        void is_told_nothing_when_it_has_cancelled() throws InterruptedException {
            var actor = served(NODE.spawn(Stage.<Long>fed()));
            told.subscription.cancel();
            actor.await();
            assertThat(told.signals).isEmpty();
        }

        @Test
        void is_told_nothing_when_it_has_thrown() throws InterruptedException {
            var actor = served(stage);
            told.subscription.request(2);
            told.expect("item 7");
            assertThat(actor.await()).isInstanceOf(ExitReason.Crashed.class);
            assertThat(told.signals).isEmpty();
        }
    }
}
