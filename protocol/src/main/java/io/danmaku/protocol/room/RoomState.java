package io.danmaku.protocol.room;

/**
 * A room as room-service decided it; the value of a record in a state topic.
 *
 * @param epoch tells this room from an earlier one of the same id
 * @param open false once the room is closed; a closed room keeps its record so that a join is answered truly
 * @param profile null in a record that an older room-service wrote: {@link RoomProfile#NONE}
 * @param pin what stands above the chat, perhaps until a time that has passed; null = nothing
 * @param version grows by one with every change of this room; of two records the one with the larger version holds
 * @param createdAtMs Unix time
 */
public record RoomState(
        RoomKey key,
        String epoch,
        String title,
        Durability durability,
        boolean open,
        RoomPolicy policy,
        RoomProfile profile,
        Pin pin,
        long version,
        long createdAtMs) {

    public RoomState {
        profile = profile == null ? RoomProfile.NONE : profile;
    }

    /** A room of which nothing is shown, and where nothing is pinned. */
    public RoomState(
            RoomKey key,
            String epoch,
            String title,
            Durability durability,
            boolean open,
            RoomPolicy policy,
            long version,
            long createdAtMs) {
        this(key, epoch, title, durability, open, policy, RoomProfile.NONE, null, version, createdAtMs);
    }

    /** The next version of it, with another pin, or (null) none. */
    public RoomState pinned(Pin now) {
        return new RoomState(key, epoch, title, durability, open, policy, profile, now, version + 1, createdAtMs);
    }
}
