package dev.coppice.kernel.internal;

import java.util.ArrayDeque;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;

/// The run queue of [Place] for the model checker: its owner adds and takes at one end, all take at the other; linearizable.
public class PlaceModel {
    private final Place place = new Place(0);

    @Operation(nonParallelGroup = "owner")
    public boolean push(@Param(gen = IntGen.class, conf = "1:9") int number) {
        return place.push(Rig.numbered(number, "body"));
    }

    @Operation
    public long pop() {
        var cell = place.pop();
        return cell == null ? Long.MIN_VALUE : cell.id();
    }

    @Operation(nonParallelGroup = "owner")
    public long popNewest() {
        var cell = place.popNewest();
        return cell == null ? Long.MIN_VALUE : cell.id();
    }

    @Operation(nonParallelGroup = "owner")
    public int sizeForTheOwner() {
        return place.size() > 0 ? 1 : 0;
    }

    /// What it must look like from outside.
    public static class Queue {
        private final ArrayDeque<Integer> queue = new ArrayDeque<>();

        public boolean push(int number) {
            return queue.add(number);
        }

        public long pop() {
            var first = queue.poll();
            return first == null ? Long.MIN_VALUE : first;
        }

        public long popNewest() {
            var last = queue.pollLast();
            return last == null ? Long.MIN_VALUE : last;
        }

        public int sizeForTheOwner() {
            return queue.isEmpty() ? 0 : 1;
        }
    }
}
