package io.danmaku.protocol.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.event.EventType;
import io.danmaku.protocol.token.Claims;
import io.danmaku.protocol.token.Profile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The {@code d} of an event: what each type may say, and the event's wire form without its offset and time, which is
 * built here once and only copied afterwards.
 */
public final class EventDetail {
    /** Largest {@code d} of a {@code state} or {@code app} event, in bytes of JSON. */
    public static final int FREE_BYTES_MAX = 4 * 1024;

    /** A chat's looks where it says nothing of them. */
    public static final String MODE_DEFAULT = "scroll";

    public static final String COLOR_DEFAULT = "#ffffff";
    public static final int SIZE_DEFAULT = 25;

    private static final int KEY_CHARS_MAX = 64;
    private static final int ANNOUNCE_CHARS_MAX = 2_000;
    private static final int LIKES_MAX = 100;
    /** Longest name of a gift, in UTF-16 units. */
    public static final int GIFT_CHARS_MAX = 64;

    /** Most gifts in one event, and in one combo. */
    public static final int GIFTS_MAX = 1_000_000;

    /** Longest text of a super chat, in UTF-16 units. */
    public static final int SUPERCHAT_CHARS_MAX = 500;

    /** How long a super chat may stay in sight, and how long where it says nothing of it. */
    public static final int SUPERCHAT_SECONDS_MAX = 86_400;

    private static final int SUPERCHAT_SECONDS_DEFAULT = 60;
    /** The largest whole number that JavaScript has: 2^53 - 1. */
    private static final long VALUE_MAX = (1L << 53) - 1;

    private static final Pattern CURRENCY = Pattern.compile("[A-Z0-9_]{1,16}");
    private static final Set<String> MODES = Set.of("scroll", "top", "bottom");
    private static final Set<Integer> SIZES = Set.of(18, 25, 36);
    private static final Pattern COLOR = Pattern.compile("#[0-9a-fA-F]{6}");

    private EventDetail() {}

    /**
     * The outcome of a check.
     *
     * @param detail what is kept of the client's {@code d}: known fields, defaults filled in; null when refused
     * @param key the conflation key of a LATEST event, else empty
     * @param refusal null when accepted
     */
    public record Checked(ObjectNode detail, String key, Refusal refusal) {}

    /** Checks what a client wants to send as {@code type}; types that clients do not send are refused as forbidden. */
    public static Checked check(EventType type, ObjectNode d, int textLengthMax) {
        return switch (type) {
            case CHAT -> chat(d, textLengthMax);
            case LIKE -> like(d);
            case ANNOUNCE -> announce(d);
            case STATE -> state(d);
            case APP -> free(d, "");
            case ENTER, GIFT, SUPERCHAT, PIN, DELETED, POLICY, SANCTION ->
                refused(ErrorCode.FORBIDDEN, type.wireName() + " is not sent by clients");
        };
    }

    /** Checks what a product's backend wants to tell a room as {@code type}; refuses types that are not for it. */
    public static Checked checkPosted(EventType type, ObjectNode d) {
        return switch (type) {
            case GIFT -> gift(d);
            case SUPERCHAT -> superchat(d);
            case ANNOUNCE, STATE, APP -> check(type, d, 0);
            case CHAT, LIKE, ENTER, PIN, DELETED, POLICY, SANCTION ->
                refused(ErrorCode.BAD_FIELD, "t is gift, superchat, announce, state or app");
        };
    }

    private static Checked gift(ObjectNode d) {
        String gift = line(d.get("gift"));
        JsonNode count = d.get("count");
        JsonNode combo = d.get("combo");
        if (gift == null || gift.length() > GIFT_CHARS_MAX) {
            return refused(ErrorCode.BAD_FIELD, "d.gift is a line of 1.." + GIFT_CHARS_MAX + " characters");
        }
        if (count != null && !isWhole(count, 1, GIFTS_MAX)) {
            return refused(ErrorCode.BAD_FIELD, "d.count is 1.." + GIFTS_MAX);
        }
        if (combo != null && !isWhole(combo, 1, GIFTS_MAX)) {
            return refused(ErrorCode.BAD_FIELD, "d.combo is 1.." + GIFTS_MAX);
        }
        ObjectNode kept = Json.object().put("gift", gift).put("count", count == null ? 1 : count.intValue());
        if (combo != null) {
            kept.set("combo", combo);
        }
        return d.has("value") || d.has("currency") ? priced(d, kept) : new Checked(kept, "", null);
    }

    private static Checked superchat(ObjectNode d) {
        String text = line(d.get("text"));
        JsonNode seconds = d.get("seconds");
        if (text == null) {
            return refused(ErrorCode.BAD_FIELD, "d.text is a line of text");
        }
        if (text.length() > SUPERCHAT_CHARS_MAX) {
            return refused(ErrorCode.TOO_LONG, "d.text is longer than " + SUPERCHAT_CHARS_MAX + " characters");
        }
        if (seconds != null && !isWhole(seconds, 0, SUPERCHAT_SECONDS_MAX)) {
            return refused(ErrorCode.BAD_FIELD, "d.seconds is 0.." + SUPERCHAT_SECONDS_MAX);
        }
        return priced(
                d,
                Json.object()
                        .put("text", text)
                        .put("seconds", seconds == null ? SUPERCHAT_SECONDS_DEFAULT : seconds.intValue()));
    }

    /** What it was worth, in the smallest unit of the currency; both or neither, because one says nothing without the other. */
    private static Checked priced(ObjectNode d, ObjectNode kept) {
        JsonNode value = d.get("value");
        JsonNode currency = d.get("currency");
        if (value == null || !isWhole(value, 0, VALUE_MAX)) {
            return refused(ErrorCode.BAD_FIELD, "d.value is a whole number of the currency's smallest unit");
        }
        if (currency == null
                || !currency.isTextual()
                || !CURRENCY.matcher(currency.textValue()).matches()) {
            return refused(ErrorCode.BAD_FIELD, "d.currency is 1..16 of A-Z 0-9 _");
        }
        kept.set("value", value);
        kept.set("currency", currency);
        return new Checked(kept, "", null);
    }

    static boolean isWhole(JsonNode number, long min, long max) {
        return number.isIntegralNumber()
                && number.canConvertToLong()
                && number.longValue() >= min
                && number.longValue() <= max;
    }

    private static Checked chat(ObjectNode d, int textLengthMax) {
        String text = line(d.get("text"));
        if (text == null) {
            return refused(ErrorCode.BAD_FIELD, "d.text is a line of text");
        }
        if (text.length() > textLengthMax) {
            return refused(ErrorCode.TOO_LONG, "d.text is longer than " + textLengthMax + " characters");
        }
        JsonNode mode = d.get("mode");
        JsonNode color = d.get("color");
        JsonNode size = d.get("size");
        if (mode != null && !(mode.isTextual() && MODES.contains(mode.textValue()))) {
            return refused(ErrorCode.BAD_FIELD, "d.mode is scroll, top or bottom");
        }
        if (color != null
                && !(color.isTextual() && COLOR.matcher(color.textValue()).matches())) {
            return refused(ErrorCode.BAD_FIELD, "d.color is #rrggbb");
        }
        if (size != null && !(size.isInt() && SIZES.contains(size.intValue()))) {
            return refused(ErrorCode.BAD_FIELD, "d.size is 18, 25 or 36");
        }
        ObjectNode kept = Json.object();
        kept.put("text", text);
        kept.put("mode", mode == null ? MODE_DEFAULT : mode.textValue());
        kept.put("color", color == null ? COLOR_DEFAULT : color.textValue());
        kept.put("size", size == null ? SIZE_DEFAULT : size.intValue());
        Refusal marks = ChatMarks.put(d, kept);
        return marks == null ? new Checked(kept, "", null) : new Checked(null, "", marks);
    }

    private static Checked like(ObjectNode d) {
        JsonNode n = d.get("n");
        if (n != null && !(n.isInt() && n.intValue() >= 1 && n.intValue() <= LIKES_MAX)) {
            return refused(ErrorCode.BAD_FIELD, "d.n is 1.." + LIKES_MAX);
        }
        return new Checked(Json.object().put("n", n == null ? 1 : n.intValue()), "", null);
    }

    private static Checked announce(ObjectNode d) {
        String text = line(d.get("text"));
        if (text == null) {
            return refused(ErrorCode.BAD_FIELD, "d.text is a line of text");
        }
        if (text.length() > ANNOUNCE_CHARS_MAX) {
            return refused(ErrorCode.TOO_LONG, "d.text is longer than " + ANNOUNCE_CHARS_MAX + " characters");
        }
        return new Checked(Json.object().put("text", text), "", null);
    }

    private static Checked state(ObjectNode d) {
        JsonNode key = d.get("key");
        if (key == null
                || !key.isTextual()
                || key.textValue().isEmpty()
                || key.textValue().length() > KEY_CHARS_MAX
                || !d.has("value")) {
            return refused(ErrorCode.BAD_FIELD, "d has a key of 1.." + KEY_CHARS_MAX + " characters and a value");
        }
        ObjectNode kept = Json.object();
        kept.set("key", key);
        kept.set("value", d.get("value"));
        return free(kept, key.textValue());
    }

    private static Checked free(ObjectNode d, String key) {
        if (Json.bytes(d).length > FREE_BYTES_MAX) {
            return refused(ErrorCode.TOO_LONG, "d is larger than " + FREE_BYTES_MAX + " bytes");
        }
        return new Checked(d, key, null);
    }

    /** A non-blank text without control characters, or null. */
    private static String line(JsonNode node) {
        if (node == null || !node.isTextual() || node.textValue().isBlank()) {
            return null;
        }
        String text = node.textValue();
        return text.chars().anyMatch(Character::isISOControl) ? null : text;
    }

    /**
     * The wire form of an event from its member {@code t} on, with {@code u} and {@code d} and the closing brace: the
     * batch puts the opening brace, {@code o} and {@code ts} in front of it.
     *
     * @param user null for an event of the hub itself
     */
    public static byte[] fragment(EventType type, String user, String name, JsonNode detail) {
        return fragment(type, user, name, Profile.NONE, detail);
    }

    /** The same of who sends it by a token: with all that the token says to show of its user. */
    public static byte[] fragment(EventType type, Claims sender, JsonNode detail) {
        return fragment(type, sender.user(), sender.name(), sender.profile(), detail);
    }

    private static byte[] fragment(EventType type, String user, String name, Profile profile, JsonNode detail) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(192);
        try (JsonGenerator json = Json.MAPPER.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("t", type.wireName());
            if (user != null) {
                json.writeObjectFieldStart("u");
                json.writeStringField("id", user);
                json.writeStringField("name", name);
                write(json, profile);
                json.writeEndObject();
            }
            json.writeFieldName("d");
            json.writeTree(detail);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        byte[] whole = out.toByteArray();
        return Arrays.copyOfRange(whole, 1, whole.length);
    }

    /** The text of an event in that form, or null when it has none, or is not of the form. */
    public static String text(byte[] fragment) {
        byte[] whole = new byte[fragment.length + 1];
        whole[0] = '{';
        System.arraycopy(fragment, 0, whole, 1, fragment.length);
        try {
            return Json.MAPPER.readTree(whole).path("d").path("text").textValue();
        } catch (IOException notOurs) {
            return null;
        }
    }

    /** Only what there is: of most users nothing, and an event is told very often. */
    private static void write(JsonGenerator json, Profile profile) throws IOException {
        if (!profile.avatar().isEmpty()) {
            json.writeStringField("avatar", profile.avatar());
        }
        if (profile.hasLevel()) {
            json.writeNumberField("level", profile.level());
        }
        if (!profile.badges().isEmpty()) {
            json.writeArrayFieldStart("badges");
            for (String badge : profile.badges()) {
                json.writeString(badge);
            }
            json.writeEndArray();
        }
    }

    private static Checked refused(ErrorCode code, String message) {
        return new Checked(null, "", Refusal.of(code, message));
    }
}
