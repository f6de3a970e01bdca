/// Guards: each a ref around a ref.
@NullMarked
package dev.coppice.guard;

import org.jspecify.annotations.NullMarked;
