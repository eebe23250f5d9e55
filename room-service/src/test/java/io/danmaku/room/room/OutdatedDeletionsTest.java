package io.danmaku.room.room;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.StateKeys;
import io.danmaku.protocol.room.Deletion;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.room.RoomState;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutdatedDeletionsTest {
    private static final RoomKey ROOM = new RoomKey("default", "42");
    /** A day of retention and one for the broker's ledgers. */
    private static final long OVER_MS = Duration.ofDays(2).toMillis();

    private final RoomTable table = new RoomTable();
    private final List<RoomKey> asked = new ArrayList<>();
    private final List<Promise<Long>> answers = new ArrayList<>();
    private final OutdatedDeletions outdated = new OutdatedDeletions(this::oldest);

    private Future<Long> oldest(RoomState room) {
        Promise<Long> answer = Promise.promise();
        asked.add(room.key());
        answers.add(answer);
        return answer.future();
    }

    private void put(RoomState room) {
        table.apply(StateKeys.room(room.key()), Json.bytes(room), 0);
    }

    private Deletion delete(RoomKey room, String epoch, String user, long upTo) {
        Deletion deletion = new Deletion(room, epoch, user, 1, upTo, "1", 0);
        table.apply(StateKeys.deletion(deletion), Json.bytes(deletion), 0);
        return deletion;
    }

    private List<Deletion> find(long nowMs) {
        return outdated.find(table, nowMs, 100);
    }

    @Test
    void aDeletionStaysUntilTheLogSaysThatAllItIsAboutIsGone() {
        put(RoomTableTest.room(ROOM, 1, true));
        Deletion first = delete(ROOM, "k3", "7", 20);
        Deletion second = delete(ROOM, "k3", "8", 30);
        assertEquals(List.of(), find(OVER_MS));
        assertEquals(List.of(), asked, "the log has no reason yet to have let go of it");
        assertEquals(List.of(), find(OVER_MS + 1));
        assertEquals(List.of(), find(OVER_MS + 2));
        assertEquals(List.of(ROOM), asked, "once for all of a log");
        answers.get(0).complete(21L);
        assertEquals(List.of(first), find(OVER_MS + 3));
        table.apply(StateKeys.deletion(first), null, 0);
        assertEquals(List.of(), find(OVER_MS + OutdatedDeletions.ANSWER_MS));
        assertEquals(1, asked.size());
        assertEquals(List.of(), find(OVER_MS + 2 * OutdatedDeletions.ANSWER_MS));
        assertEquals(List.of(ROOM, ROOM), asked, "and again after a while");
        answers.get(1).complete(Long.MAX_VALUE);
        assertEquals(List.of(second), find(OVER_MS + 2 * OutdatedDeletions.ANSWER_MS));
    }

    @Test
    void whatALogThatDoesNotAnswerHasDeletedStaysSoAndItIsAskedAgain() {
        put(RoomTableTest.room(ROOM, 1, true).ended(RoomState.End.ARCHIVED));
        Deletion deletion = delete(ROOM, "k3", "7", 20);
        assertEquals(List.of(), find(OVER_MS + 1));
        answers.get(0).fail("Pulsar is away");
        assertEquals(List.of(), find(OVER_MS + 2));
        assertEquals(List.of(ROOM, ROOM), asked);
        answers.get(1).complete(20L);
        assertEquals(List.of(), find(OVER_MS + 3), "the log has its last event still");
        assertEquals(List.of(), find(OVER_MS + 3 + OutdatedDeletions.ANSWER_MS));
        answers.get(2).complete(21L);
        assertEquals(List.of(deletion), find(OVER_MS + 4 + OutdatedDeletions.ANSWER_MS));
    }

    @Test
    void fewLogsAreAskedAtATimeAndAllInTheEnd() {
        int rooms = 3 * OutdatedDeletions.ASKED_AT_ONCE;
        for (int i = 0; i < rooms; i++) {
            RoomKey key = new RoomKey("default", "r" + i);
            put(RoomTableTest.room(key, 1, true));
            delete(key, "k3", "7", 20);
        }
        assertEquals(List.of(), find(OVER_MS + 1));
        assertEquals(OutdatedDeletions.ASKED_AT_ONCE, asked.size());
        for (int i = 0; i < rooms; i++) {
            answers.get(i).complete(Long.MAX_VALUE);
        }
        assertEquals(rooms, asked.stream().distinct().count());
        assertEquals(rooms, find(OVER_MS + 2).size());
    }

    @Test
    void whatIsOfAFormerLogOrCoveredByAnotherOneGoesUnasked() {
        put(RoomTableTest.room(ROOM, 1, true));
        Deletion former = delete(ROOM, "k2", "7", 20);
        Deletion covered = delete(ROOM, "k3", "7", 20);
        delete(ROOM, "k3", "", 20);
        delete(ROOM, "k3", "8", 21);
        assertEquals(List.of(former, covered), find(1));
        assertEquals(List.of(), asked);
    }

    @Test
    void aClosedRoomsLogIsNotAsked() {
        put(RoomTableTest.room(ROOM, 1, false));
        delete(ROOM, "k3", "7", 20);
        assertEquals(List.of(), find(OVER_MS + 1));
        assertEquals(List.of(), asked);
    }
}
