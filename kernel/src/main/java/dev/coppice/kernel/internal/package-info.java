/// The kernel's own workings; not exported.
@NullMarked
package dev.coppice.kernel.internal;

import org.jspecify.annotations.NullMarked;
