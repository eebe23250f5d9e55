package io.danmaku.room.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.room.room.Act;
import io.danmaku.room.room.Result;
import io.vertx.core.MultiMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuditQueryTest {
    private static final RoomKey ROOM = new RoomKey("default", "42");
    private static final Act MUTE = new Act("sanction.spoken", ROOM, "1", false, "10.0.0.7", "8", "spam");

    private static Result<AuditQuery> read(String query) {
        MultiMap parameters = MultiMap.caseInsensitiveMultiMap();
        for (String pair : query.split("&", -1)) {
            int is = pair.indexOf('=');
            if (is > 0) {
                parameters.add(pair.substring(0, is), pair.substring(is + 1));
            }
        }
        return AuditQuery.read(parameters);
    }

    @Test
    void withoutParametersItIsTheNewestOfAll() {
        AuditQuery all = read("").value();
        assertEquals(new AuditQuery(false, 0, Long.MAX_VALUE, 0, Long.MAX_VALUE, Set.of(), "", "", 50), all);
        assertTrue(all.wants(MUTE));
    }

    @Test
    void allThatIsGivenHasToHold() {
        assertEquals(
                new AuditQuery(true, 7, 90, 5, 6, Set.of("a.b", "room.live"), "8", "1", 200),
                read("after=7&before=90&from=5&to=6&action=a.b,room.live&user=8&by=1&limit=200")
                        .value());
        assertTrue(read("action=room.live,sanction.spoken&user=8&by=1").value().wants(MUTE));
        assertFalse(read("action=room.live&user=8&by=1").value().wants(MUTE));
        assertFalse(read("action=sanction.spoken&user=1").value().wants(MUTE));
        assertFalse(read("by=8").value().wants(MUTE));
        assertFalse(read("by=key:4711").value().wants(MUTE));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "limit=0",
                "limit=201",
                "limit=x",
                "after=-1",
                "before=0",
                "from=99999999999999999999",
                "to=1.5",
                "action=",
                "action=mute",
                "action=a.b,",
                "action=*",
                "user=",
                "user=a b",
                "by=",
                "target=8",
                "by=1&by=2"
            })
    void whatIsNotOfItsFormIsRefused(String query) {
        assertEquals(ErrorCode.BAD_FIELD, read(query).refusal().code());
    }

    @Test
    void anActReadsBackFromItsProperties() {
        assertEquals(MUTE, Act.of(MUTE.properties()));
        Act byHub = Act.ofHub("report.made", ROOM, "", "");
        assertEquals(byHub, Act.of(byHub.properties()));
        assertNull(Act.of(Map.of()), "the hub keeps its own house");
        assertNull(Act.of(Map.of("action", "room.live", "place", "nowhere")));
    }

    @Test
    void fromWhereIsToldOnlyWhereItMayBe() {
        AuditPage page = new AuditPage(List.of(new AuditPage.Entry(12, 99, MUTE, "mute")), false, true, 12);
        JsonNode told = page.addTo(Json.object(), true);
        assertEquals("10.0.0.7", told.at("/acts/0/address").asText());
        assertEquals("mute", told.at("/acts/0/what").asText());
        assertEquals(12, told.at("/next/before").asLong());
        assertTrue(page.addTo(Json.object(), false).at("/acts/0/address").isMissingNode());
        assertEquals(
                7,
                new AuditPage(List.of(), true, false, 7)
                        .addTo(Json.object(), true)
                        .at("/next/after")
                        .asLong());
    }
}
