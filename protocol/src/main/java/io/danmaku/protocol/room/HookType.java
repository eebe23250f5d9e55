package io.danmaku.protocol.room;

/** What a webhook can be told of. docs/protocol.md says when each is told and with what. */
public enum HookType {
    ROOM_CREATED("room.created"),
    ROOM_CLOSED("room.closed"),
    /** A room's stream runs. */
    LIVE("live"),
    OFFLINE("offline"),
    /** The numbers of a stream that has ended. */
    REPORT("report"),
    /** A sanction was spoken or lifted. */
    SANCTION("sanction"),
    /** A message waits for somebody to decide about it; edges put it into the outbox themselves. */
    HELD("held"),
    /** Somebody has reported direct messages; dm-service puts it into the outbox itself. */
    DM_REPORT("dm.report");

    private final String wireName;

    HookType(String wireName) {
        this.wireName = wireName;
    }

    public String wireName() {
        return wireName;
    }

    /** The type of a wire name, or null. */
    public static HookType ofWireName(String name) {
        for (HookType type : values()) {
            if (type.wireName.equals(name)) {
                return type;
            }
        }
        return null;
    }
}
