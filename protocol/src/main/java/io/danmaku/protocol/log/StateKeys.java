package io.danmaku.protocol.log;

import io.danmaku.protocol.room.RoomKey;

/**
 * The keys of records in a state topic. Identifiers contain neither {@code :} nor {@code /}, so a key has one reading. A
 * record without a value deletes its key.
 */
public final class StateKeys {
    /** Who writes the topic: for room-service's instances among themselves; the edges pass over it. */
    public static final String OWNER = "owner";

    private static final String ROOM = "room:";
    private static final String SANCTION = "sanction:";

    private StateKeys() {}

    /** The key of a {@code RoomState}: {@code room:{tenant}/{room}}. */
    public static String room(RoomKey room) {
        return ROOM + room;
    }

    /** The key of a {@code Sanction}: {@code sanction:{tenant}/{room}/{user}/{kind}}; one of a kind holds for a user. */
    public static String sanction(RoomKey room, String user, String kind) {
        return SANCTION + room + "/" + user + "/" + kind;
    }

    /** What the keys of all rooms of a tenant begin with. */
    public static String roomsOf(String tenant) {
        return ROOM + tenant + "/";
    }

    /** What the keys of all sanctions in a room begin with. */
    public static String sanctionsIn(RoomKey room) {
        return SANCTION + room + "/";
    }

    public static boolean isRoom(String key) {
        return key.startsWith(ROOM);
    }

    public static boolean isSanction(String key) {
        return key.startsWith(SANCTION);
    }
}
