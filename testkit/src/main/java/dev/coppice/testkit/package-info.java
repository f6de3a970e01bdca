/// Probes, leak assertions and virtual time for tests of actors.
@NullMarked
package dev.coppice.testkit;

import org.jspecify.annotations.NullMarked;
