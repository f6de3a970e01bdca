package dev.coppice.otp;

import dev.coppice.kernel.Name;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.Self;
import java.time.Duration;

/// What the tests of the interpreter on a real node share.
abstract class OnNode {
    static final Name<Control> ROOT = Name.of("root");
    static final Duration LONG = Duration.ofSeconds(30);

    final Lab lab = new Lab();

    static Node start(Supervisor tree) {
        return Node.start(tree.named(ROOT));
    }

    static Ref<Control> root(Node node) {
        return node.ref(ROOT).within(LONG);
    }

    Supervisor abc(Supervisor.Strategy strategy) {
        var children = new Child[] {lab.child("a"), lab.child("b"), lab.child("c")};
        return switch (strategy) {
            case ONE_FOR_ONE -> Supervisor.oneForOne(children);
            case ONE_FOR_ALL -> Supervisor.oneForAll(children);
            case REST_FOR_ONE -> Supervisor.restForOne(children);
        };
    }

    /// A child of another protocol than those of the lab.
    static Child foreign(String id, String name) {
        return Child.loop(Name.<String>of(name), Self::receive).id(id);
    }

    /// Until the supervisor has seen that this child has ended for good: its name is free then.
    static void awaitReleased(Node node, String id) {
        while (node.names().containsKey(id)) {
            root(node).call(new Control.CountChildren());
        }
    }

    static void awaitState(Node node, String id, Control.State state) {
        while (!root(node).call(new Control.WhichChild(id)).orElseThrow().state().equals(state)) {
            Thread.onSpinWait();
        }
    }
}
