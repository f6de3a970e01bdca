package dev.coppice.examples.auctions;

import dev.coppice.examples.auctions.Auctions.Answer;
import dev.coppice.examples.auctions.Auctions.Sale;
import dev.coppice.kernel.Call;
import dev.coppice.kernel.CallFailed;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;

/// One auction: takes bids until it closes, then charges the highest bidder, or the next one who can pay.
final class Auction implements Server<Auction.Msg> {
    sealed interface Msg {}

    record Bid(String bidder, long amount) implements Msg, Call<Bid, Answer> {}

    record Close() implements Msg {}

    private final String item;
    private final Duration closesAfter;
    private final Ref<Cashier.Charge> cashier;
    private final Ref<House.Msg> house;
    private final ArrayDeque<Bid> bids = new ArrayDeque<>();

    Auction(String item, Duration closesAfter, Ref<Cashier.Charge> cashier, Ref<House.Msg> house) {
        this.item = item;
        this.closesAfter = closesAfter;
        this.cashier = cashier;
        this.house = house;
    }

    @Override
    public void init(Self<Msg> self) {
        self.sendAfter(closesAfter, new Close());
    }

    @Override
    public void handle(Msg message, Self<Msg> self) {
        switch (message) {
            case Bid bid -> self.reply(bid, take(bid));
            case Close _ -> {
                house.send(new House.Sold(item, sale()));
                self.stop();
            }
        }
    }

    private Answer take(Bid bid) {
        if (bid.amount() <= 0) {
            throw new IllegalArgumentException("a bid of " + bid.amount());
        }
        var best = bids.peek();
        if (best != null && bid.amount() <= best.amount()) {
            return new Answer.Outbid(best.amount());
        }
        bids.push(bid);
        return new Answer.Leading(bid.amount());
    }

    private Optional<Sale> sale() {
        return bids.stream().filter(this::paid).findFirst().map(bid -> new Sale(item, bid.bidder(), bid.amount()));
    }

    private boolean paid(Bid bid) {
        try {
            return cashier.within(Duration.ofSeconds(3)).call(new Cashier.Charge(bid.bidder(), bid.amount()));
        } catch (CallFailed _) {
            return false;
        }
    }
}
