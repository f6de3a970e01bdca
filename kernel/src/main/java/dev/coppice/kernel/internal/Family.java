package dev.coppice.kernel.internal;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An actor's children: an intrusive list, oldest first, guarded by the parent's short lock. Made with the first child.
final class Family {
    private @Nullable Cell<?> oldest;
    private @Nullable Cell<?> youngest;
    private int size;

    void add(Cell<?> child) {
        child.olderSibling = youngest;
        if (youngest == null) {
            oldest = child;
        } else {
            youngest.youngerSibling = child;
        }
        youngest = child;
        size++;
    }

    void remove(Cell<?> child) {
        var older = child.olderSibling;
        var younger = child.youngerSibling;
        if (older == null) {
            oldest = younger;
        } else {
            older.youngerSibling = younger;
        }
        if (younger == null) {
            youngest = older;
        } else {
            younger.olderSibling = older;
        }
        child.olderSibling = null;
        child.youngerSibling = null;
        size--;
    }

    @Nullable Cell<?> youngest() {
        return youngest;
    }

    boolean isEmpty() {
        return size == 0;
    }

    List<Cell<?>> toList() {
        var all = new ArrayList<Cell<?>>(size);
        for (var child = oldest; child != null; child = child.youngerSibling) {
            all.add(child);
        }
        return all;
    }
}
