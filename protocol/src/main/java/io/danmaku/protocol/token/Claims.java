package io.danmaku.protocol.token;

import io.danmaku.protocol.room.Role;
import java.util.Map;

/**
 * What a valid token says of its bearer.
 *
 * @param user id, see {@code Ids.isUser}
 * @param name shown beside what the user sends, 1..64 characters
 * @param tenant see {@code Ids.isTenant}
 * @param rooms roles above viewer, by room id
 * @param admin a backend of the product: may do everything in its tenant
 * @param expiresAtMs Unix time in milliseconds
 * @param profile what is shown of the user besides the name
 * @param follows rooms that the user follows, and since when, in Unix seconds: 0..{@link #FOLLOWS_SINCE_MAX}
 */
public record Claims(
        String user,
        String name,
        String tenant,
        Map<String, Role> rooms,
        boolean admin,
        long expiresAtMs,
        Profile profile,
        Map<String, Long> follows) {
    /** Ten digits: who gives milliseconds is told so, and not that the user follows from a far future on. */
    public static final long FOLLOWS_SINCE_MAX = 9_999_999_999L;

    public Claims {
        rooms = Map.copyOf(rooms);
        follows = Map.copyOf(follows);
    }

    /** Of a user who follows no room. */
    public Claims(
            String user,
            String name,
            String tenant,
            Map<String, Role> rooms,
            boolean admin,
            long expiresAtMs,
            Profile profile) {
        this(user, name, tenant, rooms, admin, expiresAtMs, profile, Map.of());
    }

    /** Of a user of whom nothing but the name is shown. */
    public Claims(String user, String name, String tenant, Map<String, Role> rooms, boolean admin, long expiresAtMs) {
        this(user, name, tenant, rooms, admin, expiresAtMs, Profile.NONE);
    }

    public Role roleIn(String room) {
        return admin ? Role.OWNER : rooms.getOrDefault(room, Role.VIEWER);
    }
}
