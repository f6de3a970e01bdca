package dev.coppice.testkit;

import dev.coppice.kernel.NodeEvent;
import java.time.Duration;

/// One thing that happened in a [World], as its trace keeps it. Actors are named by their paths.
public sealed interface Happening {

    /// When, in virtual time since the world's beginning.
    Duration at();

    /// One sent the other a message; or a notice of the kernel, by its kind.
    record Sent(Duration at, String by, String to, Object message) implements Happening {}

    /// An actor received a message.
    record Received(Duration at, String who, Object message) implements Happening {}

    /// What one did ended the other's wait: usually an answer.
    record Answered(Duration at, String by, String who) implements Happening {}

    /// The node said so.
    record Told(Duration at, NodeEvent event) implements Happening {}

    /// The test, or the chaos that it asked for, did this.
    record Did(Duration at, String what) implements Happening {}
}
