/// The five words and what they need: nodes, refs, servers and loops, requests, exits.
@NullMarked
package dev.coppice.kernel;

import org.jspecify.annotations.NullMarked;
