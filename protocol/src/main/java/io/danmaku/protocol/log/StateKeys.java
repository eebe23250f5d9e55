package io.danmaku.protocol.log;

import io.danmaku.protocol.room.Deletion;
import io.danmaku.protocol.room.HeldAnswer;
import io.danmaku.protocol.room.Posted;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.room.Sanction;
import java.util.Locale;

/**
 * The keys of records in a state topic. Identifiers contain neither {@code :} nor {@code /}, but for an idempotency key, which is last, and for a device and a range of
 * addresses, which a word and a colon go before: so a key has one reading. A record without a value deletes its key.
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
    private static final String KEY = "key:";
    private static final String HELD = "held:";
    private static final String CHECK = "check:";
    private static final String WEBHOOK = "webhook:";
    private static final String REPORT = "report:";

    private StateKeys() {}

    /** The key of a {@code RoomState}: {@code room:{tenant}/{room}}. */
    public static String room(RoomKey room) {
        return ROOM + room;
    }

    /**
     * The key of a {@code Sanction}: {@code sanction:{tenant}/{room}/{target}/{kind}}; one of a kind holds for a target.
     *
     * @param room one room, or all of an owner
     * @param target see {@code Sanction.target}
     */
    public static String sanction(RoomKey room, String target, Sanction.Kind kind) {
        return SANCTION + room + "/" + target + "/" + kind.wireName();
    }

    /** The same of one that there is. */
    public static String sanction(Sanction sanction) {
        return sanction(sanction.room(), sanction.target(), sanction.kind());
    }

    /** What the keys of all rooms of a tenant begin with. */
    public static String roomsOf(String tenant) {
        return ROOM + tenant + "/";
    }

    /** What the keys of all sanctions in a room, or in all rooms of an owner, begin with. */
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

    /** The key of an {@code ApiKey}: {@code key:{tenant}/{id}}. */
    public static String apiKey(String tenant, String id) {
        return apiKeysOf(tenant) + id;
    }

    /** What the keys of all API keys of a tenant begin with. */
    public static String apiKeysOf(String tenant) {
        return KEY + tenant + "/";
    }

    public static boolean isApiKey(String key) {
        return key.startsWith(KEY);
    }

    /** The key of a {@code HeldAnswer}: {@code held:{tenant}/{room}/{epoch}/{offset}}. */
    public static String held(HeldAnswer answer) {
        return held(answer.room(), answer.epoch(), answer.offset());
    }

    /** The same of what may not be there. */
    public static String held(RoomKey room, String epoch, long offset) {
        return heldIn(room) + epoch + "/" + offset;
    }

    /** What the keys of all answers to held chats of a room begin with. */
    public static String heldIn(RoomKey room) {
        return HELD + room + "/";
    }

    public static boolean isHeld(String key) {
        return key.startsWith(HELD);
    }

    /** The key of an {@code ExternalCheck}: {@code check:{tenant}}. */
    public static String check(String tenant) {
        return CHECK + tenant;
    }

    public static boolean isCheck(String key) {
        return key.startsWith(CHECK);
    }

    /** The key of a {@code Webhook}: {@code webhook:{tenant}//{name}}, as of what is for all rooms; edges pass over it. */
    public static String webhook(String tenant, String name) {
        return webhooksOf(tenant) + name;
    }

    /** What the keys of all webhooks of a tenant begin with. */
    public static String webhooksOf(String tenant) {
        return WEBHOOK + tenant + "//";
    }

    public static boolean isWebhook(String key) {
        return key.startsWith(WEBHOOK);
    }

    /** Whether the key of a record about a room, or about what is for all rooms of its tenant, names this room. */
    public static boolean isOfRoom(String key, RoomKey room) {
        String named = key.substring(key.indexOf(':') + 1);
        return named.equals(room.toString()) || named.startsWith(room + "/");
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
