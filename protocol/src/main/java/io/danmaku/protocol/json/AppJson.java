package io.danmaku.protocol.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.event.DeliveryClass;
import io.danmaku.protocol.room.AppKind;
import io.danmaku.protocol.room.Role;
import io.danmaku.protocol.room.RoomPolicy;
import java.util.HashMap;
import java.util.Map;

/** What a product says of its own {@code app} events: their kinds in a policy, and the {@code d} of one. */
public final class AppJson {
    private static final String CLASS = "class";
    private static final String FROM = "from";
    private static final int KEY_CHARS_MAX = 64;

    private AppJson() {}

    /** Kinds as clients are told them. */
    static ObjectNode of(Map<String, AppKind> kinds) {
        ObjectNode json = Json.object();
        kinds.forEach((name, kind) -> json.putObject(name)
                .put(CLASS, kind.deliveryClass().wireName())
                .put(FROM, kind.from().wireName()));
        return json;
    }

    /**
     * Kinds as a host wants them.
     *
     * @param json null or a JSON null for none
     * @throws IllegalArgumentException naming the rule; {@link RoomPolicy} checks names and number
     */
    static Map<String, AppKind> kinds(JsonNode json) {
        if (json == null || json.isNull()) {
            return Map.of();
        }
        if (!json.isObject()) {
            throw new IllegalArgumentException("app is an object of kinds");
        }
        Map<String, AppKind> kinds = new HashMap<>();
        for (Map.Entry<String, JsonNode> kind : json.properties()) {
            kinds.put(kind.getKey(), kind(kind.getKey(), kind.getValue()));
        }
        return kinds;
    }

    private static AppKind kind(String name, JsonNode json) {
        DeliveryClass deliveryClass = DeliveryClass.ofWireName(json.path(CLASS).textValue());
        Role from = Role.ofWireName(json.path(FROM).textValue());
        if (deliveryClass == null || from == null || json.size() != 2) {
            throw new IllegalArgumentException("app." + name
                    + " has a class (reliable, latest, best_effort) and from (the weakest role that may send it)");
        }
        return new AppKind(deliveryClass, from);
    }

    /**
     * What an {@code app} event is by its room's policy.
     *
     * @param kind null when refused
     * @param key conflation key of a LATEST one, else empty
     * @param refusal null when accepted
     */
    public record Checked(AppKind kind, String key, Refusal refusal) {}

    /** Looks up what the policy declares of an {@code app} event; how large it may be, {@link EventDetail} says. */
    public static Checked check(ObjectNode d, RoomPolicy policy) {
        if (policy.app().isEmpty()) {
            return new Checked(AppKind.ANY, "", null);
        }
        String name = d.path("kind").textValue();
        if (!AppKind.isName(name)) {
            return refused(ErrorCode.BAD_FIELD, "d.kind is one of the kinds that the room declares");
        }
        AppKind kind = policy.app().get(name);
        if (kind == null) {
            return refused(ErrorCode.UNSUPPORTED, "the room declares no kind " + name);
        }
        if (kind.deliveryClass() != DeliveryClass.LATEST) {
            return new Checked(kind, "", null);
        }
        String key = d.path("key").textValue();
        return key == null || key.isEmpty() || key.length() > KEY_CHARS_MAX
                ? refused(ErrorCode.BAD_FIELD, "d.key is what it is the latest of, 1.." + KEY_CHARS_MAX + " characters")
                // no kind has a space: two kinds never share a key
                : new Checked(kind, name + ' ' + key, null);
    }

    private static Checked refused(ErrorCode code, String message) {
        return new Checked(null, "", Refusal.of(code, message));
    }
}
