package io.danmaku.room.moderation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.node.address.AddressRange;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.room.Ids;
import io.danmaku.protocol.room.Sanction;
import io.danmaku.room.room.Result;
import io.danmaku.room.room.RoomForm;
import java.util.Set;

/** The JSON forms of sanctions. */
public final class SanctionForm {
    /** Longest sanction: a year. */
    public static final int SECONDS_MAX = 31_536_000;

    /** Longest reason, in UTF-16 units. */
    public static final int REASON_CHARS_MAX = 200;

    /** Widest ranges of addresses: so many of their first bits are given at least. */
    public static final int IPV4_BITS_MIN = 8;

    public static final int IPV6_BITS_MIN = 16;

    private static final Set<String> FIELDS =
            Set.of("user", "device", "address", "kind", "seconds", "stream", "reason");

    private SanctionForm() {}

    /**
     * A sanction that somebody wants. Two of user, device and address are null.
     *
     * @param address in the one way that it is written
     * @param seconds 0 = for ever
     * @param stream whether it ends with the room's stream
     * @param reason empty when none was given
     */
    public record Wanted(
            String user,
            String device,
            String address,
            Sanction.Kind kind,
            int seconds,
            boolean stream,
            String reason) {

        /** See {@link Sanction#target()}. */
        String target() {
            return Sanction.target(user, device, address);
        }
    }

    /**
     * Reads the body of a new sanction.
     *
     * @param ofRoom whether it is for one room: only that has a stream
     */
    public static Result<Wanted> wanted(ObjectNode body, boolean ofRoom) {
        String strange = RoomForm.strangeField(body, FIELDS);
        if (strange != null) {
            return bad(strange + " is not a field of a sanction");
        }
        String wrong = wrongTarget(body);
        if (wrong != null) {
            return bad(wrong);
        }
        JsonNode kindName = body.get("kind");
        Sanction.Kind kind = kindName == null ? null : Sanction.Kind.ofWireName(kindName.textValue());
        if (kind == null) {
            return bad("kind is mute, ban, shadow or kick");
        }
        JsonNode seconds = body.get("seconds");
        boolean timed = given(seconds);
        if (timed && (!seconds.isInt() || seconds.intValue() < 1 || seconds.intValue() > SECONDS_MAX)) {
            return bad("seconds is a whole number of 1.." + SECONDS_MAX + ", or absent for ever");
        }
        JsonNode stream = body.get("stream");
        if (given(stream) && !stream.isBoolean()) {
            return bad("stream is true or false");
        }
        boolean withStream = given(stream) && stream.booleanValue();
        if (withStream && (timed || !ofRoom)) {
            return bad(timed ? "it ends with the stream or after seconds" : "all rooms of an owner have no stream");
        }
        if (kind == Sanction.Kind.KICK && (timed || withStream)) {
            return bad("a kick has no seconds and no stream: ban instead");
        }
        int lasts = timed ? seconds.intValue() : kind == Sanction.Kind.KICK ? Sanction.KICK_SECONDS : 0;
        JsonNode reason = body.get("reason");
        if (given(reason) && !(reason.isTextual() && isReason(reason.textValue()))) {
            return bad("reason is a line of up to " + REASON_CHARS_MAX + " characters");
        }
        return Result.of(new Wanted(
                body.path("user").textValue(),
                body.path("device").textValue(),
                given(body.get("address")) ? range(body.get("address")).toString() : null,
                kind,
                lasts,
                withStream,
                given(reason) ? reason.textValue() : ""));
    }

    /** What is wrong with whom it is about, or null. */
    private static String wrongTarget(ObjectNode body) {
        JsonNode user = body.get("user");
        JsonNode device = body.get("device");
        JsonNode address = body.get("address");
        if ((given(user) ? 1 : 0) + (given(device) ? 1 : 0) + (given(address) ? 1 : 0) != 1) {
            return "it is about one of user, device and address";
        }
        if (given(user) && !Ids.isUser(user.textValue())) {
            return "user is 1..64 of A-Z a-z 0-9 _ . @ -";
        }
        if (given(device) && !Ids.isDevice(device.textValue())) {
            return "device is 1..64 of A-Z a-z 0-9 _ . : -";
        }
        AddressRange range = given(address) ? range(address) : null;
        if (given(address) && range == null) {
            return "address is one of IPv4 or IPv6, or a range of them: 203.0.113.0/24";
        }
        return range == null || range.prefix() >= (range.isIpv4() ? IPV4_BITS_MIN : IPV6_BITS_MIN)
                ? null
                : "a range of addresses has at least /" + IPV4_BITS_MIN + " of IPv4 or /" + IPV6_BITS_MIN + " of IPv6";
    }

    private static AddressRange range(JsonNode address) {
        return address.isTextual() ? AddressRange.parse(address.textValue()) : null;
    }

    private static boolean given(JsonNode field) {
        return field != null && !field.isNull();
    }

    private static boolean isReason(String text) {
        return text.length() <= REASON_CHARS_MAX && text.chars().noneMatch(Character::isISOControl);
    }

    /** What hosts and moderators are told of a sanction. */
    public static ObjectNode json(Sanction sanction) {
        ObjectNode json = Json.object().put("id", sanction.id());
        if (sanction.user() != null) {
            json.put("user", sanction.user());
        } else if (sanction.device() != null) {
            json.put("device", sanction.device());
        } else {
            json.put("address", sanction.address());
        }
        json.put("kind", sanction.kind().wireName())
                .put("reason", sanction.reason())
                .put("by", sanction.by())
                .put("at", sanction.atMs())
                .put("until", until(sanction));
        return withStream(json, sanction);
    }

    private static ObjectNode withStream(ObjectNode json, Sanction sanction) {
        return sanction.stream() == 0 ? json : json.put("stream", true);
    }

    /** The {@code d} of the event by which viewers are told of a sanction of a user. */
    static ObjectNode spoken(Sanction sanction) {
        ObjectNode detail = Json.object()
                .put("user", sanction.user())
                .put("kind", sanction.kind().wireName())
                .put("until", until(sanction));
        withStream(detail, sanction);
        return sanction.reason().isEmpty() ? detail : detail.put("reason", sanction.reason());
    }

    /** The {@code d} of the event by which viewers are told that a sanction of a user was lifted. */
    static ObjectNode lifted(Sanction sanction) {
        return Json.object()
                .put("user", sanction.user())
                .put("kind", sanction.kind().wireName())
                .put("lifted", true);
    }

    /** Null = for ever. */
    private static Long until(Sanction sanction) {
        return sanction.untilMs() == Sanction.FOREVER_MS ? null : Long.valueOf(sanction.untilMs());
    }

    private static <T> Result<T> bad(String message) {
        return Result.refused(ErrorCode.BAD_FIELD, message);
    }
}
