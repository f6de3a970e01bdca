/// A polite crawler: a pool of fetchers and a pace.
@NullMarked
package dev.coppice.examples.crawler;

import org.jspecify.annotations.NullMarked;
