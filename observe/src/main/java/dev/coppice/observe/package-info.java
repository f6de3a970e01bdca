/// The observer: a node's facts, and the page that shows them.
@NullMarked
package dev.coppice.observe;

import org.jspecify.annotations.NullMarked;
