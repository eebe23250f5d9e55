package io.danmaku.dm.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

class EvidenceTest {
    private static final List<Histories.Version> VERSIONS = List.of(
            new Histories.Version("text", "first", 1),
            new Histories.Version("text", "second", 2),
            new Histories.Version("text", "x".repeat(1_000), 3),
            new Histories.Version("text", "fourth", 4),
            new Histories.Version("text", "last", 5));

    @Test
    void allBodiesAreKeptWhereTheyFit() {
        ObjectNode copy = Json.object();
        Evidence.put(copy, VERSIONS, 10_000);
        assertEquals(5, copy.get("versions").size());
        assertEquals("first", copy.at("/versions/0/body").asText());
        assertEquals(5, copy.at("/versions/4/at").asLong());
        assertFalse(copy.has("versionsLeftOut"));
    }

    @Test
    void whereTheyDoNotFitThoseInTheMiddleAreLeftOutAndCounted() {
        ObjectNode copy = Json.object();
        Evidence.put(copy, VERSIONS, 100);
        assertEquals(List.of("first", "second", "fourth", "last"), copy.findValuesAsText("body"));
        assertEquals(1, copy.get("versionsLeftOut").asInt());
        ObjectNode none = Json.object();
        Evidence.put(none, VERSIONS, 0);
        assertEquals(0, none.get("versions").size());
        assertEquals(5, none.get("versionsLeftOut").asInt());
    }

    @Test
    void aLongBodyAtOneEndHidesNoneOfTheOther() {
        Histories.Version longOne = new Histories.Version("text", "x".repeat(1_000), 9);
        List<Histories.Version> longFirst = List.of(longOne, VERSIONS.get(0), VERSIONS.get(1), VERSIONS.get(3));
        ObjectNode copy = Json.object();
        Evidence.put(copy, longFirst, 100);
        assertEquals(List.of("first", "second", "fourth"), copy.findValuesAsText("body"));
        assertEquals(1, copy.get("versionsLeftOut").asInt());
        List<Histories.Version> longLast = List.of(VERSIONS.get(0), VERSIONS.get(1), VERSIONS.get(3), longOne);
        copy = Json.object();
        Evidence.put(copy, longLast, 100);
        assertEquals(List.of("first", "second", "fourth"), copy.findValuesAsText("body"));
        assertEquals(1, copy.get("versionsLeftOut").asInt());
    }

    @Test
    void aCursorIsItsTextAndABrokenOneIsNone() {
        ReportsCursor cursor = new ReportsCursor(2_917, 1_764_000_000_000L, "AAAAAAAAAAAAAAAAAAAAAA");
        assertEquals(cursor, ReportsCursor.parse(cursor.toString()));
        ReportsCursor begin = ReportsCursor.beginOf(2_916);
        assertEquals(begin, ReportsCursor.parse(begin.toString()));
        for (String broken : List.of("", "%", "1:2:3", "2:1:1:", "1:1:99999999999999999999:", "1:1:1:a b", "1:-1:1:")) {
            String text = Base64.getUrlEncoder().encodeToString(broken.getBytes(StandardCharsets.US_ASCII));
            assertNull(ReportsCursor.parse(text), broken);
        }
        assertNull(ReportsCursor.parse("%%%"));
    }
}
