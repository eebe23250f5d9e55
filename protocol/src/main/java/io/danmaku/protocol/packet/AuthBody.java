package io.danmaku.protocol.packet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.room.Ids;
import io.danmaku.protocol.token.Tokens;
import java.io.IOException;

/**
 * What an {@link Packet#AUTH} says, in JSON: who one is and which room is wanted. Bilibili's clients name the room by a number in
 * {@code roomid}, goim's by {@code room_id} of the form {@code live://1000}, of which what follows the last slash counts. Other fields are passed over.
 *
 * @param key the token; null = there is none, and who comes is a guest
 */
public record AuthBody(String key, String room) {

    /**
     * What was read, or why it cannot be.
     *
     * @param auth null when refused
     * @param refusal null when read
     */
    public record Decoded(AuthBody auth, Refusal refusal) {}

    /** Checks form only. Never throws for what a client sent. */
    public static Decoded decode(byte[] json) {
        JsonNode root;
        try {
            root = Json.MAPPER.readTree(json);
        } catch (IOException notJson) {
            return refused(ErrorCode.BAD_JSON, "the body of an auth packet is one JSON object");
        }
        if (!(root instanceof ObjectNode body)) {
            return refused(ErrorCode.BAD_JSON, "the body of an auth packet is one JSON object");
        }
        JsonNode key = body.hasNonNull("key") ? body.get("key") : TextNode.valueOf("");
        if (!key.isTextual() || key.textValue().length() > Tokens.TOKEN_CHARS_MAX) {
            return refused(ErrorCode.BAD_FIELD, "key is a token of at most " + Tokens.TOKEN_CHARS_MAX + " characters");
        }
        // clients of both kinds that nobody is signed in to send it empty, or not at all
        String token = key.textValue().isEmpty() ? null : key.textValue();
        JsonNode room = body.hasNonNull("roomid") ? body.get("roomid") : body.get("room_id");
        if (room == null || !(room.isTextual() || room.isIntegralNumber())) {
            return refused(ErrorCode.BAD_FIELD, "roomid or room_id is missing or not of its form");
        }
        String named = room.asText();
        String id = named.substring(named.lastIndexOf('/') + 1);
        return Ids.isRoom(id)
                ? new Decoded(new AuthBody(token, id), null)
                : refused(ErrorCode.BAD_FIELD, "roomid or room_id is missing or not of its form");
    }

    private static Decoded refused(ErrorCode code, String message) {
        return new Decoded(null, Refusal.of(code, message));
    }
}
