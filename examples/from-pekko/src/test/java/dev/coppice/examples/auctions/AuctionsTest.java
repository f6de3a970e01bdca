package dev.coppice.examples.auctions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.coppice.examples.auctions.Auctions.Answer;
import dev.coppice.examples.auctions.Auctions.Sale;
import dev.coppice.kernel.CallFailed;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Failure;
import dev.coppice.testkit.Seeds;
import dev.coppice.testkit.World;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The assertions of the original, held against both programs.
@Tag("#141")
class AuctionsTest {
    private static final Map<String, Long> PURSES = Map.of("ann", 100L, "bob", 500L, "eve", 5L);
    private static final Duration SOON = Duration.ofMillis(300);
    private static final Duration NEVER = Duration.ofHours(1);

    enum Program {
        ORIGINAL(OnPekko::new),
        PORT(Main::new);

        private final Function<Map<String, Long>, Auctions> start;

        Program(Function<Map<String, Long>, Auctions> start) {
            this.start = start;
        }

        Auctions start() {
            return start.apply(PURSES);
        }
    }

    @ParameterizedTest
    @EnumSource
    void the_highest_bid_leads_and_lower_ones_are_outbid(Program program) {
        try (var auctions = program.start()) {
            auctions.open("vase", NEVER);
            assertThat(auctions.bid("vase", "ann", 50)).isEqualTo(new Answer.Leading(50));
            assertThat(auctions.bid("vase", "bob", 50)).isEqualTo(new Answer.Outbid(50));
            assertThat(auctions.bid("vase", "bob", 60)).isEqualTo(new Answer.Leading(60));
        }
    }

    @ParameterizedTest
    @EnumSource
    void the_highest_bidder_who_can_pay_gets_the_item(Program program) {
        try (var auctions = program.start()) {
            auctions.open("vase", SOON);
            auctions.bid("vase", "ann", 50);
            auctions.bid("vase", "eve", 900);
            assertThat(auctions.result("vase")).contains(new Sale("vase", "ann", 50));
            assertThat(auctions.result("vase")).contains(new Sale("vase", "ann", 50));
        }
    }

    @ParameterizedTest
    @EnumSource
    void without_bids_nothing_is_sold(Program program) {
        try (var auctions = program.start()) {
            auctions.open("vase", SOON);
            assertThat(auctions.result("vase")).isEqualTo(Optional.empty());
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_bid_on_what_is_not_for_sale_is_refused(Program program) {
        try (var auctions = program.start()) {
            assertThat(auctions.bid("moon", "ann", 1)).isEqualTo(new Answer.Refused("there is no auction of moon"));
            auctions.open("vase", SOON);
            auctions.result("vase");
            assertThat(auctions.bid("vase", "ann", 1)).isEqualTo(new Answer.Refused("there is no auction of vase"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_bid_that_makes_an_auction_fail_has_no_answer_and_the_auction_begins_anew(Program program) {
        try (var auctions = program.start()) {
            auctions.open("vase", NEVER);
            auctions.bid("vase", "ann", 50);
            assertThatThrownBy(() -> auctions.bid("vase", "troll", -1)).isInstanceOf(RuntimeException.class);
            assertThat(auctions.bid("vase", "bob", 10)).isEqualTo(new Answer.Leading(10));
        }
    }

    /// Where the port does better than asked: the caller learns at once what went wrong.
    @Test
    void the_port_tells_who_made_the_auction_fail_why() {
        try (var auctions = new Main(PURSES)) {
            auctions.open("vase", NEVER);
            assertThatThrownBy(() -> auctions.bid("vase", "troll", -1))
                    .isInstanceOfSatisfying(
                            CallFailed.class,
                            failed ->
                                    assertThat(failed.failure())
                                            .isInstanceOfSatisfying(
                                                    Failure.Exited.class,
                                                    exited ->
                                                            assertThat(exited.reason())
                                                                    .isInstanceOf(ExitReason.Crashed.class)
                                                                    .asString()
                                                                    .contains("a bid of -1")));
        }
    }

    @Seeds(50)
    void the_port_holds_in_the_world_without_waiting(World world) {
        world.start(House.tree(PURSES));
        var house = world.ref(House.HOUSE);
        house.call(new House.Open("vase", NEVER));
        house.call(new House.Place("vase", "bob", 60));
        var result = house.within(NEVER.multipliedBy(2)).ask(new House.Result("vase"));
        world.advance(NEVER.minusSeconds(1));
        assertThat(result.poll()).isEmpty();
        world.advance(Duration.ofSeconds(2));
        assertThat(result.get()).contains(new Sale("vase", "bob", 60));
    }

    @Test
    void the_evening_can_be_watched() {
        var before = System.out;
        var printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            Main.main(new String[0]);
        } finally {
            System.setOut(before);
        }
        assertThat(printed.toString(StandardCharsets.UTF_8))
                .contains("bob bids 40: Outbid[price=50]")
                .contains("a bid of -1")
                .contains("the vase: Sale[item=vase, bidder=bob, amount=60]")
                .contains("the clock: Optional.empty");
    }
}
