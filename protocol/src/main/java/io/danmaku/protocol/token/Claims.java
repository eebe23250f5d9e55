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
 * @param account what is not shown, and rooms' rules may ask for
 */
public record Claims(
        String user,
        String name,
        String tenant,
        Map<String, Role> rooms,
        boolean admin,
        long expiresAtMs,
        Profile profile,
        Account account) {

    public Claims {
        rooms = Map.copyOf(rooms);
    }

    /** Of a user of whose account nothing is known. */
    public Claims(
            String user,
            String name,
            String tenant,
            Map<String, Role> rooms,
            boolean admin,
            long expiresAtMs,
            Profile profile) {
        this(user, name, tenant, rooms, admin, expiresAtMs, profile, Account.UNKNOWN);
    }

    /** And of whom nothing but the name is shown. */
    public Claims(String user, String name, String tenant, Map<String, Role> rooms, boolean admin, long expiresAtMs) {
        this(user, name, tenant, rooms, admin, expiresAtMs, Profile.NONE);
    }

    public Role roleIn(String room) {
        return admin ? Role.OWNER : rooms.getOrDefault(room, Role.VIEWER);
    }
}
