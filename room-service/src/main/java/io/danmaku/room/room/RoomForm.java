package io.danmaku.room.room;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.json.PinJson;
import io.danmaku.protocol.json.PolicyJson;
import io.danmaku.protocol.json.RaidJson;
import io.danmaku.protocol.room.Durability;
import io.danmaku.protocol.room.Ids;
import io.danmaku.protocol.room.RoomPolicy;
import io.danmaku.protocol.room.RoomProfile;
import io.danmaku.protocol.room.RoomState;
import java.util.Iterator;
import java.util.Set;

/** The JSON forms of rooms: what clients may ask, strictly read, and what they are told. */
public final class RoomForm {
    /** Longest title, in UTF-16 units. */
    public static final int TITLE_CHARS_MAX = 200;

    private static final Set<String> CREATE_FIELDS = Set.of("id", "owner", "title", "durability", "policy");
    private static final Set<String> CHANGE_FIELDS = Set.of("title", "policy", "state");

    private RoomForm() {}

    /**
     * A room that somebody wants.
     *
     * @param id null = choose one
     * @param owner user, null = none is named
     * @param title null = the id
     */
    public record Wanted(
            String id, String owner, String title, Durability durability, RoomPolicy policy, RoomProfile profile) {}

    /**
     * A change that somebody wants.
     *
     * @param title null = as it is
     * @param policy the fields to change; checked for names and types, but only the whole policy tells whether it holds
     * @param profile the fields to change, likewise
     * @param end how the room is to be over, and then nothing else is changed; null = it goes on
     */
    public record Patch(String title, ObjectNode policy, ObjectNode profile, RoomState.End end) {}

    /** Reads the body of a creation. */
    public static Result<Wanted> wanted(ObjectNode body) {
        String strange = strangeField(ProfileForm.without(body), CREATE_FIELDS);
        if (strange != null) {
            return bad(strange + " is not a field of a room");
        }
        JsonNode id = body.get("id");
        if (given(id) && !(id.isTextual() && Ids.isRoom(id.textValue()))) {
            return bad("id is 1..64 of A-Z a-z 0-9 _ -");
        }
        JsonNode owner = body.get("owner");
        if (given(owner) && !(owner.isTextual() && Ids.isUser(owner.textValue()))) {
            return bad("owner is 1..64 of A-Z a-z 0-9 _ . @ -");
        }
        JsonNode title = body.get("title");
        if (given(title) && !isTitle(title)) {
            return bad("title is a line of 1.." + TITLE_CHARS_MAX + " characters");
        }
        JsonNode durability = body.get("durability");
        Durability kept = Durability.LOGGED;
        if (given(durability)) {
            kept = durability.isTextual() ? Durability.ofWireName(durability.textValue()) : null;
            if (kept == null) {
                return bad("durability is logged or ephemeral");
            }
        }
        Result<RoomPolicy> policy = policy(RoomPolicy.DEFAULT, body.get("policy"));
        Result<RoomProfile> profile = ProfileForm.merged(RoomProfile.NONE, ProfileForm.of(body));
        if (policy.isRefused() || profile.isRefused()) {
            return Result.refused(policy.isRefused() ? policy.refusal() : profile.refusal());
        }
        return Result.of(new Wanted(
                given(id) ? id.textValue() : null,
                given(owner) ? owner.textValue() : null,
                given(title) ? title.textValue() : null,
                kept,
                policy.value(),
                profile.value()));
    }

    /** Reads the body of a change. */
    public static Result<Patch> patch(ObjectNode body) {
        String strange = strangeField(ProfileForm.without(body), CHANGE_FIELDS);
        if (strange != null) {
            return bad(strange + " is not a field that can be changed");
        }
        if (body.has("state")) {
            RoomState.End end = RoomState.End.ofWireName(body.get("state").textValue());
            return end == null || body.size() > 1
                    ? bad("state is closed or archived, and changed by itself")
                    : Result.of(new Patch(null, Json.object(), Json.object(), end));
        }
        JsonNode title = body.get("title");
        if (given(title) && !isTitle(title)) {
            return bad("title is a line of 1.." + TITLE_CHARS_MAX + " characters");
        }
        JsonNode policy = body.get("policy");
        Result<RoomPolicy> checked = policy(RoomPolicy.DEFAULT, policy);
        ObjectNode fields = ProfileForm.of(body);
        Result<RoomProfile> profile = ProfileForm.merged(RoomProfile.NONE, fields);
        if (checked.isRefused() || profile.isRefused()) {
            return Result.refused(checked.isRefused() ? checked.refusal() : profile.refusal());
        }
        return Result.of(new Patch(
                given(title) ? title.textValue() : null,
                given(policy) ? (ObjectNode) policy : Json.object(),
                fields,
                null));
    }

    /**
     * A policy with some fields changed.
     *
     * @param fields an object, or null for none
     */
    static Result<RoomPolicy> policy(RoomPolicy base, JsonNode fields) {
        if (!given(fields)) {
            return Result.of(base);
        }
        if (!fields.isObject()) {
            return bad("policy is an object");
        }
        try {
            return Result.of(PolicyJson.merged(base, (ObjectNode) fields));
        } catch (IllegalArgumentException rule) {
            return bad("policy." + rule.getMessage());
        }
    }

    /** What clients are told of a room. */
    public static ObjectNode json(RoomState room) {
        ObjectNode json = Json.object()
                .put("id", room.key().room())
                .put("tenant", room.key().tenant())
                .put("epoch", room.epoch())
                .put("title", room.title())
                .put("durability", room.durability().wireName())
                .put("state", state(room))
                .put("owner", room.owner().isEmpty() ? null : room.owner());
        ProfileForm.put(json, room.profile()).set("policy", PolicyJson.of(room.policy()));
        json.set("pin", room.pin() == null ? null : PinJson.of(room.pin()));
        json.set("raid", RaidJson.told(room));
        json.put("stream", room.stream())
                .put("liveSince", room.liveSinceMs() == 0 ? null : Long.valueOf(room.liveSinceMs()));
        return json.put("version", room.version()).put("createdAt", room.createdAtMs());
    }

    /** The {@code d} of the event by which viewers are told of a room's rules. */
    public static ObjectNode policyEvent(RoomState room) {
        return PolicyJson.inForce(room)
                .put("title", room.title())
                .put("state", state(room))
                .put("live", room.profile().live());
    }

    /** Tells one version of a room from another, and from those of former rooms of the id; the ETag without its quotes. */
    public static String tag(RoomState room) {
        return room.epoch() + "." + room.version();
    }

    private static String state(RoomState room) {
        return room.open() ? "open" : room.end().wireName();
    }

    /** The name of the first field that is not among the known ones, or null. */
    public static String strangeField(ObjectNode body, Set<String> known) {
        for (Iterator<String> names = body.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!known.contains(name)) {
                return name;
            }
        }
        return null;
    }

    private static boolean isTitle(JsonNode title) {
        return title.isTextual()
                && !title.textValue().isBlank()
                && title.textValue().length() <= TITLE_CHARS_MAX
                && title.textValue().chars().noneMatch(Character::isISOControl);
    }

    private static boolean given(JsonNode field) {
        return field != null && !field.isNull();
    }

    private static <T> Result<T> bad(String message) {
        return Result.refused(ErrorCode.BAD_FIELD, message);
    }
}
