package io.danmaku.room.room;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.StateKeys;
import io.danmaku.protocol.room.Durability;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.room.RoomPolicy;
import io.danmaku.protocol.room.RoomState;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ErasedLogsTest {
    private static final int LIMIT = 100;
    private static final long OVER_MS = ErasedLogs.KEPT_MS + 1;

    private final RoomTable table = new RoomTable();
    private final List<String> asked = new ArrayList<>();
    private final List<Promise<Void>> answers = new ArrayList<>();
    private final ErasedLogs logs = new ErasedLogs(this::remove);

    private Future<Void> remove(RoomState room) {
        Promise<Void> answer = Promise.promise();
        asked.add(room.key().room());
        answers.add(answer);
        return answer.future();
    }

    private static RoomState room(String id, Durability durability) {
        return new RoomState(new RoomKey("default", id), "k3", "t", durability, true, RoomPolicy.DEFAULT, 1, 1);
    }

    private RoomState erase(String id, Durability durability) {
        RoomState erased = room(id, durability).erased();
        table.apply(StateKeys.room(erased.key()), Json.bytes(erased), 0);
        return erased;
    }

    private List<String> find(long nowMs) {
        return logs.find(table, nowMs, LIMIT).stream()
                .map(room -> room.key().room())
                .toList();
    }

    @Test
    void aRecordStaysUntilItsLogIsGoneHoweverOftenThatFails() {
        erase("a", Durability.LOGGED);
        assertEquals(List.of(), find(OVER_MS - 1));
        assertEquals(List.of(), asked, "edges that were away are still told");
        for (int i = 0; i < 3; i++) {
            assertEquals(List.of(), find(OVER_MS));
            assertEquals(List.of(), find(OVER_MS));
            assertEquals(i + 1, asked.size(), "once at a time");
            answers.get(i).fail("Pulsar is away");
        }
        find(OVER_MS);
        find(OVER_MS);
        assertEquals(3, asked.size(), "the more often it failed the longer it is passed over");
        assertEquals(List.of(), find(OVER_MS));
        answers.get(3).complete();
        assertEquals(List.of("a"), find(OVER_MS));
        assertEquals(4, asked.size());
    }

    @Test
    void whatIsGoneCountsForAWhileOnly() {
        erase("a", Durability.LOGGED);
        find(OVER_MS);
        answers.get(0).complete();
        assertEquals(List.of("a"), find(OVER_MS + ErasedLogs.GONE_MS));
        assertEquals(List.of(), find(OVER_MS + ErasedLogs.GONE_MS + 1));
        assertEquals(List.of("a", "a"), asked, "an edge may have made it anew");
    }

    @Test
    void fewAreRemovedAtATimeAndThoseThatFailHoldNobodyUp() {
        int rooms = 3 * ErasedLogs.AT_ONCE;
        for (int i = 0; i < rooms; i++) {
            erase("r" + i, Durability.LOGGED);
        }
        assertEquals(List.of(), find(OVER_MS));
        assertEquals(ErasedLogs.AT_ONCE, asked.size());
        for (int i = 0; i < ErasedLogs.AT_ONCE; i++) {
            answers.get(i).fail("not this one");
            find(OVER_MS); // sweeps go on
        }
        for (int i = ErasedLogs.AT_ONCE; i < rooms; i++) {
            answers.get(i).complete();
        }
        assertEquals(rooms - ErasedLogs.AT_ONCE, find(OVER_MS).size());
        assertEquals(
                2 * ErasedLogs.AT_ONCE + ErasedLogs.AT_ONCE,
                asked.stream().distinct().count());
    }

    @Test
    void noMoreAreFoundThanAreAskedFor() {
        for (int i = 0; i < 3; i++) {
            erase("e" + i, Durability.EPHEMERAL);
        }
        assertEquals(2, logs.find(table, OVER_MS, 2).size());
        assertEquals(List.of(), asked, "an ephemeral room has no log");
    }

    @Test
    void theLogOfARoomThatWasMadeAnewIsTriedAgainToo() {
        logs.removeFormer(room("a", Durability.LOGGED));
        logs.removeFormer(room("e", Durability.EPHEMERAL));
        assertEquals(List.of("a"), asked);
        logs.again();
        assertEquals(1, asked.size(), "once at a time");
        answers.get(0).fail("Pulsar is away");
        logs.again();
        answers.get(1).complete();
        logs.again();
        assertEquals(List.of("a", "a"), asked);
    }

    @Test
    void soManyFormerLogsAreRememberedAndNoMore() {
        for (int i = 0; i <= ErasedLogs.FORMER_MAX; i++) {
            logs.removeFormer(room("a" + i, Durability.LOGGED));
        }
        for (int i = 0; i < answers.size(); i++) { // it grows while they fail
            answers.get(i).fail("Pulsar is away");
        }
        assertEquals(ErasedLogs.FORMER_MAX + 1, asked.size(), "each once");
        logs.again();
        for (int i = ErasedLogs.FORMER_MAX + 1; i < answers.size(); i++) {
            answers.get(i).fail("Pulsar is away");
        }
        assertEquals(2 * ErasedLogs.FORMER_MAX + 1, asked.size());
        assertTrue(asked.contains("a" + ErasedLogs.FORMER_MAX));
    }
}
