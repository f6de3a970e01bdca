/// Workloads written once against [Actors], one adapter a system, and a driver that runs each pair of them in a process of its own.
@NullMarked
package dev.coppice.benchmarks;

import org.jspecify.annotations.NullMarked;
