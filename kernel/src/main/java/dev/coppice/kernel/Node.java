package dev.coppice.kernel;

import dev.coppice.kernel.internal.LocalNode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.UnaryOperator;

/// A running system of actors; several may run in one JVM.
///
/// ```java
/// try (var node = Node.start(TREE)) {
///   long balance = node.ref(ALICE).call(new Deposit(100));
/// }
/// ```
///
/// It ends when it is closed, or when its root actor exits; then with that reason.
public sealed interface Node extends AutoCloseable permits LocalNode {

    /// A node with nothing in it.
    static Node start() {
        return start(Config.defaults());
    }

    static Node start(Config config) {
        return LocalNode.start(config);
    }

    /// Starts a node and its root, usually a supervisor; returns when the tree is up.
    ///
    /// @throws StartFailed when the root did not start; the node is closed then
    static Node start(Actor<?> root) {
        return start(root, Config.defaults());
    }

    static Node start(Actor<?> root, Config config) {
        return LocalNode.start(root, config);
    }

    /// A program's main: starts, stops in order when the JVM is told to end, waits, and ends the JVM with status 1 when the root gave
    /// up or did not start.
    static void run(Actor<?> root) {
        LocalNode.run(root, Config.defaults());
    }

    static void run(Actor<?> root, Config config) {
        LocalNode.run(root, config);
    }

    /// Starts an actor that belongs to the node.
    ///
    /// @throws StartFailed when it could not be started
    /// @throws CallFailed with [Failure.Interrupted] when this thread, which is no actor, is interrupted while `init` runs; nothing is
    ///     started then
    <M> Pid<M> spawn(Actor<M> actor);

    default <M> Pid<M> spawn(Loop<M> loop) {
        return spawn(loop.recipe());
    }

    /// A ref by name: follows restarts, may be made before the name is held.
    <M> Ref<M> ref(Name<M> name);

    /// Who holds the name now; never one that is dead.
    <M> Optional<Pid<M>> whereis(Name<M> name);

    /// Every name that is held or reserved, in alphabetical order, with its holder; without one in the gap of a restart.
    SortedMap<String, Optional<Pid<?>>> names();

    /// The root actor, when the node was started with one.
    Optional<Pid<?>> root();

    /// The actors that belong to the node itself, oldest first: where a walk of the tree starts.
    List<Pid<?>> children();

    /// The tree as text, a line an actor.
    String tree();

    /// Begins an ordered stop and returns; see [#close].
    void stop();

    /// Stops every actor in reverse order of its start, each within its own limit, and waits. When the node's budget (30 s) is spent
    /// it kills what is left, and abandons what ignores that; see [#abandoned]. An interrupt does not end the wait: the thread has its
    /// flag again after it.
    ///
    /// @throws IllegalStateException from an actor of this node, which would wait for itself: use [#stop]
    @Override
    void close();

    /// Waits until the node has ended.
    ///
    /// @throws CallFailed with [Failure.Interrupted] when this thread, which is no actor, is interrupted
    ExitReason await();

    Optional<ExitReason> await(Duration patience);

    /// The paths of actors that ignored a kill when the node closed; empty after a clean end.
    List<String> abandoned();

    /// Who is slow: the actors that are inside their code now, with what they do, since when, where, and what they wait for; those without
    /// children first, then the longest. Does not ask them, so it is told also of those that are stuck. Looks at the whole tree.
    ///
    /// Once the node has closed: who still was when the budget of [#close] was spent, as the log was told then; empty after a close within
    /// it. At most 1,000.
    List<Laggard> laggards();

    /// Sends each event of this type to the subscriber until cancelled, or until the actor is dead whose pid it is. A ref by name lasts: what
    /// is told while nobody holds the name is counted as a dead letter, and the next holder gets what comes then. The subscriber's mailbox
    /// policy decides what happens when it is slow.
    <E extends NodeEvent> Cancellable subscribe(Class<E> type, Ref<? super E> subscriber);

    /// Tells the observers; for supervisors and their like.
    void publish(NodeEvent event);

    Counters counters();

    /// The newest crash reports, oldest first; 100 are kept.
    List<CrashReport> crashes();

    /// As it is now.
    Config config();

    /// Goes on with other limits, or another level of the log, from now on: `node.reconfigure(now -> now.patience(ofSeconds(2)))`. Answers
    /// what holds then.
    ///
    /// @throws IllegalArgumentException when something changes that cannot while the node runs, such as its name; all stays as it was
    Config reconfigure(UnaryOperator<Config> change);
}
