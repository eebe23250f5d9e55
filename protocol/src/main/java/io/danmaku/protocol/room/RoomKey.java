package io.danmaku.protocol.room;

/** Names a room across tenants. Both parts match {@link Ids}. */
public record RoomKey(String tenant, String room) {

    public RoomKey {
        if (!Ids.isTenant(tenant) || !Ids.isRoom(room)) {
            throw new IllegalArgumentException("not a room: " + tenant + "/" + room);
        }
    }

    @Override
    public String toString() {
        return tenant + "/" + room;
    }
}
