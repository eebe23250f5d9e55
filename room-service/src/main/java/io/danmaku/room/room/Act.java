package io.danmaku.room.room;

import io.danmaku.protocol.room.RoomKey;
import java.util.HashMap;
import java.util.Map;

/**
 * What somebody did, as it is written beside the record that it made: in the properties of the message in the state topic, which keeps all
 * of its messages for ever, also those that compaction leaves out for who reads tables.
 *
 * @param action a noun and what became of it: {@code room.created}, {@code sanction.spoken}
 * @param place the room, or the fixed place of what a tenant has for all its rooms
 * @param by user who did it; empty = the hub by itself
 * @param admin whether with an admin token
 * @param address that the request came from; empty = not known
 * @param target to whom or what: a user, an offset, a name; empty = the place as a whole
 * @param reason that was given; empty = none
 */
public record Act(
        String action, RoomKey place, String by, boolean admin, String address, String target, String reason) {

    /** What the hub does by itself. */
    public static Act ofHub(String action, RoomKey place, String target, String reason) {
        return new Act(action, place, "", false, "", target, reason);
    }

    /** As properties of a message; what is empty is left out. */
    public Map<String, String> properties() {
        Map<String, String> properties = new HashMap<>();
        put(properties, "action", action);
        put(properties, "place", place.toString());
        put(properties, "by", by);
        put(properties, "admin", admin ? "true" : "");
        put(properties, "address", address);
        put(properties, "target", target);
        put(properties, "reason", reason);
        return properties;
    }

    /** What {@link #properties} says; null when a record was made by no act. */
    public static Act of(Map<String, String> properties) {
        String action = properties.get("action");
        String[] place = properties.getOrDefault("place", "").split("/", -1);
        if (action == null || place.length != 2) {
            return null;
        }
        RoomKey where;
        try {
            where = new RoomKey(place[0], place[1]);
        } catch (IllegalArgumentException nowhere) {
            return null;
        }
        return new Act(
                action,
                where,
                properties.getOrDefault("by", ""),
                properties.containsKey("admin"),
                properties.getOrDefault("address", ""),
                properties.getOrDefault("target", ""),
                properties.getOrDefault("reason", ""));
    }

    private static void put(Map<String, String> properties, String name, String value) {
        if (!value.isEmpty()) {
            properties.put(name, value);
        }
    }
}
