package io.danmaku.protocol.room;

/** Names a room across tenants, or all rooms of an owner. Tenant, room and owner match {@link Ids}. */
public record RoomKey(String tenant, String room) {
    /** What no room's id begins with. */
    private static final String OWNER = "@";

    public RoomKey {
        if (!Ids.isTenant(tenant) || !(Ids.isRoom(room) || isOwner(room))) {
            throw new IllegalArgumentException("not a room: " + tenant + "/" + room);
        }
    }

    private static boolean isOwner(String room) {
        return room != null && room.startsWith(OWNER) && Ids.isUser(room.substring(OWNER.length()));
    }

    /** The place of what is decided for all rooms of a tenant. A room may have the same name: the records' keys differ. */
    public static RoomKey ofTenant(String tenant) {
        return new RoomKey(tenant, "-");
    }

    /** All rooms of an owner, those to come as well: the place of what is decided for them together. */
    public static RoomKey ownedBy(String tenant, String user) {
        return new RoomKey(tenant, OWNER + user);
    }

    /** Whose rooms it names, all of them; null where it names one room. */
    public String owner() {
        return room.startsWith(OWNER) ? room.substring(OWNER.length()) : null;
    }

    /** Whether it names all rooms of an owner. */
    public boolean namesOwner() {
        return room.startsWith(OWNER);
    }

    @Override
    public String toString() {
        return tenant + "/" + room;
    }
}
