package io.danmaku.protocol.log;

import io.danmaku.protocol.room.DeviceKind;
import io.danmaku.protocol.room.Role;
import io.danmaku.protocol.token.Profile;
import java.util.List;

/**
 * What a user is in a room on one edge, in a {@link Membership}: told with each who came, so it is short. Its text is a letter of
 * the kind, the role's place in {@link Role}, the level or nothing, and {@code x} with the number of connections where there are
 * several: {@code w0}, {@code i317}, {@code a1x2}. Empty stands for {@link #PLAIN}.
 *
 * @param kind of the connection that came last, of those that are there
 * @param role in the room
 * @param level what the token says, {@link Profile#NO_LEVEL} = nothing
 * @param connections at least 1, told up to {@link #CONNECTIONS_MAX}
 */
public record Mark(DeviceKind kind, Role role, int level, int connections) {
    public static final int CONNECTIONS_MAX = 9_999;

    /** A viewer of one connection of whom nothing is known. */
    public static final Mark PLAIN = new Mark(DeviceKind.OTHER, Role.VIEWER, Profile.NO_LEVEL, 1);

    /** By the digit that stands for each; a guest is no user and has no mark. */
    private static final List<Role> ROLES =
            List.of(Role.VIEWER, Role.MEMBER, Role.VIP, Role.MODERATOR, Role.HOST, Role.OWNER);

    private static final int CHARS_MIN = 2;

    /** The digit of a role, from 0; -1 of a guest's. */
    public static int place(Role role) {
        return ROLES.indexOf(role);
    }

    public String text() {
        if (equals(PLAIN)) {
            return "";
        }
        StringBuilder text = new StringBuilder().append(kind.letter()).append(place(role));
        if (level != Profile.NO_LEVEL) {
            text.append(level);
        }
        if (connections > 1) {
            text.append('x').append(connections);
        }
        return text.toString();
    }

    /** Reads a text; what another version says and this one cannot read is {@link #PLAIN}. */
    public static Mark parse(String text) {
        if (text == null || text.length() < CHARS_MIN) {
            return PLAIN;
        }
        try {
            DeviceKind kind = DeviceKind.ofLetter(text.charAt(0));
            Role role = ROLES.get(Character.digit(text.charAt(1), 10));
            int times = text.indexOf('x', CHARS_MIN);
            String level = text.substring(CHARS_MIN, times < 0 ? text.length() : times);
            return new Mark(
                    kind == null ? DeviceKind.OTHER : kind,
                    role,
                    level.isEmpty() ? Profile.NO_LEVEL : Integer.parseInt(level),
                    times < 0 ? 1 : Integer.parseInt(text.substring(times + 1)));
        } catch (IndexOutOfBoundsException | NumberFormatException otherForm) {
            return PLAIN;
        }
    }
}
