package io.danmaku.edge.front;

import io.danmaku.edge.roomlog.HistoryRequest;
import io.danmaku.edge.roomlog.Pages;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.event.EventType;
import io.danmaku.protocol.json.CommandDecoder;
import io.danmaku.protocol.room.Ids;
import io.vertx.core.MultiMap;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;

/** Which page of a room's history an address asks for. One use. */
final class HistoryQuery {
    static final int LIMIT_DEFAULT = 50;
    static final int LIMIT_MAX = CommandDecoder.LIMIT_MAX;
    /** What one request may look through. */
    static final int OFFSETS_MAX = 4_096;
    /** The largest whole number that JavaScript has: 2^53 - 1. */
    static final long NUMBER_MAX = (1L << 53) - 1;

    private static final Set<String> NAMES = Set.of("before", "after", "from", "to", "type", "user", "limit");
    private static final Set<String> HELD_NAMES = Set.of("before", "after", "limit");
    private static final int DIGITS_MAX = 16;

    /** @param refusal null when it can be read */
    record Read(HistoryRequest request, Refusal refusal) {}

    private final MultiMap parameters;
    /** The first thing that is wrong. */
    private Refusal refusal;

    private HistoryQuery(MultiMap parameters) {
        this.parameters = parameters;
    }

    /** @param parameters of the address; a name that is none of ours is refused, because a filter that does not hold misleads */
    static Read read(MultiMap parameters) {
        return read(parameters, NAMES);
    }

    /** The same for held chats, which are asked for by less. */
    static Read readHeld(MultiMap parameters) {
        return read(parameters, HELD_NAMES);
    }

    private static Read read(MultiMap parameters, Set<String> names) {
        for (String name : parameters.names()) {
            if (!names.contains(name) || parameters.getAll(name).size() > 1) {
                return new Read(
                        null,
                        bad("it is asked for by "
                                + String.join(", ", names.stream().sorted().toList()) + ", each once"));
            }
        }
        return new HistoryQuery(parameters).read();
    }

    private Read read() {
        boolean forward = parameters.contains("after");
        long after = number("after", 0, NUMBER_MAX, 0);
        long before = number("before", 1, NUMBER_MAX, Long.MAX_VALUE);
        long fromMs = number("from", 0, NUMBER_MAX, 0);
        long toMs = number("to", 0, NUMBER_MAX, Long.MAX_VALUE);
        int limit = (int) number("limit", 1, LIMIT_MAX, LIMIT_DEFAULT);
        Set<String> types = types();
        String user = user();
        return refusal == null
                ? new Read(
                        new HistoryRequest(
                                forward,
                                after,
                                before,
                                fromMs,
                                toMs,
                                types,
                                user,
                                limit,
                                OFFSETS_MAX / Pages.PAGE_OFFSETS),
                        null)
                : new Read(null, refusal);
    }

    private long number(String name, long min, long max, long absent) {
        String text = parameters.get(name);
        if (text == null) {
            return absent;
        }
        try {
            long number = text.length() > DIGITS_MAX ? -1 : Long.parseLong(text);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException notNumber) {
            // told below
        }
        refuse(name + " is a whole number, " + min + ".." + max);
        return absent;
    }

    private Set<String> types() {
        String text = parameters.get("type");
        if (text == null) {
            return Set.of();
        }
        Set<String> types = new LinkedHashSet<>(Arrays.asList(text.split(",", -1)));
        if (types.stream().anyMatch(type -> EventType.ofWireName(type) == null)) {
            refuse("type is one or more types of events, with commas between them");
        }
        return types;
    }

    private String user() {
        String user = parameters.get("user");
        if (user != null && !Ids.isUser(user)) {
            refuse("user is 1..64 of A-Z a-z 0-9 _ . @ -");
        }
        return user == null ? "" : user;
    }

    private void refuse(String message) {
        refusal = refusal == null ? bad(message) : refusal;
    }

    private static Refusal bad(String message) {
        return Refusal.of(ErrorCode.BAD_FIELD, message);
    }
}
