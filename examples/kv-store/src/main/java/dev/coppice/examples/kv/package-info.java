/// A key-value store: partitions, compare-and-set, expiry and watchers.
@NullMarked
package dev.coppice.examples.kv;

import org.jspecify.annotations.NullMarked;
