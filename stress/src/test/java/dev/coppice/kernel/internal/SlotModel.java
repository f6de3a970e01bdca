package dev.coppice.kernel.internal;

import dev.coppice.kernel.Name;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.StartFailed;
import dev.coppice.kernel.internal.Rig.Counted;
import org.jetbrains.lincheck.datastructures.Operation;

/// A reserved name ([Slot]) for the model checker: claimed and given up by two incarnations, looked up by all, linearizable.
public class SlotModel {
    private static final Name<String> NAME = Name.of("model");

    private final Cell<Object> supervisor = Rig.running(new Counted());
    private final Cell<Object> one = Rig.childOf(supervisor);
    private final Cell<Object> other = Rig.childOf(supervisor);
    private final Slot slot = new Slot(Rig.NODE, NAME);

    public SlotModel() {
        slot.reserve(supervisor, Self.Gap.WAIT);
    }

    @Operation(nonParallelGroup = "one")
    public boolean claimOne() {
        return claim(one);
    }

    @Operation(nonParallelGroup = "one")
    public void releaseOne() {
        slot.vacate(one);
    }

    @Operation(nonParallelGroup = "other")
    public boolean claimOther() {
        return claim(other);
    }

    @Operation(nonParallelGroup = "other")
    public void releaseOther() {
        slot.vacate(other);
    }

    @Operation
    public int lookUp() {
        var holder = slot.openHolder();
        return holder == one ? 1 : holder == other ? 2 : 0;
    }

    private boolean claim(Cell<?> cell) {
        try {
            return slot.claim(cell);
        } catch (StartFailed.NameTaken _) {
            return false;
        }
    }

    /// What it must look like from outside.
    public static class Held {
        private int holder;

        public boolean claimOne() {
            return claim(1);
        }

        public void releaseOne() {
            release(1);
        }

        public boolean claimOther() {
            return claim(2);
        }

        public void releaseOther() {
            release(2);
        }

        public int lookUp() {
            return holder;
        }

        private boolean claim(int by) {
            boolean free = holder == 0;
            holder = free ? by : holder;
            return free;
        }

        private void release(int by) {
            holder = holder == by ? 0 : holder;
        }
    }
}
