/// Jobs that are done at least once, or given up in public.
@NullMarked
package dev.coppice.examples.taskqueue;

import org.jspecify.annotations.NullMarked;
