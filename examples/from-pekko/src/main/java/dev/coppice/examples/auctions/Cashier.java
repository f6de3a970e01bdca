package dev.coppice.examples.auctions;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import java.util.Map;

/// Knows who has how much.
final class Cashier implements Server<Cashier.Charge> {
    record Charge(String bidder, long amount) implements Call<Charge, Boolean> {}

    private final Map<String, Long> purses;

    Cashier(Map<String, Long> purses) {
        this.purses = purses;
    }

    @Override
    public void handle(Charge charge, Self<Charge> self) {
        self.reply(charge, purses.getOrDefault(charge.bidder(), 0L) >= charge.amount());
    }
}
