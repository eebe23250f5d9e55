package io.danmaku.protocol.token;

import io.danmaku.protocol.room.RoomPolicy;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What a product shows of a user besides the name. The token says it, and every event that the user sends carries it.
 *
 * @param avatar address of a picture, https, at most {@link #AVATAR_CHARS_MAX} characters; empty = none
 * @param level 0..{@link #LEVEL_MAX}; {@link #NO_LEVEL} = none
 * @param badges at most {@link #BADGES_MAX} ids of the product's own, each {@code [A-Za-z0-9_.-]{1,32}}
 */
public record Profile(String avatar, int level, List<String> badges) {
    public static final int AVATAR_CHARS_MAX = 500;
    public static final int LEVEL_MAX = RoomPolicy.LEVEL_MAX;
    public static final int NO_LEVEL = -1;
    public static final int BADGES_MAX = 8;

    /** Nothing in it ends an attribute of HTML or a string of JSON. */
    private static final Pattern AVATAR = Pattern.compile("https://[A-Za-z0-9.\\[-][!-~&&[^\"<>\\\\^`{|}]]*");

    private static final Pattern BADGE = Pattern.compile("[A-Za-z0-9_.-]{1,32}");

    /** Nothing is shown. Behind the patterns, which its making needs. */
    public static final Profile NONE = new Profile("", NO_LEVEL, List.of());

    /** @throws IllegalArgumentException naming the field and its rule */
    public Profile {
        badges = List.copyOf(badges);
        check(
                avatar.isEmpty()
                        || (avatar.length() <= AVATAR_CHARS_MAX
                                && AVATAR.matcher(avatar).matches()),
                "avatar is an https address of at most " + AVATAR_CHARS_MAX + " characters");
        check(level >= NO_LEVEL && level <= LEVEL_MAX, "level is 0.." + LEVEL_MAX);
        check(
                badges.size() <= BADGES_MAX
                        && badges.stream()
                                .allMatch(badge -> BADGE.matcher(badge).matches()),
                "badges are at most " + BADGES_MAX + " ids of 1..32 of A-Z a-z 0-9 _ . -");
    }

    public boolean hasLevel() {
        return level != NO_LEVEL;
    }

    private static void check(boolean holds, String rule) {
        if (!holds) {
            throw new IllegalArgumentException(rule);
        }
    }
}
