package dev.coppice.examples.auctions;

import dev.coppice.examples.auctions.Auctions.Answer;
import dev.coppice.examples.auctions.Auctions.Sale;
import dev.coppice.kernel.Call;
import dev.coppice.kernel.Caller;
import dev.coppice.kernel.Done;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import dev.coppice.otp.Child;
import dev.coppice.otp.DynamicSupervisor;
import dev.coppice.otp.Supervisor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Opens auctions, finds them for bidders, and remembers how they ended.
final class House implements Server<House.Msg> {
    sealed interface Msg {}

    record Open(String item, Duration closesAfter) implements Msg, Call<Open, Done> {}

    record Place(String item, String bidder, long amount) implements Msg, Call<Place, Answer> {}

    record Result(String item) implements Msg, Call<Result, Optional<Sale>> {}

    record Sold(String item, Optional<Sale> sale) implements Msg {}

    static final Name<Msg> HOUSE = Name.of("house");
    static final Name<Cashier.Charge> CASHIER = Name.of("cashier");
    static final Name<DynamicSupervisor.Msg> AUCTIONS = Name.of("auctions");

    static Supervisor tree(Map<String, Long> purses) {
        var auctions = DynamicSupervisor.of().restart(Child.Restart.TRANSIENT).intensity(10, Duration.ofMinutes(1));
        return Supervisor.oneForOne(
                Child.server(CASHIER, () -> new Cashier(purses)),
                Child.of(auctions.named(AUCTIONS)),
                Child.server(HOUSE, House::new));
    }

    private final Map<String, Ref<Auction.Msg>> running = new HashMap<>();
    private final Map<String, Optional<Sale>> results = new HashMap<>();
    private final Map<String, List<Caller<Optional<Sale>>>> waiting = new HashMap<>();

    @Override
    public void handle(Msg message, Self<Msg> self) {
        switch (message) {
            case Open open -> {
                Name<Auction.Msg> name = Name.of("auction-" + open.item());
                Ref<Cashier.Charge> cashier = self.ref(CASHIER);
                Ref<Msg> house = self.ref(HOUSE);
                var auction = Server.of(() -> new Auction(open.item(), open.closesAfter(), cashier, house));
                self.ref(AUCTIONS).call(new DynamicSupervisor.StartChild<>(auction.named(name))).pid();
                running.put(open.item(), self.ref(name));
                self.done(open);
            }
            case Place place -> {
                var auction = running.get(place.item());
                if (auction == null) {
                    self.reply(place, new Answer.Refused("there is no auction of " + place.item()));
                } else {
                    self.forward(place, new Auction.Bid(place.bidder(), place.amount()), auction);
                }
            }
            case Sold(String item, var sale) -> {
                running.remove(item);
                results.put(item, sale);
                var callers = waiting.remove(item);
                if (callers != null) {
                    callers.forEach(caller -> caller.reply(sale));
                }
            }
            case Result result -> {
                var known = results.get(result.item());
                if (known != null) {
                    self.reply(result, known);
                } else {
                    waiting.computeIfAbsent(result.item(), _ -> new ArrayList<>()).add(self.defer(result));
                }
            }
        }
    }
}
