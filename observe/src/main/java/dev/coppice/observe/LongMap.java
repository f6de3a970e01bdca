package dev.coppice.observe;

/// From pids to counts without an object for each: 100,000 actors are looked at again and again. Grows, never shrinks; one thread.
final class LongMap {
    private long[] keys = new long[1 << 10];
    private long[] values = new long[1 << 10];
    private int size;

    /// @param key not zero
    void put(long key, long value) {
        if (2 * size >= keys.length) {
            grow();
        }
        int i = find(key);
        if (keys[i] == 0) {
            keys[i] = key;
            size++;
        }
        values[i] = value;
    }

    long get(long key, long otherwise) {
        int i = find(key);
        return keys[i] == key ? values[i] : otherwise;
    }

    int size() {
        return size;
    }

    /// Where the key is, or the free place where it belongs: linear probing after a multiplicative hash (Knuth 6.4).
    private int find(long key) {
        int mask = keys.length - 1;
        int i = (int) ((key * 0x9E3779B97F4A7C15L) >>> 40) & mask;
        while (keys[i] != 0 && keys[i] != key) {
            i = (i + 1) & mask;
        }
        return i;
    }

    private void grow() {
        var oldKeys = keys;
        var oldValues = values;
        keys = new long[2 * oldKeys.length];
        values = new long[2 * oldKeys.length];
        size = 0;
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldKeys[i] != 0) {
                put(oldKeys[i], oldValues[i]);
            }
        }
    }
}
