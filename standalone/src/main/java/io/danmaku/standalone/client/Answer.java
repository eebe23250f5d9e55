package io.danmaku.standalone.client;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * What became of a command.
 *
 * @param ok what the hub answered, or null when it refused or nothing came
 * @param code of the refusal, empty when acknowledged
 * @param message of the refusal, for a person
 * @param retryMs when asking again can succeed, 0 = never the same way
 * @param unknown not acknowledged, but an earlier try of the same send may still have been carried out
 */
public record Answer(JsonNode ok, String code, String message, long retryMs, boolean unknown) {

    static Answer of(JsonNode reply) {
        JsonNode ok = reply.get("ok");
        if (ok != null) {
            return new Answer(ok, "", "", 0, false);
        }
        JsonNode error = reply.path("error");
        return new Answer(
                null,
                error.path("code").asText("internal"),
                error.path("message").asText(""),
                error.path("retryMs").asLong(0),
                false);
    }

    static Answer refused(String code, String message, boolean unknown) {
        return new Answer(null, code, message, 0, unknown);
    }

    public boolean acknowledged() {
        return ok != null;
    }

    /** The hub took no decision on it: the same may be asked again. */
    boolean undecided() {
        return switch (code) {
            case "pending", "unavailable", "busy" -> true;
            default -> false;
        };
    }

    Answer butUnknown() {
        return new Answer(ok, code, message, retryMs, true);
    }
}
