package dev.coppice.examples.auctions;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/// The original: Pekko typed, in its object-oriented style.
final class OnPekko implements Auctions {

    // ---- the cashier

    record Charge(String bidder, long amount, ActorRef<Boolean> replyTo) {}

    static Behavior<Charge> cashier(Map<String, Long> purses) {
        return Behaviors.receiveMessage(charge -> {
            charge.replyTo().tell(purses.getOrDefault(charge.bidder(), 0L) >= charge.amount());
            return Behaviors.same();
        });
    }

    // ---- one auction

    static final class Auction extends AbstractBehavior<Auction.Msg> {
        sealed interface Msg {}

        record Bid(String bidder, long amount, ActorRef<Answer> replyTo) implements Msg {}

        enum Close implements Msg {
            CLOSE
        }

        record Charged(Bid bid, boolean paid) implements Msg {}

        static Behavior<Msg> of(
                String item, Duration closesAfter, ActorRef<Charge> cashier, ActorRef<House.Msg> house) {
            Behavior<Msg> auction =
                    Behaviors.setup(context ->
                            Behaviors.withTimers(timers -> {
                                timers.startSingleTimer(Close.CLOSE, closesAfter);
                                return new Auction(context, item, cashier, house);
                            }));
            return Behaviors.supervise(auction)
                    .onFailure(SupervisorStrategy.restart().withLimit(10, Duration.ofMinutes(1)));
        }

        private final String item;
        private final ActorRef<Charge> cashier;
        private final ActorRef<House.Msg> house;
        private final ArrayDeque<Bid> bids = new ArrayDeque<>();
        private boolean closing;

        private Auction(ActorContext<Msg> context, String item, ActorRef<Charge> cashier, ActorRef<House.Msg> house) {
            super(context);
            this.item = item;
            this.cashier = cashier;
            this.house = house;
        }

        @Override
        public Receive<Msg> createReceive() {
            return newReceiveBuilder()
                    .onMessage(Bid.class, this::onBid)
                    .onMessageEquals(Close.CLOSE, this::chargeNext)
                    .onMessage(Charged.class, this::onCharged)
                    .build();
        }

        private Behavior<Msg> onBid(Bid bid) {
            if (bid.amount() <= 0) {
                throw new IllegalArgumentException("a bid of " + bid.amount());
            }
            var best = bids.peek();
            if (closing) {
                bid.replyTo().tell(new Answer.Refused("closing"));
            } else if (best != null && bid.amount() <= best.amount()) {
                bid.replyTo().tell(new Answer.Outbid(best.amount()));
            } else {
                bids.push(bid);
                bid.replyTo().tell(new Answer.Leading(bid.amount()));
            }
            return this;
        }

        private Behavior<Msg> chargeNext() {
            closing = true;
            var bid = bids.poll();
            if (bid == null) {
                house.tell(new House.Sold(item, Optional.empty()));
                return Behaviors.stopped();
            }
            getContext()
                    .ask(
                            Boolean.class,
                            cashier,
                            Duration.ofSeconds(3),
                            (ActorRef<Boolean> replyTo) -> new Charge(bid.bidder(), bid.amount(), replyTo),
                            (paid, failure) -> new Charged(bid, failure == null && paid));
            return this;
        }

        private Behavior<Msg> onCharged(Charged charged) {
            if (!charged.paid()) {
                return chargeNext();
            }
            var bid = charged.bid();
            house.tell(new House.Sold(item, Optional.of(new Sale(item, bid.bidder(), bid.amount()))));
            return Behaviors.stopped();
        }
    }

    // ---- the house

    static final class House extends AbstractBehavior<House.Msg> {
        sealed interface Msg {}

        record Open(String item, Duration closesAfter, ActorRef<Done> replyTo) implements Msg {}

        record Place(String item, String bidder, long amount, ActorRef<Answer> replyTo) implements Msg {}

        record Result(String item, ActorRef<Optional<Sale>> replyTo) implements Msg {}

        record Sold(String item, Optional<Sale> sale) implements Msg {}

        private final ActorRef<Charge> cashier;
        private final Map<String, ActorRef<Auction.Msg>> running = new HashMap<>();
        private final Map<String, Optional<Sale>> results = new HashMap<>();
        private final Map<String, List<ActorRef<Optional<Sale>>>> waiting = new HashMap<>();

        static Behavior<Msg> of(Map<String, Long> purses) {
            return Behaviors.setup(context -> new House(context, context.spawn(cashier(purses), "cashier")));
        }

        private House(ActorContext<Msg> context, ActorRef<Charge> cashier) {
            super(context);
            this.cashier = cashier;
        }

        @Override
        public Receive<Msg> createReceive() {
            return newReceiveBuilder()
                    .onMessage(Open.class, this::onOpen)
                    .onMessage(Place.class, this::onPlace)
                    .onMessage(Result.class, this::onResult)
                    .onMessage(Sold.class, this::onSold)
                    .build();
        }

        private Behavior<Msg> onOpen(Open open) {
            var behavior = Auction.of(open.item(), open.closesAfter(), cashier, getContext().getSelf());
            running.put(open.item(), getContext().spawn(behavior, "auction-" + open.item()));
            open.replyTo().tell(Done.getInstance());
            return this;
        }

        private Behavior<Msg> onPlace(Place place) {
            var auction = running.get(place.item());
            if (auction == null) {
                place.replyTo().tell(new Answer.Refused("there is no auction of " + place.item()));
            } else {
                auction.tell(new Auction.Bid(place.bidder(), place.amount(), place.replyTo()));
            }
            return this;
        }

        private Behavior<Msg> onResult(Result result) {
            var known = results.get(result.item());
            if (known != null) {
                result.replyTo().tell(known);
            } else {
                waiting.computeIfAbsent(result.item(), _ -> new ArrayList<>()).add(result.replyTo());
            }
            return this;
        }

        private Behavior<Msg> onSold(Sold sold) {
            running.remove(sold.item());
            results.put(sold.item(), sold.sale());
            var callers = waiting.remove(sold.item());
            if (callers != null) {
                callers.forEach(caller -> caller.tell(sold.sale()));
            }
            return this;
        }
    }

    // ---- outside

    private final ActorSystem<House.Msg> system;

    OnPekko(Map<String, Long> purses) {
        system = ActorSystem.create(House.of(purses), "auctions");
    }

    @Override
    public void open(String item, Duration closesAfter) {
        this.<Done>ask(Duration.ofSeconds(30), replyTo -> new House.Open(item, closesAfter, replyTo));
    }

    @Override
    public Answer bid(String item, String bidder, long amount) {
        // Nobody answers a bid that makes its auction fail: all that can be done is to wait less.
        var patience = amount > 0 ? Duration.ofSeconds(30) : Duration.ofMillis(500);
        return ask(patience, replyTo -> new House.Place(item, bidder, amount, replyTo));
    }

    @Override
    public Optional<Sale> result(String item) {
        return ask(Duration.ofSeconds(30), replyTo -> new House.Result(item, replyTo));
    }

    private <R> R ask(Duration patience, org.apache.pekko.japi.function.Function<ActorRef<R>, House.Msg> message) {
        return AskPattern.ask(system, message, patience, system.scheduler()).toCompletableFuture().join();
    }

    @Override
    public void close() {
        system.terminate();
        system.getWhenTerminated().toCompletableFuture().join();
    }
}
