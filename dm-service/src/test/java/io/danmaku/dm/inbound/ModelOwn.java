package io.danmaku.dm.inbound;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.danmaku.dm.account.Relation;
import io.danmaku.dm.account.Writers;
import io.danmaku.dm.conversation.Change;
import io.danmaku.dm.conversation.ConversationKey;
import io.danmaku.protocol.log.DirectRecord;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;

/** The tables {@code relation}, {@code writers} and {@code expiry} of one partition: rows that never change. */
final class ModelOwn {
    final Map<String, NavigableMap<Long, Relation>> relations = new TreeMap<>();
    final Map<String, NavigableMap<Long, Writers>> writers = new TreeMap<>();
    private final Map<String, NavigableMap<Long, Long>> expiries = new TreeMap<>();

    /** Something that a user may say of another one. */
    static String aRelation(Random random) {
        String flag = List.of("contact", "follow", "accepted", "muted").get(random.nextInt(4));
        String remark = random.nextBoolean() ? ",\"remark\":\"r" + random.nextInt(2) + "\"" : "";
        return "{\"" + flag + "\":" + random.nextBoolean() + remark + "}";
    }

    /** Given at a time that need not be later than that of the one before: two devices, two partitions. */
    static String someSettings(Random random, int number) {
        String writers = List.of("all", "followed", "contacts").get(random.nextInt(3));
        String one = random.nextInt(4) > 0 ? ",\"writers\":\"" + writers + "\"" : "";
        String other = one.isEmpty() || random.nextInt(3) == 0 ? ",\"strangerMessages\":" + random.nextInt(3) : "";
        return "{\"at\":" + (number / 4 + random.nextInt(4)) + one + other + "}";
    }

    private static String side(String tenant, String owner, String peer) {
        return tenant + "/" + ModelTables.pair(owner, peer);
    }

    static String user(String tenant, String user) {
        return tenant + "/" + user;
    }

    Relation relation(String tenant, String owner, String peer, long before) {
        return before(relations, side(tenant, owner, peer), before, Relation.NONE);
    }

    Writers writers(String tenant, String user, long before) {
        return before(writers, user(tenant, user), before, Writers.ANYBODY);
    }

    long expiry(ConversationKey key, long before) {
        return before(expiries, key.toString(), before, 0L);
    }

    private static <T> T before(Map<String, NavigableMap<Long, T>> rows, String key, long index, T absent) {
        var row = rows.getOrDefault(key, new TreeMap<>()).lowerEntry(index);
        return row == null ? absent : row.getValue();
    }

    void put(Change.Related change) {
        DirectRecord r = change.logged().record();
        put(relations, side(r.tenant(), r.from(), r.to()), change.logged().index(), change.relation());
    }

    void put(Change.Let change) {
        DirectRecord r = change.logged().record();
        put(writers, user(r.tenant(), r.from()), change.logged().index(), change.writers());
    }

    void put(Change.Expiring change) {
        ConversationKey key = ConversationKey.of(change.logged().record());
        put(expiries, key.toString(), change.logged().index(), change.seconds());
    }

    private static <T> void put(Map<String, NavigableMap<Long, T>> rows, String key, long index, T row) {
        T before = rows.computeIfAbsent(key, k -> new TreeMap<>()).put(index, row);
        if (before != null) {
            assertEquals(before, row, "a row was written with other bytes");
        }
    }
}
