package io.danmaku.protocol.room;

import java.util.Map;

/**
 * A room's rules, checked by the gate of every edge from its local table. Rules about text hold for those below moderator.
 *
 * @param slowModeMs shortest time between two chats of one viewer, 0 = off, at most 6 h
 * @param memberSlowModeMs the same of a member or VIP
 * @param whoMaySend weakest role that may send
 * @param textLengthMax longest chat in characters (UTF-16 units), 1..2,000
 * @param uniqueSeconds a user's chat is refused that says what the same user said so short a time before, 0 = off, at most 3,600
 * @param links what becomes of a chat with a link
 * @param capsPercentMax most capitals of a chat's letters, 0 = as many as one likes
 * @param styles what a chat may look like
 * @param emoteOnly a chat is refused that has more than emotes and spaces
 * @param bestEffortPerSecond BEST_EFFORT events that reach viewers in a second, above it they are sampled; 0 = no limit, at most 100,000
 * @param enterPerSecond {@code enter} events that an edge tells of in a second, 0 = none, at most 100
 * @param retentionHours how long the room's log is kept, 1 h..8,760 h
 * @param guests who has no account may read
 * @param holdAll every chat waits for a moderator
 * @param heldMinutes how long a chat that is held from now on waits at most, 1..1,440
 * @param externalCheck the product's own service is asked about every chat, where the tenant has one
 * @param raid the ladder against raids, whose steps add to these rules
 * @param app kinds of {@code app} events, at most 32, see {@link AppKind}; none = moderators send what they like, RELIABLE
 * @param levelMin least level of a viewer who may send, 0 = does not matter, at most 1,000
 * @param followerMinutes so long a viewer who may send has followed the room, at most 525,600; 0 = follows at all, -1 = off
 * @param lastOnJoin so many offsets before the head are told to who joins without saying from where, 0..500
 */
public record RoomPolicy(
        long slowModeMs,
        long memberSlowModeMs,
        WhoMaySend whoMaySend,
        int textLengthMax,
        int uniqueSeconds,
        Links links,
        int capsPercentMax,
        ChatStyles styles,
        boolean emoteOnly,
        int bestEffortPerSecond,
        int enterPerSecond,
        int retentionHours,
        boolean guests,
        boolean holdAll,
        int heldMinutes,
        boolean externalCheck,
        RaidRules raid,
        Map<String, AppKind> app,
        int levelMin,
        Integer followerMinutes,
        int lastOnJoin) {

    /** Of {@link #followerMinutes}: it does not matter who follows. */
    public static final int FOLLOWERS_OFF = -1;

    public static final RoomPolicy DEFAULT = new RoomPolicy(
            0,
            0,
            WhoMaySend.EVERYONE,
            200,
            0,
            Links.ALLOWED,
            0,
            ChatStyles.ALL,
            false,
            100,
            0,
            24,
            false,
            false,
            10,
            false,
            RaidRules.DEFAULT,
            Map.of(),
            0,
            FOLLOWERS_OFF,
            0);

    public static final long SLOW_MODE_MS_MAX = 6 * 3_600_000L;
    public static final int TEXT_LENGTH_LIMIT = 2_000;
    public static final int UNIQUE_SECONDS_MAX = 3_600;
    public static final int BEST_EFFORT_PER_SECOND_MAX = 100_000;
    public static final int ENTER_PER_SECOND_MAX = 100;
    public static final int RETENTION_HOURS_MAX = 8_760;
    /** The highest level that there is. */
    public static final int LEVEL_MAX = 1_000;

    public static final int FOLLOWER_MINUTES_MAX = 525_600;
    public static final int LAST_ON_JOIN_MAX = 500;
    public static final int HELD_MINUTES_MAX = 1_440;
    private static final int HELD_MINUTES_DEFAULT = 10;

    public RoomPolicy {
        // a record that an older room-service wrote lacks some
        styles = styles == null ? ChatStyles.ALL : styles;
        raid = raid == null ? RaidRules.DEFAULT : raid;
        followerMinutes = followerMinutes == null ? FOLLOWERS_OFF : followerMinutes;
        app = AppKind.checked(app);
        links = links == null ? Links.ALLOWED : links;
        heldMinutes = heldMinutes == 0 ? HELD_MINUTES_DEFAULT : heldMinutes;
        within(slowModeMs, 0, SLOW_MODE_MS_MAX, "slowModeMs");
        within(memberSlowModeMs, 0, SLOW_MODE_MS_MAX, "memberSlowModeMs");
        if (whoMaySend == null) {
            throw new IllegalArgumentException("whoMaySend is everyone, members, vips, moderators or host");
        }
        within(textLengthMax, 1, TEXT_LENGTH_LIMIT, "textLengthMax");
        within(uniqueSeconds, 0, UNIQUE_SECONDS_MAX, "uniqueSeconds");
        within(capsPercentMax, 0, 100, "capsPercentMax");
        within(bestEffortPerSecond, 0, BEST_EFFORT_PER_SECOND_MAX, "bestEffortPerSecond");
        within(enterPerSecond, 0, ENTER_PER_SECOND_MAX, "enterPerSecond");
        within(retentionHours, 1, RETENTION_HOURS_MAX, "retentionHours");
        within(levelMin, 0, LEVEL_MAX, "levelMin");
        within(followerMinutes, FOLLOWERS_OFF, FOLLOWER_MINUTES_MAX, "followerMinutes");
        within(lastOnJoin, 0, LAST_ON_JOIN_MAX, "lastOnJoin");
        within(heldMinutes, 1, HELD_MINUTES_MAX, "heldMinutes");
    }

    private static void within(long value, long min, long max, String name) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " is " + min + ".." + max);
        }
    }

    /** These rules with the first steps of the ladder on them; with more steps than it has, all of them. */
    public RoomPolicy overlaid(int steps) {
        RoomPolicy rules = this;
        for (RaidStep step :
                raid.steps().subList(0, Math.min(steps, raid.steps().size()))) {
            rules = step.over(rules);
        }
        return rules;
    }

    /** The same, or stricter where they are laxer than this. */
    RoomPolicy atLeast(int unique, long slowMs, long memberSlowMs, WhoMaySend who) {
        return new RoomPolicy(
                Math.max(slowModeMs, slowMs),
                Math.max(memberSlowModeMs, memberSlowMs),
                whoMaySend.weakest().atLeast(who.weakest()) ? whoMaySend : who,
                textLengthMax,
                Math.max(uniqueSeconds, unique),
                links,
                capsPercentMax,
                styles,
                emoteOnly,
                bestEffortPerSecond,
                enterPerSecond,
                retentionHours,
                guests,
                holdAll,
                heldMinutes,
                externalCheck,
                raid,
                app,
                levelMin,
                followerMinutes,
                lastOnJoin);
    }

    /** The same where every chat waits for a moderator. */
    RoomPolicy holdingAll() {
        return new RoomPolicy(
                slowModeMs,
                memberSlowModeMs,
                whoMaySend,
                textLengthMax,
                uniqueSeconds,
                links,
                capsPercentMax,
                styles,
                emoteOnly,
                bestEffortPerSecond,
                enterPerSecond,
                retentionHours,
                guests,
                true,
                heldMinutes,
                externalCheck,
                raid,
                app,
                levelMin,
                followerMinutes,
                lastOnJoin);
    }

    /** Shortest time between two chats of somebody of this role, 0 = off. */
    public long slowModeMs(Role role) {
        if (role.may(Permission.SPEAK_FREELY)) {
            return 0;
        }
        return role.atLeast(Role.MEMBER) ? memberSlowModeMs : slowModeMs;
    }
}
