package dev.coppice.examples.auctions;

import dev.coppice.examples.auctions.House.Open;
import dev.coppice.examples.auctions.House.Place;
import dev.coppice.examples.auctions.House.Result;
import dev.coppice.kernel.CallFailed;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Ref;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// The port, as a program: an evening at the auction house.
public final class Main implements Auctions {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private final Node node;
    private final Ref<House.Msg> house;

    Main(Map<String, Long> purses) {
        node = Node.start(House.tree(purses));
        house = node.ref(House.HOUSE).within(PATIENCE);
    }

    @Override
    public void open(String item, Duration closesAfter) {
        house.call(new Open(item, closesAfter));
    }

    @Override
    public Answer bid(String item, String bidder, long amount) {
        return house.call(new Place(item, bidder, amount));
    }

    @Override
    public Optional<Sale> result(String item) {
        return house.call(new Result(item));
    }

    @Override
    public void close() {
        node.close();
    }

    public static void main(String[] args) {
        try (var evening = new Main(Map.of("ann", 100L, "bob", 500L, "eve", 5L))) {
            evening.open("vase", Duration.ofSeconds(1));
            System.out.println("ann bids 50: " + evening.bid("vase", "ann", 50));
            System.out.println("bob bids 40: " + evening.bid("vase", "bob", 40));
            System.out.println("bob bids 60: " + evening.bid("vase", "bob", 60));
            System.out.println("eve bids 900: " + evening.bid("vase", "eve", 900));
            try {
                evening.bid("clock", "ann", 1);
                evening.open("clock", Duration.ofSeconds(1));
                evening.bid("clock", "troll", -1);
            } catch (CallFailed failed) {
                System.out.println("troll bids -1: " + failed.getMessage());
            }
            System.out.println("the vase: " + evening.result("vase").orElseThrow());
            System.out.println("the clock: " + evening.result("clock"));
        }
    }
}
