package io.danmaku.standalone.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class CoverageTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private final Coverage coverage = new Coverage();

    @Test
    void batchesThatFollowAndAddUpAreClean() {
        coverage.begin(5);
        assertClean("{'room':'r','from':5,'to':5,'events':[" + event(5) + "]}");
        assertClean("{'room':'r','from':6,'to':10,'events':[" + event(6) + "," + event(9)
                + "],'skipped':{'sampled':2,'repeat':1}}");
        assertClean("{'room':'r','from':11,'to':90,'events':[],'gap':'retention'}");
        assertClean("{'room':'r','from':91,'to':92,'events':[],'skipped':{'slow':2}}");
        assertEquals(93, coverage.next());
        assertEquals(3, coverage.events());
        assertEquals(4, coverage.frames());
        assertEquals(Map.of("sampled", 2L, "repeat", 1L, "slow", 2L), coverage.skipped());
        assertEquals(List.of(new Coverage.Gap(11, 90, "retention")), coverage.gaps());
        assertEquals(0, coverage.violationCount());
    }

    @Test
    void whatBeginsElsewhereThanTheJoinSaidIsFound() {
        coverage.begin(5);
        assertFound("{'room':'r','from':6,'to':6,'events':[" + event(6) + "]}", "5 was due");
    }

    @Test
    void aBatchThatCameBeforeItsJoinWasAnsweredIsStillChecked() {
        assertClean("{'room':'r','from':7,'to':7,'events':[" + event(7) + "]}");
        assertNull(coverage.begin(7));
        assertNotNull(coverage.begin(9));
        assertEquals(1, coverage.violationCount());
    }

    @Test
    void everyPlantedFaultIsFound() {
        assertFaulty("{'room':'r','to':5,'events':[]}", "without a range");
        assertFaulty("{'room':'r','from':'5','to':5,'events':[]}", "without a range");
        assertFaulty("{'room':'r','from':5.0,'to':5,'events':[" + event(5) + "]}", "without a range");
        assertFaulty("{'room':'r','from':5,'to':4,'events':[]}", "a range of 5..4");
        assertFaulty("{'room':'r','from':0,'to':0,'events':[" + event(0) + "]}", "a range of 0..0");
        // a hole, an overlap, a repeated batch
        assertFaulty("{'room':'r','from':6,'to':6,'events':[" + event(6) + "]}", "5 was due");
        assertFaulty("{'room':'r','from':4,'to':5,'events':[" + event(4) + "," + event(5) + "]}", "5 was due");
        // one dropped silently, one too many
        assertFaulty("{'room':'r','from':5,'to':6,'events':[" + event(5) + "]}", "1 events and 0 skipped");
        assertFaulty("{'room':'r','from':5,'to':5,'events':[" + event(5) + "],'skipped':{'slow':1}}", "1 skipped");
        // offsets doubled, out of order, outside
        assertFaulty("{'room':'r','from':5,'to':6,'events':[" + event(5) + "," + event(5) + "]}", "after 5");
        assertFaulty("{'room':'r','from':5,'to':6,'events':[" + event(6) + "," + event(5) + "]}", "after 6");
        assertFaulty("{'room':'r','from':5,'to':5,'events':[" + event(4) + "]}", "after 4");
        assertFaulty("{'room':'r','from':5,'to':5,'events':[" + event(6) + "]}", "offset 6");
        // reasons that are none
        assertFaulty("{'room':'r','from':5,'to':5,'events':[],'skipped':{'lost':1}}", "no reason");
        assertFaulty("{'room':'r','from':5,'to':6,'events':[],'skipped':{'slow':3,'shed':-1}}", "skipped");
        assertFaulty("{'room':'r','from':5,'to':5,'events':[],'skipped':{'slow':1.0}}", "skipped");
        assertFaulty("{'room':'r','from':5,'to':5,'events':[],'skipped':[1]}", "not an object");
        assertFaulty("{'room':'r','from':5,'to':9,'events':[],'gap':'tired'}", "no reason");
        assertFaulty("{'room':'r','from':5,'to':9,'events':[" + event(5) + "],'gap':'retention'}", "with events");
        assertFaulty("{'room':'r','from':5,'to':5}", "no events");
        // events that are none
        assertFaulty("{'room':'r','from':5,'to':5,'events':[{'o':5,'ts':1,'t':'x','d':{}}]}", "no known type");
        assertFaulty("{'room':'r','from':5,'to':5,'events':[{'o':5,'t':'chat','d':{}}]}", "no time");
        assertFaulty("{'room':'r','from':5,'to':5,'events':[{'o':5,'ts':1,'t':'chat'}]}", "no detail");
        assertFaulty("{'room':'r','from':5,'to':5,'events':[{'o':5,'ts':1,'t':'chat','u':{},'d':{}}]}", "half a user");
    }

    @Test
    void afterAFaultTheNextBatchIsCheckedFromThere() {
        coverage.begin(5);
        assertFound("{'room':'r','from':7,'to':7,'events':[" + event(7) + "]}", "5 was due");
        assertClean("{'room':'r','from':8,'to':8,'events':[" + event(8) + "]}");
        assertEquals(1, coverage.violationCount());
    }

    @Property
    void anyHistoryIsCleanAndLosingAnyOneOfItsEventsIsFound(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 12) int batches) {
        List<ObjectNode> history = history(new Random(seed), batches);
        Coverage whole = new Coverage();
        whole.begin(1);
        history.forEach(whole::check);
        assertEquals(List.of(), whole.violations());
        assertEquals(history.size(), whole.frames());

        Random random = new Random(seed);
        List<ObjectNode> withEvents = new ArrayList<>(history);
        withEvents.removeIf(batch -> batch.get("events").isEmpty());
        if (!withEvents.isEmpty()) {
            ObjectNode victim = withEvents.get(random.nextInt(withEvents.size()));
            victim.withArray("events")
                    .remove(random.nextInt(victim.get("events").size()));
            Coverage damaged = new Coverage();
            damaged.begin(1);
            history.forEach(damaged::check);
            assertEquals(1, damaged.violationCount());
        }
    }

    @Property
    void losingAWholeBatchIsFound(@ForAll long seed, @ForAll @IntRange(min = 2, max = 12) int batches) {
        List<ObjectNode> history = history(new Random(seed), batches);
        history.remove(new Random(seed).nextInt(history.size() - 1));
        Coverage damaged = new Coverage();
        damaged.begin(1);
        history.forEach(damaged::check);
        assertEquals(1, damaged.violationCount());
    }

    private static List<ObjectNode> history(Random random, int batches) {
        List<ObjectNode> history = new ArrayList<>();
        long next = 1;
        for (int i = 0; i < batches; i++) {
            ObjectNode batch = JSON.createObjectNode().put("room", "r").put("from", next);
            var events = batch.putArray("events");
            int offsets = 1 + random.nextInt(6);
            int slow = 0;
            for (int k = 0; k < offsets; k++) {
                if (random.nextInt(4) == 0) {
                    slow++;
                } else {
                    events.addObject()
                            .put("o", next + k)
                            .put("ts", 1)
                            .put("t", "chat")
                            .putObject("d");
                }
            }
            if (slow > 0) {
                batch.putObject("skipped").put("slow", slow);
            }
            next += offsets;
            batch.put("to", next - 1);
            history.add(batch);
        }
        return history;
    }

    private static String event(long offset) {
        return "{'o':" + offset + ",'ts':1764000000000,'t':'chat','u':{'id':'7','name':'Ann'},'d':{'text':'hi'}}";
    }

    private static JsonNode batch(String text) {
        try {
            return JSON.readTree(text.replace('\'', '"'));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void assertClean(String text) {
        assertNull(coverage.check(batch(text)));
    }

    private void assertFound(String text, String says) {
        String found = coverage.check(batch(text));
        assertNotNull(found, text);
        assertTrue(found.contains(says), found);
        assertEquals(found, coverage.violations().get(coverage.violations().size() - 1));
    }

    private static void assertFaulty(String text, String says) {
        CoverageTest fresh = new CoverageTest();
        fresh.coverage.begin(5);
        fresh.assertFound(text, says);
        assertEquals(1, fresh.coverage.violationCount());
    }
}
