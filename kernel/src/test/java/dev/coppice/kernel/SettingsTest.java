package dev.coppice.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Settings from outside, laid over the program's own.
@Tag("#109")
class SettingsTest {
    enum Mode {
        FAST,
        SAFE
    }

    record Store(Path folder, boolean sync) {}

    record Shop(
            int port,
            long most,
            double share,
            Duration patience,
            Optional<String> banner,
            List<Integer> ids,
            Mode mode,
            URI home,
            Settings.Secret token,
            Store store) {
        Shop {
            if (port < 1) {
                throw new IllegalArgumentException("port must be at least 1, was " + port);
            }
        }
    }

    private static final Shop DEFAULTS =
            new Shop(
                    8080,
                    10L,
                    0.5,
                    Duration.ofSeconds(2),
                    Optional.empty(),
                    List.of(),
                    Mode.SAFE,
                    URI.create("http://localhost/"),
                    new Settings.Secret("initial"),
                    new Store(Path.of("data"), true));

    private static Settings properties(String... keysAndValues) {
        return Settings.of(map(keysAndValues), Map.of());
    }

    private static Map<String, String> map(String... keysAndValues) {
        var map = new java.util.HashMap<String, String>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            map.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return map;
    }

    @Nested
    class Over_a_record {
        @Test
        void leaves_it_as_it_is_when_nothing_is_set() {
            assertThat(properties("other.port", "1").over("shop", DEFAULTS)).isEqualTo(DEFAULTS);
        }

        @Test
        void reads_every_kind_of_value_and_nested_records() {
            var shop =
                    properties(
                                    "shop.port", "9000",
                                    "shop.most", "12345678901",
                                    "shop.share", "0.25",
                                    "shop.patience", "250ms",
                                    "shop.banner", "hello",
                                    "shop.ids", "1, 2,3",
                                    "shop.mode", "fast",
                                    "shop.home", "https://example.org/",
                                    "shop.token", "s3cret",
                                    "shop.store.folder", "/tmp/x",
                                    "shop.store.sync", "false")
                            .over("shop", DEFAULTS);
            assertThat(shop)
                    .isEqualTo(
                            new Shop(
                                    9000,
                                    12_345_678_901L,
                                    0.25,
                                    Duration.ofMillis(250),
                                    Optional.of("hello"),
                                    List.of(1, 2, 3),
                                    Mode.FAST,
                                    URI.create("https://example.org/"),
                                    new Settings.Secret("s3cret"),
                                    new Store(Path.of("/tmp/x"), false)));
            assertThat(DEFAULTS.port()).isEqualTo(8080);
        }

        @Test
        void takes_a_property_before_a_variable() {
            var environment = Map.of("SHOP_PORT", "1", "SHOP_STORE_FOLDER", "env", "SHOP_UNRELATED", "kept out");
            var shop = Settings.of(Map.of("shop.port", "2"), environment).over("shop", DEFAULTS);
            assertThat(shop.port()).isEqualTo(2);
            assertThat(shop.store().folder()).isEqualTo(Path.of("env"));
        }

        @Test
        void says_everything_that_is_wrong_with_key_value_and_source() {
            var settings =
                    Settings.of(
                            Map.of(
                                    "shop.port",
                                    "many",
                                    "shop.prot",
                                    "1",
                                    "shop.mode",
                                    "slow",
                                    "shop.store.sync",
                                    "yes"),
                            Map.of("SHOP_PATIENCE", "soon"));
            var invalid = catchThrowableOfType(Settings.Invalid.class, () -> settings.over("shop", DEFAULTS));
            assertThat(invalid.problems())
                    .contains(
                            "shop.port (system property): needs a whole number, was \"many\"",
                            "shop.mode (system property): needs one of [FAST, SAFE], was \"slow\"",
                            "shop.store.sync (system property): needs true or false, was \"yes\"",
                            "shop.patience (environment variable SHOP_PATIENCE): needs a duration such as 250ms, 5s, 2m,"
                                    + " 1h, 7d or PT5S, was \"soon\"")
                    .anySatisfy(problem -> assertThat(problem).startsWith("shop.prot (system property) is no setting"))
                    .hasSize(5);
        }

        @Test
        void names_the_keys_when_the_record_itself_refuses() {
            assertThatThrownBy(() -> properties("shop.port", "0").over("shop", DEFAULTS))
                    .isInstanceOf(Settings.Invalid.class)
                    .hasMessageContaining("shop.port (system property)")
                    .hasMessageContaining("port must be at least 1, was 0");
        }

        @Test
        void refuses_a_prefix_that_is_none() {
            assertThatThrownBy(() -> properties().over("Shop!", DEFAULTS)).hasMessageContaining("\"Shop!\"");
        }

        @Test
        void reads_durations_of_every_unit() {
            var durations =
                    Map.of(
                            "7ns", Duration.ofNanos(7),
                            "7us", Duration.ofNanos(7_000),
                            "7 ms", Duration.ofMillis(7),
                            "7s", Duration.ofSeconds(7),
                            "7m", Duration.ofMinutes(7),
                            "7h", Duration.ofHours(7),
                            "7d", Duration.ofDays(7),
                            "PT7S", Duration.ofSeconds(7));
            durations.forEach((text, duration) ->
                    assertThat(properties("shop.patience", text).over("shop", DEFAULTS).patience())
                            .isEqualTo(duration));
        }
    }

    @Nested
    class A_dump {
        @Test
        void names_every_key_and_hides_secrets() {
            assertThat(Settings.dump("shop", DEFAULTS))
                    .containsEntry("shop.port", "8080")
                    .containsEntry("shop.patience", "PT2S")
                    .containsEntry("shop.banner", "")
                    .containsEntry("shop.token", "(hidden)")
                    .containsEntry("shop.store.folder", "data")
                    .hasSize(11);
            assertThat(DEFAULTS.toString()).doesNotContain("initial");
        }

        @Test
        void of_a_configuration_can_be_read_back() {
            var config = Config.defaults().patience(Duration.ofSeconds(7)).name("shop").places(3);
            var read = Settings.of(config.dump(), Map.of()).over(Config.defaults());
            assertThat(read.dump()).isEqualTo(config.dump()).containsEntry("coppice.node.patience", "PT7S");
        }
    }

    @Nested
    class Over_a_configuration {
        @Test
        void sets_what_is_set_and_leaves_the_rest() {
            var config =
                    Settings.of(Map.of("coppice.node.patience", "2s"), Map.of("COPPICE_NODE_KEPT_CRASHES", "7"))
                            .over(Config.defaults().name("mine"));
            assertThat(config.patience()).isEqualTo(Duration.ofSeconds(2));
            assertThat(config.keptCrashes()).isEqualTo(7);
            assertThat(config.name()).isEqualTo("mine");
            assertThat(config.closeBudget()).isEqualTo(Duration.ofSeconds(30));
        }

        @Test
        void names_the_key_of_a_value_that_the_configuration_refuses() {
            assertThatThrownBy(() -> properties("coppice.node.places", "65").over(Config.defaults()))
                    .hasMessage("coppice.node.places (system property): places must be between 1 and 64, was 65");
            assertThatThrownBy(() -> properties("coppice.node.patient", "1s").over(Config.defaults()))
                    .hasMessageContaining("coppice.node.patient (system property) is no setting");
        }

        @Test
        void reads_the_real_properties() {
            System.setProperty("coppice.node.name", "from-outside");
            try {
                assertThat(Settings.outside().over(Config.defaults()).name()).isEqualTo("from-outside");
            } finally {
                System.clearProperty("coppice.node.name");
            }
        }
    }

    @Nested
    class While_the_node_runs {
        @Test
        void limits_change_for_all_that_comes() {
            try (var node = Node.start(Config.defaults())) {
                var patience = Duration.ofMillis(20);
                assertThat(node.reconfigure(now -> now.patience(patience)).patience()).isEqualTo(patience);
                var silent = node.spawn((Self<Question> self) -> self.receive(_ -> null));
                assertThatThrownBy(() -> silent.call(new Question()))
                        .isInstanceOfSatisfying(
                                CallFailed.class,
                                failed ->
                                        assertThat(failed.failure())
                                                .isInstanceOfSatisfying(
                                                        Failure.TimedOut.class,
                                                        late ->
                                                                assertThat(late.report().patience())
                                                                        .isEqualTo(patience)));
            }
        }

        @Test
        void what_cannot_change_is_named_and_nothing_changes() {
            try (var node = Node.start(Config.defaults())) {
                assertThatThrownBy(() -> node.reconfigure(now -> now.patience(Duration.ofSeconds(1)).name("other")))
                        .hasMessage("name cannot change while the node runs, from coppice to other");
                assertThat(node.config().patience()).isEqualTo(Duration.ofSeconds(5));
            }
        }

        @Test
        void the_level_of_the_log_changes() {
            var before = System.err;
            var written = new java.io.ByteArrayOutputStream();
            try (var node = Node.start(Config.defaults().quiet())) {
                System.setErr(new java.io.PrintStream(written, true, java.nio.charset.StandardCharsets.UTF_8));
                crash(node, "while quiet");
                node.reconfigure(now -> now.loggedFrom(System.Logger.Level.ERROR));
                crash(node, "while loud");
            } finally {
                System.setErr(before);
            }
            assertThat(written.toString(java.nio.charset.StandardCharsets.UTF_8))
                    .contains("while loud")
                    .doesNotContain("while quiet");
        }

        private static void crash(Node node, String why) {
            Loop<Question> crashing =
                    _ -> {
                        throw new IllegalStateException(why);
                    };
            node.spawn(crashing).await();
        }
    }

    record Question() implements Call<Question, String> {}
}
