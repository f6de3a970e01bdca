package dev.coppice.examples.bank;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Balances by owner: what outlives the accounts. In a real bank, a database.
final class Book {
    private final Map<String, Long> balances = new ConcurrentHashMap<>();

    long balance(String owner) {
        return balances.getOrDefault(owner, 0L);
    }

    void write(String owner, long cents) {
        balances.put(owner, cents);
    }
}
