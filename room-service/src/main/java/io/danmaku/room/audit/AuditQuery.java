package io.danmaku.room.audit;

import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.room.room.Act;
import io.danmaku.room.room.Result;
import io.vertx.core.MultiMap;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which acts somebody wants to see. All of it has to hold.
 *
 * @param after number behind which to look; with it the oldest come first, else the newest
 * @param before number before which to look
 * @param fromMs broker's time from which on
 * @param toMs broker's time before which
 * @param actions empty = all
 * @param user to whom or what it was done, empty = all
 * @param by who did it, empty = all
 * @param limit of a page
 */
public record AuditQuery(
        boolean up,
        long after,
        long before,
        long fromMs,
        long toMs,
        Set<String> actions,
        String user,
        String by,
        int limit) {
    public static final int LIMIT_DEFAULT = 50;
    public static final int LIMIT_MAX = 200;
    /** The largest whole number that JavaScript has: 2^53 - 1. */
    private static final long NUMBER_MAX = (1L << 53) - 1;

    private static final Set<String> NAMES = Set.of("before", "after", "from", "to", "action", "user", "by", "limit");
    private static final int ACTIONS_MAX = 20;
    private static final Pattern ACTION = Pattern.compile("[a-z]{1,16}(\\.[a-z]{1,16}){1,2}");
    /** A user, or what else it may be done to: an offset, a name, a range of addresses. */
    private static final Pattern TARGET = Pattern.compile("[!-~]{1,128}");

    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,16}");

    public AuditQuery {
        actions = Set.copyOf(actions);
    }

    /** @param parameters of an address; a name that is none of ours is refused, because a filter that does not hold misleads */
    public static Result<AuditQuery> read(MultiMap parameters) {
        for (String name : parameters.names()) {
            if (!NAMES.contains(name) || parameters.getAll(name).size() > 1) {
                return bad("acts are asked for by "
                        + String.join(", ", NAMES.stream().sorted().toList()) + ", each once");
            }
        }
        long after = number(parameters, "after", 0, NUMBER_MAX, 0);
        long before = number(parameters, "before", 1, NUMBER_MAX, Long.MAX_VALUE);
        long fromMs = number(parameters, "from", 0, NUMBER_MAX, 0);
        long toMs = number(parameters, "to", 0, NUMBER_MAX, Long.MAX_VALUE);
        long limit = number(parameters, "limit", 1, LIMIT_MAX, LIMIT_DEFAULT);
        if (Math.min(Math.min(after, before), Math.min(Math.min(fromMs, toMs), limit)) < 0) {
            return bad("before, after, from and to are whole numbers, and limit is 1.." + LIMIT_MAX);
        }
        Set<String> actions = actions(parameters.get("action"));
        if (actions == null) {
            return bad("action is 1.." + ACTIONS_MAX + " actions, such as sanction.spoken, with commas between them");
        }
        if (parameters.contains("by") && !TARGET.matcher(parameters.get("by")).matches()) {
            return bad("by is 1..128 printable ASCII characters without space");
        }
        if (parameters.contains("user")
                && !TARGET.matcher(parameters.get("user")).matches()) {
            return bad("user is 1..128 printable ASCII characters without space");
        }
        return Result.of(new AuditQuery(
                parameters.contains("after"),
                after,
                before,
                fromMs,
                toMs,
                actions,
                text(parameters, "user"),
                text(parameters, "by"),
                (int) limit));
    }

    /** Negative when it is not of its form. */
    private static long number(MultiMap parameters, String name, long min, long max, long absent) {
        String text = parameters.get(name);
        if (text == null) {
            return absent;
        }
        long number = NUMBER.matcher(text).matches() ? Long.parseLong(text) : -1;
        return number >= min && number <= max ? number : -1;
    }

    /** Null when they are not of their form. */
    private static Set<String> actions(String text) {
        if (text == null) {
            return Set.of();
        }
        Set<String> actions = new LinkedHashSet<>(Arrays.asList(text.split(",", -1)));
        boolean well = actions.size() <= ACTIONS_MAX
                && actions.stream().allMatch(action -> ACTION.matcher(action).matches());
        return well ? actions : null;
    }

    private static String text(MultiMap parameters, String name) {
        return parameters.contains(name) ? parameters.get(name) : "";
    }

    private static Result<AuditQuery> bad(String message) {
        return Result.refused(ErrorCode.BAD_FIELD, message);
    }

    /** Whether an act is one of those, apart from where and when it stands. */
    boolean wants(Act act) {
        return (actions.isEmpty() || actions.contains(act.action()))
                && (user.isEmpty() || user.equals(act.target()))
                && (by.isEmpty() || by.equals(act.by()));
    }
}
