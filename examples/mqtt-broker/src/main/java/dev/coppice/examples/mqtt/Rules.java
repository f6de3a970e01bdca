package dev.coppice.examples.mqtt;

import static io.netty.handler.codec.mqtt.MqttConnectReturnCode.CONNECTION_ACCEPTED;
import static io.netty.handler.codec.mqtt.MqttConnectReturnCode.CONNECTION_REFUSED_BAD_USER_NAME_OR_PASSWORD;
import static io.netty.handler.codec.mqtt.MqttConnectReturnCode.CONNECTION_REFUSED_NOT_AUTHORIZED;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Access by a list of users and a list of rules. The first rule that fits decides; where none fits, everything is allowed.
///
/// @param users passwords by user; when there are any, nobody comes in without
record Rules(Map<String, String> users, List<Rule> rules) implements Access {

    enum Verdict {
        ALLOW,
        DENY
    }

    enum Action {
        PUBLISH,
        SUBSCRIBE,
        ALL
    }

    /// @param user `*` for everybody
    record Rule(Verdict verdict, Action action, String user, String filter) {

        /// Reads a line such as `deny subscribe * test/nosubscribe`.
        static Rule parse(String line) {
            var words = line.strip().split("\\s+", 4);
            if (words.length == 4 && Topics.isFilter(words[3])) {
                var verdict = word(Verdict.class, words[0]);
                var action = word(Action.class, words[1]);
                if (verdict.isPresent() && action.isPresent()) {
                    return new Rule(verdict.get(), action.get(), words[2], words[3]);
                }
            }
            throw new IllegalArgumentException(
                    "the rule \"" + line + "\" should be: allow|deny publish|subscribe|all USER|* TOPIC-FILTER");
        }

        private static <E extends Enum<E>> Optional<E> word(Class<E> type, String word) {
            return EnumSet.allOf(type).stream().filter(known -> known.name().equalsIgnoreCase(word)).findFirst();
        }

        boolean fits(Action asked, String who, String topic) {
            return (action == Action.ALL || action == asked)
                    && (user.equals("*") || user.equals(who))
                    && Topics.covers(filter, topic);
        }
    }

    Rules {
        users = Map.copyOf(users);
        rules = List.copyOf(rules);
    }

    /// One rule a line; empty lines and `#` comments are skipped.
    static Rules parse(Map<String, String> users, String text) {
        return new Rules(
                users, text.lines().filter(line -> !line.isBlank() && !line.startsWith("#")).map(Rule::parse).toList());
    }

    @Override
    public MqttConnectReturnCode login(String client, Optional<String> user, Optional<Packet.Secret> password) {
        if (users.isEmpty()) {
            return CONNECTION_ACCEPTED;
        }
        if (user.isEmpty()) {
            return CONNECTION_REFUSED_NOT_AUTHORIZED;
        }
        var expected = Optional.ofNullable(users.get(user.get())).map(word -> word.getBytes(UTF_8));
        boolean right = password.isPresent() && expected.isPresent() && password.get().is(expected.get());
        return right ? CONNECTION_ACCEPTED : CONNECTION_REFUSED_BAD_USER_NAME_OR_PASSWORD;
    }

    @Override
    public boolean mayPublish(String user, String topic) {
        return decide(Action.PUBLISH, user, topic);
    }

    @Override
    public boolean mayRead(String user, String filter) {
        return decide(Action.SUBSCRIBE, user, filter);
    }

    private boolean decide(Action action, String user, String topic) {
        return rules.stream()
                .filter(rule -> rule.fits(action, user, topic))
                .findFirst()
                .map(rule -> rule.verdict() == Verdict.ALLOW)
                .orElse(true);
    }

    @Override
    public String toString() {
        return "Rules[" + users.size() + " users, " + rules + "]";
    }
}
