package io.danmaku.protocol.log;

import io.danmaku.protocol.room.Deletion;
import io.danmaku.protocol.room.Posted;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.room.Sanction;
import java.util.Locale;

/**
 * The keys of records in a state topic. Identifiers contain neither {@code :} nor {@code /}, but for an idempotency key, which is last: so a key has one reading. A
 * record without a value deletes its key.
 */
public final class StateKeys {
    /** Who writes the topic: for room-service's instances among themselves; the edges pass over it. */
    public static final String OWNER = "owner";

    private static final String ROOM = "room:";
    private static final String SANCTION = "sanction:";
    private static final String GRANT = "grant:";
    private static final String DELETION = "deletion:";
    private static final String ALL = "all";
    private static final String WORDS = "words:";
    private static final String POSTED = "posted:";
    private static final String REPORT = "report:";

    private StateKeys() {}

    /** The key of a {@code RoomState}: {@code room:{tenant}/{room}}. */
    public static String room(RoomKey room) {
        return ROOM + room;
    }

    /** The key of a {@code Sanction}: {@code sanction:{tenant}/{room}/{user}/{kind}}; one of a kind holds for a user. */
    public static String sanction(RoomKey room, String user, Sanction.Kind kind) {
        return SANCTION + room + "/" + user + "/" + kind.wireName();
    }

    /** What the keys of all rooms of a tenant begin with. */
    public static String roomsOf(String tenant) {
        return ROOM + tenant + "/";
    }

    /** What the keys of all sanctions in a room begin with. */
    public static String sanctionsIn(RoomKey room) {
        return SANCTION + room + "/";
    }

    /** The key of a {@code Grant}: {@code grant:{tenant}/{room}/{user}}. */
    public static String grant(RoomKey room, String user) {
        return GRANT + room + "/" + user;
    }

    /** What the keys of all grants in a room begin with. */
    public static String grantsIn(RoomKey room) {
        return GRANT + room + "/";
    }

    /**
     * The key of a {@code Deletion}: {@code deletion:{tenant}/{room}/{epoch}/event/{offset}}, {@code …/user/{user}} or {@code …/all}. A
     * later one of a user or of all reaches further and takes the place of the one before.
     */
    public static String deletion(Deletion deletion) {
        String what = deletion.single()
                ? "event/" + deletion.from()
                : deletion.user().isEmpty() ? ALL : "user/" + deletion.user();
        return deletionsIn(deletion.room()) + deletion.epoch() + "/" + what;
    }

    /** The key of the deletion of everything in a room. */
    public static String deletionOfAll(RoomKey room, String epoch) {
        return deletionsIn(room) + epoch + "/" + ALL;
    }

    /** What the keys of all deletions in a room begin with. */
    public static String deletionsIn(RoomKey room) {
        return DELETION + room + "/";
    }

    public static boolean isDeletion(String key) {
        return key.startsWith(DELETION);
    }

    /** The key of a {@code WordList}: {@code words:{tenant}/{room}/{name}}, the room empty for all rooms of the tenant. */
    public static String words(String tenant, String room, String name) {
        return wordsIn(tenant, room) + name;
    }

    /** What a word list's key says. */
    public record WordsKey(String tenant, String room, String name) {
        /** Of a key for which {@link #isWords} holds. */
        public static WordsKey of(String key) {
            int room = key.indexOf('/') + 1;
            int name = key.indexOf('/', room) + 1;
            return new WordsKey(
                    key.substring(WORDS.length(), room - 1), key.substring(room, name - 1), key.substring(name));
        }
    }

    /** What the keys of all word lists of a room, or (room empty) for all rooms of a tenant, begin with. */
    public static String wordsIn(String tenant, String room) {
        return WORDS + tenant + "/" + room + "/";
    }

    public static boolean isWords(String key) {
        return key.startsWith(WORDS);
    }

    /** The key of a {@code Posted}: {@code posted:{tenant}/{room}/{idempotency key}}; edges pass over it. */
    public static String posted(Posted posted) {
        return posted(posted.room(), posted.key());
    }

    /** The same of what may not be there. */
    public static String posted(RoomKey room, String idempotencyKey) {
        return POSTED + room + "/" + idempotencyKey;
    }

    public static boolean isPosted(String key) {
        return key.startsWith(POSTED);
    }

    /** The key of a {@code Report}: {@code report:{tenant}/{room}/{stream}}, its number of 19 digits so that they sort; edges pass over it. */
    public static String report(RoomKey room, long stream) {
        return reportsIn(room) + String.format(Locale.ROOT, "%019d", stream);
    }

    /** What the keys of all reports of a room begin with. */
    public static String reportsIn(RoomKey room) {
        return REPORT + room + "/";
    }

    public static boolean isReport(String key) {
        return key.startsWith(REPORT);
    }

    public static boolean isGrant(String key) {
        return key.startsWith(GRANT);
    }

    public static boolean isRoom(String key) {
        return key.startsWith(ROOM);
    }

    public static boolean isSanction(String key) {
        return key.startsWith(SANCTION);
    }
}
