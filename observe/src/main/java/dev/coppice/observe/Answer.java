package dev.coppice.observe;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Map;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.json.JsonMapper;

/// What a request gets: all of it in memory, since every answer is bounded.
record Answer(int status, String type, byte[] body) {
    private static final JsonMapper JSON = JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    static Answer json(Object value) {
        return json(200, value);
    }

    static Answer json(int status, Object value) {
        return new Answer(status, "application/json", JSON.writeValueAsBytes(value));
    }

    static Answer text(int status, String text) {
        return new Answer(status, "text/plain; charset=utf-8", (text + "\n").getBytes(UTF_8));
    }

    /// A refusal says why, in words.
    static Answer error(int status, String why) {
        return json(status, Map.of("error", why));
    }

    static String line(Object value) {
        return JSON.writeValueAsString(value);
    }
}
