package dev.coppice.kernel.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.Config;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Law 1 across a restart: what waits for a name keeps its order.
@Tag("law-1")
class SlotTest {
    sealed interface Msg {}

    record Note(String text) implements Msg {}

    record Ask(String text) implements Msg, Call<Ask, List<Msg>> {}

    private static final Name<Msg> NAME = Name.of("kept");

    @Nested
    class A_kept_mailbox {
        /// A dying actor first closes its mailbox, and then hands over what was in it: a call may come in between.
        @Test
        void stands_before_what_came_while_it_was_handed_over() {
            var seen = new CopyOnWriteArrayList<Msg>();
            try (var node = (LocalNode) Node.start(Config.defaults().quiet())) {
                node.names.reserve(NAME, node.guardian(), Self.Gap.WAIT);
                var pending = node.ref(NAME).ask(new Ask("last"));
                var slot = node.names.find(NAME);
                assertThat(slot).isNotNull();
                for (var text : List.of("first", "second")) {
                    var mail = new Mail(new Note(text));
                    node.countAccepted(null);
                    slot.keep(mail);
                }
                assertThat(node.counters().waiting()).isEqualTo(3);
                node.spawn(
                        Server.<Msg>of(() ->
                                        (message, self) -> {
                                            seen.add(message);
                                            if (message instanceof Ask ask) {
                                                self.reply(ask, List.copyOf(seen));
                                            }
                                        })
                                .named(NAME));
                assertThat(pending.get()).containsExactly(new Note("first"), new Note("second"), new Ask("last"));
                assertThat(node.counters().unaccounted()).isZero();
            }
        }
    }
}
