package dev.coppice.examples.mqtt;

import static io.netty.handler.codec.mqtt.MqttConnectReturnCode.CONNECTION_ACCEPTED;
import static io.netty.handler.codec.mqtt.MqttConnectReturnCode.CONNECTION_REFUSED_BAD_USER_NAME_OR_PASSWORD;
import static io.netty.handler.codec.mqtt.MqttConnectReturnCode.CONNECTION_REFUSED_NOT_AUTHORIZED;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class RulesTest {

    private static Rules rules(String text) {
        return Rules.parse(Map.of(), text);
    }

    @Nested
    class Deciding {
        @Test
        void takes_the_first_rule_that_fits_and_allows_where_none_does() {
            var rules =
                    rules(
                            """
                            # a comment
                            allow publish alice news/#

                            deny publish * news/#
                            deny all * secret/#
                            """);
            assertThat(rules.mayPublish("alice", "news/today")).isTrue();
            assertThat(rules.mayPublish("bob", "news/today")).isFalse();
            assertThat(rules.mayRead("bob", "news/today")).isTrue();
            assertThat(rules.mayRead("alice", "secret/x")).isFalse();
            assertThat(rules.mayPublish("", "other")).isTrue();
        }

        @Test
        void refuses_a_filter_inside_a_closed_one_and_not_one_that_reaches_beyond() {
            var rules = rules("deny subscribe * a/#");
            assertThat(rules.mayRead("", "a/+/c")).isFalse();
            assertThat(rules.mayRead("", "#")).isTrue();
            assertThat(rules.mayRead("", "a/b")).as("which the router asks for each message").isFalse();
        }

        @Test
        void covers_reserved_topics() {
            assertThat(rules("deny publish * #").mayPublish("", "$SYS/x")).isFalse();
        }
    }

    @Nested
    class Parsing {
        @Test
        void says_what_a_rule_looks_like() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> rules("deny subscribe everything"))
                    .withMessageContaining("deny subscribe everything")
                    .withMessageContaining("allow|deny publish|subscribe|all USER|* TOPIC-FILTER");
        }
    }

    @Nested
    class Login {
        private final Rules rules = Rules.parse(Map.of("alice", "wonder"), "");

        private static Optional<Packet.Secret> secret(String text) {
            return Optional.of(new Packet.Secret(text.getBytes(UTF_8)));
        }

        @Test
        void accepts_the_right_password_only() {
            assertThat(rules.login("c", Optional.of("alice"), secret("wonder"))).isEqualTo(CONNECTION_ACCEPTED);
            assertThat(rules.login("c", Optional.of("alice"), secret("wrong")))
                    .isEqualTo(CONNECTION_REFUSED_BAD_USER_NAME_OR_PASSWORD);
            assertThat(rules.login("c", Optional.of("alice"), Optional.empty()))
                    .isEqualTo(CONNECTION_REFUSED_BAD_USER_NAME_OR_PASSWORD);
            assertThat(rules.login("c", Optional.of("bob"), secret("wonder")))
                    .isEqualTo(CONNECTION_REFUSED_BAD_USER_NAME_OR_PASSWORD);
        }

        @Test
        void refuses_anonymous_clients_where_there_are_users_and_admits_them_where_there_are_none() {
            assertThat(rules.login("c", Optional.empty(), Optional.empty()))
                    .isEqualTo(CONNECTION_REFUSED_NOT_AUTHORIZED);
            assertThat(rules("").login("c", Optional.empty(), Optional.empty())).isEqualTo(CONNECTION_ACCEPTED);
        }

        @Test
        void never_shows_a_password() {
            assertThat(rules.toString()).doesNotContain("wonder");
            assertThat(secret("wonder").toString()).doesNotContain("wonder");
        }
    }
}
