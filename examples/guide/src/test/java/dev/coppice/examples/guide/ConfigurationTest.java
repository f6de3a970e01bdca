package dev.coppice.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.Carrier;
import dev.coppice.kernel.Config;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Server;
import dev.coppice.kernel.Settings;
import dev.coppice.otp.Child;
import dev.coppice.otp.Supervisor;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The code of `configuration.md`.
@Tag("#143")
class ConfigurationTest {

    record Shop(int port, Duration patience, Optional<String> banner, Settings.Secret token) {
        Shop {
            if (port < 1) {
                throw new IllegalArgumentException("port must be at least 1, was " + port);
            }
        }
    }

    static final Shop DEFAULTS = new Shop(8080, Duration.ofSeconds(2), Optional.empty(), new Settings.Secret(""));

    @Test
    void settings_from_outside() {
        System.setProperty("shop.port", "9000");
        try {
            var settings = Settings.outside();
            Shop shop = settings.over("shop", DEFAULTS);
            Config config = settings.over(Config.defaults().name("shop"));
            Settings.dump("shop", shop).forEach((key, value) -> System.out.println(key + " = " + value));
            assertThat(shop.port()).isEqualTo(9000);
            assertThat(config.name()).isEqualTo("shop");
        } finally {
            System.clearProperty("shop.port");
        }
    }

    @Test
    void limits_change_while_the_node_runs() {
        try (var node = Node.start()) {
            node.reconfigure(now -> now.patience(Duration.ofSeconds(2)).loggedFrom(System.Logger.Level.ERROR));
            assertThat(node.config().patience()).isEqualTo(Duration.ofSeconds(2));
        }
    }

    // ---- context

    static final ScopedValue<String> TENANT = ScopedValue.newInstance();

    record Who() implements Call<Who, String> {}

    static final Name<Who> CLERK = Name.of("clerk");

    static final Supervisor TREE =
            Supervisor.oneForOne(
                    Child.of(
                            Server.<Who>of(() -> (who, self) -> self.reply(who, TENANT.orElse("nobody")))
                                    .named(CLERK)));

    @Test
    void context_travels_with_the_message() throws Exception {
        try (var node = Node.start(TREE, Config.defaults().carrying(Carrier.of(TENANT), Carrier.mdc()))) {
            var clerk = node.ref(CLERK);
            String who = ScopedValue.where(TENANT, "acme").call(() -> clerk.call(new Who()));
            assertThat(who).isEqualTo("acme");
            assertThat(clerk.call(new Who())).isEqualTo("nobody");
        }
    }
}
