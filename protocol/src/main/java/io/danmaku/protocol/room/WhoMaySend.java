package io.danmaku.protocol.room;

/** The weakest role that may send into a room. */
public enum WhoMaySend {
    EVERYONE("everyone", Role.VIEWER),
    MEMBERS("members", Role.MEMBER),
    VIPS("vips", Role.VIP),
    MODERATORS("moderators", Role.MODERATOR),
    HOST("host", Role.HOST);

    private final String wireName;
    private final Role weakest;

    WhoMaySend(String wireName, Role weakest) {
        this.wireName = wireName;
        this.weakest = weakest;
    }

    public String wireName() {
        return wireName;
    }

    public Role weakest() {
        return weakest;
    }

    /** The value of a wire name, or null. */
    public static WhoMaySend ofWireName(String name) {
        for (WhoMaySend w : values()) {
            if (w.wireName.equals(name)) {
                return w;
            }
        }
        return null;
    }
}
