/// Accounts under a supervisor.
@NullMarked
package dev.coppice.examples.bank;

import org.jspecify.annotations.NullMarked;
