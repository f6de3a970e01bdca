/// For those who extend the kernel: doors made outside it, and the seam to the machine.
@NullMarked
package dev.coppice.kernel.spi;

import org.jspecify.annotations.NullMarked;
