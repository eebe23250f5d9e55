package io.danmaku.room.room;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.StateKeys;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.room.RoomState;
import io.danmaku.protocol.room.WordList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WordTableTest {
    private final RoomTable table = new RoomTable();

    private void put(String tenant, String room, String epoch, String name, int terms, int patterns) {
        WordList words =
                new WordList(tenant, room, epoch, name, WordList.Action.MASK, texts(terms), texts(patterns), "1", 10);
        table.apply(StateKeys.words(tenant, room, name), Json.bytes(words), 0);
    }

    private static List<String> texts(int count) {
        return IntStream.range(0, count).mapToObj(i -> "x" + i).toList();
    }

    @Test
    void wordListsOfARoomAndOfItsTenantAreKeptApart() {
        RoomState room = RoomTableTest.room(new RoomKey("default", "42"), 1, true);
        table.apply(StateKeys.room(room.key()), Json.bytes(room), 0);
        put("default", "", "", "all", 1, 0);
        put("default", "42", "k3", "own", 1, 0);
        put("default", "42", "k2", "former", 1, 0);
        assertEquals(1, table.words().in("default", "").size());
        assertEquals(2, table.words().in("default", "42").size());
        assertEquals(
                List.of("former"),
                table.words().removedBefore(99, 9).stream().map(WordList::name).toList());
        put("default", "", "", "all", 0, 0);
        assertEquals(1, table.words().removedBefore(10, 9).size());
        assertEquals(2, table.words().removedBefore(11, 9).size());
    }

    @Test
    void theWordsOfAllListsOfATenantAreCounted() {
        put("default", "", "", "all", 5, 2);
        put("default", "42", "k3", "own", 7, 0);
        put("other", "42", "k3", "own", 1, 0);
        assertEquals(5 + 2 * WordTable.PATTERN_WORDS + 7, table.words().words("default"));
        put("default", "", "", "all", 3, 0);
        assertEquals(10, table.words().words("default"));
        put("default", "", "", "all", 0, 0);
        table.apply(StateKeys.words("default", "", "all"), null, 0);
        table.apply(StateKeys.words("default", "", "all"), null, 0);
        assertEquals(7, table.words().words("default"));
        table.apply(StateKeys.words("default", "42", "own"), null, 0);
        assertEquals(0, table.words().words("default"));
        assertEquals(1, table.words().words("other"));
    }
}
