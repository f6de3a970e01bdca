package dev.coppice.examples.auctions;

import java.time.Duration;
import java.util.Optional;

/// What both programs do, the original and the port: for their common test.
public interface Auctions extends AutoCloseable {

    /// Opens an auction that closes by itself.
    void open(String item, Duration closesAfter);

    Answer bid(String item, String bidder, long amount);

    /// Waits until the auction is over.
    Optional<Sale> result(String item);

    @Override
    void close();

    /// What a bidder hears.
    sealed interface Answer {
        record Leading(long amount) implements Answer {}

        record Outbid(long price) implements Answer {}

        record Refused(String why) implements Answer {}
    }

    record Sale(String item, String bidder, long amount) {}
}
