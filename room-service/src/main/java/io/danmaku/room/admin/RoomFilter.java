package io.danmaku.room.admin;

import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.room.RoomProfile;
import io.danmaku.protocol.room.RoomState;
import io.danmaku.room.membership.StatsTable;
import io.danmaku.room.room.Result;
import io.vertx.core.MultiMap;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;

/** Which rooms a list is about, by the parameters of a request; all of them have to hold. */
final class RoomFilter {
    private static final Set<String> PAGING = Set.of("limit", "cursor");
    private static final Set<String> NAMES = Set.of("state", "live", "category", "tag", "language", "q", "online");
    private static final int TEXT_CHARS_MAX = 200;

    private RoomFilter() {}

    static Result<Predicate<RoomState>> of(MultiMap parameters, StatsTable stats) {
        Predicate<RoomState> wanted = room -> true;
        for (String name : parameters.names()) {
            if (PAGING.contains(name)) {
                continue;
            }
            int times = parameters.getAll(name).size();
            if (times > (name.equals("tag") ? RoomProfile.TAGS_MAX : 1)) {
                return Result.refused(ErrorCode.BAD_FIELD, name + " is given too often");
            }
            if (!NAMES.contains(name)) {
                return Result.refused(ErrorCode.BAD_FIELD, name + " is nothing by which rooms are found");
            }
            for (String value : parameters.getAll(name)) {
                Predicate<RoomState> one = value.length() > TEXT_CHARS_MAX ? null : one(name, value, stats);
                if (one == null) {
                    return Result.refused(ErrorCode.BAD_FIELD, name + " is not of its form");
                }
                wanted = wanted.and(one);
            }
        }
        return Result.of(wanted);
    }

    private static Predicate<RoomState> one(String name, String value, StatsTable stats) {
        return switch (name) {
            case "state" ->
                switch (value) {
                    case "open" -> RoomState::open;
                    case "closed" -> room -> room.end() == RoomState.End.CLOSED;
                    case "archived" -> room -> room.end() == RoomState.End.ARCHIVED;
                    default -> null;
                };
            case "live" ->
                switch (value) {
                    case "true" -> room -> room.open() && room.profile().live();
                    case "false" -> room -> !(room.open() && room.profile().live());
                    default -> null;
                };
            case "category" -> room -> room.profile().category().equals(value);
            case "tag" -> room -> room.profile().tags().contains(value);
            case "language" -> room -> room.profile().language().equalsIgnoreCase(value);
            case "online" -> online(value, stats);
            default -> {
                String part = value.toLowerCase(Locale.ROOT);
                yield room -> room.title().toLowerCase(Locale.ROOT).contains(part);
            }
        };
    }

    private static Predicate<RoomState> online(String value, StatsTable stats) {
        try {
            int least = Integer.parseInt(value);
            return least < 0 ? null : room -> stats.of(room.key()).online() >= least;
        } catch (NumberFormatException notNumber) {
            return null;
        }
    }
}
