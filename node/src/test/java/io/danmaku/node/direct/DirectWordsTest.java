package io.danmaku.node.direct;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.danmaku.node.words.WordFilters;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.StateKeys;
import io.danmaku.protocol.room.WordList;
import io.danmaku.protocol.room.WordList.Action;
import io.danmaku.protocol.token.Claims;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DirectWordsTest {
    private final WordFilters filters = new WordFilters();
    private final DirectWords words = new DirectWords(filters, new SimpleMeterRegistry());

    @AfterEach
    void close() {
        filters.close();
    }

    private static Claims user(String tenant, boolean admin) {
        return new Claims("7", "Ann", tenant, Map.of(), admin, Long.MAX_VALUE);
    }

    private void put(String room, String name, Action action, String... terms) throws Exception {
        WordList list = new WordList(
                "default", room, room.isEmpty() ? "" : "e", name, action, List.of(terms), List.of(), "1", 0);
        filters.take(StateKeys.words("default", room, name), Json.bytes(list));
        filters.settle(20_000);
    }

    private DirectWords.Checked check(String kind, String body) {
        return words.check(user("default", false), kind, body);
    }

    private void assertRefused(String kind, String body) {
        assertEquals(ErrorCode.TEXT_REFUSED, check(kind, body).refusal().code());
    }

    private void assertSent(String told, String kind, String body) {
        DirectWords.Checked checked = check(kind, body);
        assertNull(checked.refusal());
        assertEquals(told, checked.body());
    }

    @Test
    void everyActionButMaskRefusesAndMaskMasks() throws Exception {
        put("", "a", Action.REFUSE, "one");
        put("", "b", Action.SHADOW, "two");
        put("", "c", Action.HOLD, "three");
        put("", "d", Action.MASK, "four");
        assertRefused("text", "o n e");
        assertRefused("text", "two");
        assertRefused("text", "three four");
        assertSent("**** and five", "text", "four and five");
        assertSent("five", "text", "five");
        assertRefused("card", "{\"title\":\"five\",\"text\":\"one\"}");
        assertSent("{\"title\":\"****\"}", "object", "{\"title\":\"four\"}");
        assertSent("{\"title\":\"one\"}", "custom", "{\"title\":\"one\"}");
    }

    @Test
    void roomsOwnListsOtherTenantsAndBackendsAreNoMatter() throws Exception {
        put("42", "a", Action.REFUSE, "one");
        assertSent("one", "text", "one");
        put("", "a", Action.REFUSE, "one");
        assertRefused("text", "one");
        assertNull(words.check(user("another", false), "text", "one").refusal());
        assertNull(words.check(user("default", true), "text", "one").refusal());
    }

    @Test
    void aListHoldsNoMoreWhenItsRecordIsGone() throws Exception {
        put("", "a", Action.REFUSE, "one");
        filters.take(StateKeys.words("default", "", "a"), new byte[0]);
        filters.settle(20_000);
        assertSent("one", "text", "one");
    }

    @Test
    void whatIsRefusedElsewhereForItsFormIsNotLookedAt() throws Exception {
        put("", "a", Action.REFUSE, "one");
        assertSent("one".repeat(2_000), "text", "one".repeat(2_000));
        assertSent("{", "card", "{");
        assertSent("", "text", "");
    }
}
