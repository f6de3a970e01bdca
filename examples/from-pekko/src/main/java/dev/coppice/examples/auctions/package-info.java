/// An auction house, ported from Pekko. The original stands among the tests.
@NullMarked
package dev.coppice.examples.auctions;

import org.jspecify.annotations.NullMarked;
