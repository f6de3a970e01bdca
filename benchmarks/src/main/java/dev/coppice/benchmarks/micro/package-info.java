/// JMH benchmarks of the kernel's parts: `./coppice bench-micro`. With `-prof gc` each says what it allocates.
@NullMarked
package dev.coppice.benchmarks.micro;

import org.jspecify.annotations.NullMarked;
