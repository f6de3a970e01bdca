/// The rules of the house, as tests: which room may see which, words that mean trouble, ceilings, and the promises made to outsiders.
@NullMarked
package dev.coppice.conformance.house;

import org.jspecify.annotations.NullMarked;
