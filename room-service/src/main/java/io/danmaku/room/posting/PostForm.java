package io.danmaku.room.posting;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.event.EventType;
import io.danmaku.protocol.json.AppJson;
import io.danmaku.protocol.json.EventDetail;
import io.danmaku.protocol.log.RoomRecord;
import io.danmaku.protocol.room.Ids;
import io.danmaku.protocol.room.RoomPolicy;
import io.danmaku.protocol.token.Tokens;
import io.danmaku.room.room.Result;
import io.danmaku.room.room.RoomForm;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Set;

/** The JSON form of an event that a backend posts. */
public final class PostForm {
    private static final Set<String> FIELDS = Set.of("t", "user", "d");
    private static final Set<String> USER_FIELDS = Set.of("id", "name");

    private PostForm() {}

    /**
     * An event that a backend wants.
     *
     * @param user whose event it is, empty for the hub itself
     * @param detail of an {@code app} event says its kind, of which the room's policy knows the rest
     * @param key conflation key of a {@code state}, else empty
     * @param json the event from {@code "t"} on
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared, and nobody else holds the bytes
    public record Wanted(EventType type, String user, ObjectNode detail, String key, byte[] json) {

        /** Tells one request from another. */
        String digest() {
            try {
                return HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(json));
            } catch (NoSuchAlgorithmException everyPlatformHasIt) {
                throw new IllegalStateException(everyPlatformHasIt);
            }
        }

        /** Why a room with this policy does not take it, or null. */
        Refusal refusal(RoomPolicy policy) {
            return type == EventType.APP ? AppJson.check(detail, policy).refusal() : null;
        }

        /**
         * The record of an event that is not refused.
         *
         * @param cid by which its repeats are known
         */
        byte[] record(RoomPolicy policy, String cid) {
            AppJson.Checked app = type == EventType.APP ? AppJson.check(detail, policy) : null;
            return new RoomRecord(
                            type,
                            app == null ? type.deliveryClass() : app.kind().deliveryClass(),
                            true,
                            false,
                            1,
                            0,
                            0,
                            user,
                            cid,
                            app == null ? key : app.key(),
                            null,
                            json)
                    .encode();
        }
    }

    /** Reads the body of a new event. */
    public static Result<Wanted> wanted(ObjectNode body) {
        String strange = RoomForm.strangeField(body, FIELDS);
        if (strange != null) {
            return bad(strange + " is not a field of a posted event");
        }
        EventType type = EventType.ofWireName(body.path("t").asText(""));
        if (type == null) {
            return bad("t is gift, superchat, announce, state or app");
        }
        if (!(body.get("d") instanceof ObjectNode detail)) {
            return bad("d is an object");
        }
        EventDetail.Checked checked = EventDetail.checkPosted(type, detail);
        if (checked.refusal() != null) {
            return Result.refused(checked.refusal());
        }
        JsonNode user = body.get("user");
        if (user == null || user.isNull()) {
            return type == EventType.GIFT || type == EventType.SUPERCHAT
                    ? bad("user is whose " + type.wireName() + " it is")
                    : Result.of(new Wanted(
                            type,
                            "",
                            checked.detail(),
                            checked.key(),
                            EventDetail.fragment(type, null, null, checked.detail())));
        }
        return user instanceof ObjectNode who ? of(type, who, checked) : bad("user is an object");
    }

    private static Result<Wanted> of(EventType type, ObjectNode user, EventDetail.Checked checked) {
        JsonNode id = user.get("id");
        JsonNode name = user.get("name");
        if (RoomForm.strangeField(user, USER_FIELDS) != null || id == null || !Ids.isUser(id.textValue())) {
            return bad("user has an id of 1..64 of A-Z a-z 0-9 _ . @ - and perhaps a name");
        }
        boolean named = name != null && !name.isNull();
        if (named && !isName(name)) {
            return bad("user.name is a line of 1.." + Tokens.NAME_CHARS_MAX + " characters");
        }
        String shown = named ? name.textValue() : id.textValue();
        return Result.of(new Wanted(
                type,
                id.textValue(),
                checked.detail(),
                checked.key(),
                EventDetail.fragment(type, id.textValue(), shown, checked.detail())));
    }

    private static boolean isName(JsonNode name) {
        return name.isTextual()
                && !name.textValue().isBlank()
                && name.textValue().length() <= Tokens.NAME_CHARS_MAX
                && name.textValue().chars().noneMatch(Character::isISOControl);
    }

    private static <T> Result<T> bad(String message) {
        return Result.refused(ErrorCode.BAD_FIELD, message);
    }
}
