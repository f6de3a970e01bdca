/// Supervisors, tasks and the other behaviours.
@NullMarked
package dev.coppice.otp;

import org.jspecify.annotations.NullMarked;
