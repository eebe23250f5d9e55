package io.danmaku.edge.broadcast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.edge.tail.Batch;
import io.danmaku.edge.tail.BatchWriter;
import io.danmaku.protocol.event.EventType;
import io.danmaku.protocol.event.SkipReason;
import io.danmaku.protocol.json.EventDetail;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.RoomRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class CollectedTest {
    private static final SplittableRandom RANDOM = new SplittableRandom(7);

    private static RoomRecord chat() {
        return chat(1);
    }

    private static RoomRecord chat(int weight) {
        byte[] json =
                EventDetail.fragment(EventType.CHAT, "7", "Ann", Json.object().put("text", "hi"));
        return new RoomRecord(EventType.CHAT, false, false, weight, 0, 0, "7", "", "", json);
    }

    /** The finished batch as JSON; its references are given back. */
    private static JsonNode finish(BatchWriter writer) {
        Batch batch = writer.finish();
        byte[] frame = new byte[batch.full().readableBytes()];
        batch.full().getBytes(batch.full().readerIndex(), frame);
        batch.release();
        int header = frame[1] < 126 ? 2 : frame[1] == 126 ? 4 : 10;
        try {
            return Json.MAPPER.readTree(frame, header, frame.length - header);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Property(tries = 300)
    void whateverIsLeftOutIsCountedAndTheRestKeepsItsOrder(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 200) int size, @ForAll @IntRange(max = 50) int budget) {
        Random random = new Random(seed);
        Collected collected = new Collected();
        int kept = 0;
        int candidates = 0;
        int repeats = 0;
        int shed = 0;
        for (long offset = 1; offset <= size; offset++) {
            switch (random.nextInt(4)) {
                case 0 -> {
                    collected.add(offset, 1, chat(), false);
                    kept++;
                }
                case 1 -> {
                    collected.add(offset, 1, chat(1 + random.nextInt(4)), true);
                    candidates++;
                }
                case 2 -> {
                    collected.skip(offset, SkipReason.SHED);
                    shed++;
                }
                default -> {
                    collected.skip(offset, SkipReason.REPEAT);
                    repeats++;
                }
            }
        }
        BatchWriter writer = new BatchWriter("42");
        int sampled = collected.write(writer, budget, RANDOM);
        assertTrue(collected.isEmpty());
        assertEquals(Math.max(0, candidates - budget), sampled);
        JsonNode frame = finish(writer);
        assertEquals(1, frame.get("from").asLong());
        assertEquals(size, frame.get("to").asLong());
        assertEquals(kept + candidates - sampled, frame.get("events").size());
        assertEquals(sampled, frame.at("/skipped/sampled").asInt());
        assertEquals(repeats, frame.at("/skipped/repeat").asInt());
        assertEquals(shed, frame.at("/skipped/shed").asInt());
        assertEquals(size, frame.get("events").size() + sampled + repeats + shed);
        long last = 0;
        for (JsonNode event : frame.get("events")) {
            assertTrue(event.get("o").asLong() > last);
            last = event.get("o").asLong();
        }
    }

    @Test
    void eachCandidateHasTheSameChanceWheneverItCame() {
        int size = 40;
        int budget = 10;
        int rounds = 4_000;
        int[] told = new int[size + 1];
        Collected collected = new Collected();
        BatchWriter writer = new BatchWriter("42");
        for (int round = 0; round < rounds; round++) {
            for (int offset = 1; offset <= size; offset++) {
                collected.add(offset, 1, chat(), true);
            }
            collected.write(writer, budget, RANDOM);
            finish(writer).get("events").forEach(event -> told[event.get("o").asInt()]++);
        }
        // 1,000 expected of each, standard deviation 27: six of them
        for (int offset = 1; offset <= size; offset++) {
            assertTrue(Math.abs(told[offset] - 1_000) < 165, offset + " was told " + told[offset] + " times");
        }
    }

    @Test
    void whoWeighsMoreIsToldMoreOftenAndNobodyNever() {
        int size = 40;
        int budget = 10;
        int rounds = 4_000;
        int[] told = new int[5];
        Collected collected = new Collected();
        BatchWriter writer = new BatchWriter("42");
        for (int round = 0; round < rounds; round++) {
            for (int offset = 1; offset <= size; offset++) {
                collected.add(offset, 1, chat(1 << (offset % 3)), true);
            }
            assertEquals(size - budget, collected.write(writer, budget, RANDOM));
            finish(writer)
                    .get("events")
                    .forEach(event -> told[1 << (event.get("o").asInt() % 3)]++);
        }
        assertEquals(rounds * budget, told[1] + told[2] + told[4]);
        // 13 or 14 of each weight. Drawn one after another, as many as the ratios say at first and fewer as the heavy
        // ones are used up
        double ofMembers = told[2] / (double) told[1];
        double ofVips = told[4] / (double) told[1];
        assertTrue(ofMembers > 1.6 && ofMembers < 2.2, "twice: " + ofMembers);
        assertTrue(ofVips > 2.4 && ofVips < 4.2, "up to four times: " + ofVips);
    }

    @Test
    void withoutALimitNothingIsLeftOut() {
        Collected collected = new Collected();
        Set<Long> offsets = new HashSet<>();
        for (long offset = 1; offset <= 100; offset++) {
            collected.add(offset, 1, chat(), true);
            offsets.add(offset);
        }
        BatchWriter writer = new BatchWriter("42");
        assertEquals(0, collected.write(writer, new Budget(0).now(0, 0), RANDOM));
        finish(writer)
                .get("events")
                .forEach(event -> offsets.remove(event.get("o").asLong()));
        assertEquals(Set.of(), offsets);
    }
}
