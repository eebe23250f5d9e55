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
 * @param sinceS when the user's account was made, Unix time in seconds; 0 = the token does not say
 */
public record Claims(
        String user,
        String name,
        String tenant,
        Map<String, Role> rooms,
        boolean admin,
        long expiresAtMs,
        Profile profile,
        long sinceS) {

    /** The latest second that a token can name: the year 2286. */
    public static final long SINCE_S_MAX = 9_999_999_999L;

    public Claims {
        rooms = Map.copyOf(rooms);
    }

    /** Of an account of which nobody says when it was made. */
    public Claims(
            String user,
            String name,
            String tenant,
            Map<String, Role> rooms,
            boolean admin,
            long expiresAtMs,
            Profile profile) {
        this(user, name, tenant, rooms, admin, expiresAtMs, profile, 0);
    }

    /** And of whom nothing but the name is shown. */
    public Claims(String user, String name, String tenant, Map<String, Role> rooms, boolean admin, long expiresAtMs) {
        this(user, name, tenant, rooms, admin, expiresAtMs, Profile.NONE);
    }

    public Role roleIn(String room) {
        return admin ? Role.OWNER : rooms.getOrDefault(room, Role.VIEWER);
    }
}
