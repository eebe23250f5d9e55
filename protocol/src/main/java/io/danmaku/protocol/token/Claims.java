package io.danmaku.protocol.token;

import io.danmaku.protocol.room.Role;
import java.util.Map;

/**
 * What a valid token says of its bearer.
 *
 * @param user id, see {@code Ids.isUser}; of a guest or a key one that no token can have
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

    private static final String GUEST = "guest:";

    public Claims {
        rooms = Map.copyOf(rooms);
    }

    /**
     * Of somebody without an account, who may only read.
     *
     * @param session tells one guest from another
     */
    public static Claims guest(String tenant, String session, long expiresAtMs) {
        return new Claims(GUEST + session, "guest", tenant, Map.of(), false, expiresAtMs);
    }

    public boolean isGuest() {
        return user.startsWith(GUEST);
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
        if (admin) {
            return Role.OWNER;
        }
        return isGuest() ? Role.GUEST : rooms.getOrDefault(room, Role.VIEWER);
    }
}
