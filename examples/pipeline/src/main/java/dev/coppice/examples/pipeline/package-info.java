/// Stages with bounded mailboxes: the slowest sets the pace.
@NullMarked
package dev.coppice.examples.pipeline;

import org.jspecify.annotations.NullMarked;
