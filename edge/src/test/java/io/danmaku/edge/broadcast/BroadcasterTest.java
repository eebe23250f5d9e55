package io.danmaku.edge.broadcast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.edge.audience.Deliveries;
import io.danmaku.edge.tail.Batch;
import io.danmaku.edge.tail.Deletions;
import io.danmaku.edge.tail.FrameReader;
import io.danmaku.protocol.event.DeliveryClass;
import io.danmaku.protocol.event.EventType;
import io.danmaku.protocol.json.EventDetail;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.json.PolicyJson;
import io.danmaku.protocol.log.RoomRecord;
import io.danmaku.protocol.room.Durability;
import io.danmaku.protocol.room.Hold;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.room.RoomPolicy;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What comes out of the ring accounts for all that went in, whatever is left out meanwhile. */
class BroadcasterTest {
    private static final RoomKey ROOM = new RoomKey("default", "42");
    private static final EventType[] TYPES = {
        EventType.CHAT, EventType.LIKE, EventType.ENTER, EventType.ANNOUNCE, EventType.STATE
    };
    private static final Restraint SAMPLING = new Restraint(50, 2, false);
    private static final Restraint SHEDDING = new Restraint(50, 2, true);

    private final Broadcaster broadcaster = new Broadcaster(
            1, 64, new Pace(1, 2, 64, () -> new Executor[0]), 4_096, (sendId, offset, tsMs, held) -> {});
    private int rooms;

    @AfterEach
    @AfterProperty
    void close() {
        broadcaster.close();
    }

    private LiveRoom room(int bestEffortPerSecond) {
        return new LiveRoom(
                new LiveRoom.Opening(
                        new RoomKey(ROOM.tenant(), ROOM.room() + rooms++),
                        "e",
                        Durability.LOGGED,
                        0,
                        1024,
                        1 << 22,
                        1,
                        PolicyJson.merged(
                                RoomPolicy.DEFAULT, Json.object().put("bestEffortPerSecond", bestEffortPerSecond)),
                        new Deletions()),
                null,
                new Deliveries(ns -> {}),
                System.nanoTime());
    }

    private static RoomRecord record(EventType type, boolean ranking, String cid) {
        byte[] json = EventDetail.fragment(type, "7", "Ann", Json.object().put("text", "hi"));
        String key = type.deliveryClass() == DeliveryClass.LATEST ? "k" : "";
        return new RoomRecord(type, ranking, false, 1, 0, 0, "7", cid, key, json);
    }

    /** One whose class its room has declared. */
    private static RoomRecord app(DeliveryClass deliveryClass, boolean ranking, String cid, String key) {
        byte[] json = EventDetail.fragment(EventType.APP, "7", "Ann", Json.object());
        return new RoomRecord(EventType.APP, deliveryClass, ranking, false, 1, 0, 0, "7", cid, key, null, json);
    }

    /** All frames of the room, full and lean, when all up to the offset is in its tail; then it is closed. */
    private List<JsonNode> frames(LiveRoom room, long last, boolean lean) throws Exception {
        long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (room.tail().headOffset() < last) {
            assertTrue(System.nanoTime() < endNs, () -> room.tail().headOffset() + " of " + last);
            Thread.onSpinWait();
        }
        List<JsonNode> frames = new ArrayList<>();
        // the offset is said before the number of the next batch: the head may still be that of the last one
        long end = room.tail().find(last);
        for (long seq = 0; seq <= end; seq++) {
            Batch batch = room.tail().retain(seq);
            ByteBuf frame = lean ? batch.lean(room.tail()::hasNewer) : batch.full();
            frames.add(FrameReader.json(frame));
            batch.release();
        }
        return frames;
    }

    /** The offsets told; fails unless every other one is counted as skipped, frame after frame. */
    private static Set<Long> told(List<JsonNode> frames, long last) {
        Set<Long> told = new HashSet<>();
        long due = 1;
        for (JsonNode frame : frames) {
            long from = frame.get("from").asLong();
            long to = frame.get("to").asLong();
            assertEquals(due, from);
            long skipped = 0;
            for (JsonNode count : frame.path("skipped")) {
                skipped += count.asLong();
            }
            assertEquals(to - from + 1, frame.get("events").size() + skipped, frame::toString);
            frame.get("events").forEach(event -> told.add(event.get("o").asLong()));
            due = to + 1;
        }
        assertEquals(last + 1, due);
        return told;
    }

    private static Map<String, Long> skipped(List<JsonNode> frames) {
        Map<String, Long> sums = new HashMap<>();
        frames.forEach(frame -> frame.path("skipped")
                .properties()
                .forEach(reason -> sums.merge(reason.getKey(), reason.getValue().asLong(), Long::sum)));
        return sums;
    }

    @Test
    void theLogTellsWhoSpokeWhenWhileTheRoomIsInSlowMode() throws Exception {
        LiveRoom room = room(0);
        broadcaster.record(room, 1, 1_000, record(EventType.CHAT, false, "a"));
        frames(room, 1, false);
        assertEquals(0, room.spoken().waitMs("7", "z", 5_000, 1_001), "nobody asks for it");
        room.policy(slow());
        broadcaster.record(room, 2, 2_000, record(EventType.CHAT, false, "b"));
        broadcaster.record(room, 3, 3_000, record(EventType.CHAT, false, "b"));
        broadcaster.record(room, 4, 4_000, record(EventType.LIKE, false, "c"));
        broadcaster.record(room, 5, 5_000, record(EventType.CHAT, true, "d"));
        frames(room, 5, false);
        assertEquals(4_999, room.spoken().waitMs("7", "z", 5_000, 2_001), "neither a repeat nor a like counts");
        assertEquals(0, room.spoken().waitMs("7", "b", 5_000, 2_001), "the same send again");
        assertEquals(0, room.spoken().waitMs("7", "z", 5_000, 7_000));
        assertEquals(0, room.spoken().waitMs("8", "z", 5_000, 2_001));
        broadcaster.close(room).get(20, TimeUnit.SECONDS);
    }

    private static RoomPolicy slow() {
        return PolicyJson.merged(
                RoomPolicy.DEFAULT, Json.object().put("slowModeMs", 5_000).put("bestEffortPerSecond", 0));
    }

    @Test
    void whatAShadowBannedUserSendsIsCountedAndNotTold() throws Exception {
        LiveRoom room = room(0);
        byte[] json = EventDetail.fragment(EventType.CHAT, "8", "Bo", Json.object());
        broadcaster.record(room, 1, 1, record(EventType.CHAT, false, "a"));
        broadcaster.record(room, 2, 1, new RoomRecord(EventType.CHAT, false, true, 1, 0, 0, "8", "b", "", json));
        broadcaster.record(room, 3, 1, record(EventType.CHAT, false, "c"));
        List<JsonNode> frames = frames(room, 3, false);
        assertEquals(Set.of(1L, 3L), told(frames, 3));
        assertEquals(Map.of("filtered", 1L), skipped(frames));
        broadcaster.close(room).get(20, TimeUnit.SECONDS);
    }

    @Test
    void whatIsHeldIsCountedAndToldToModeratorsOnceAndItsRepeatsAreAcknowledgedAsHeld() throws Exception {
        List<String> acks = new CopyOnWriteArrayList<>();
        List<Long> pushed = new CopyOnWriteArrayList<>();
        Broadcaster own = new Broadcaster(1, 64, new Pace(1, 2, 64, () -> new Executor[0]), 4_096, new Acks() {
            @Override
            public void sent(long sendId, long offset, long tsMs, boolean held) {
                acks.add(sendId + "@" + offset + (held ? " held" : ""));
            }

            @Override
            public void held(LiveRoom room, long offset, long tsMs, RoomRecord record, boolean own) {
                pushed.add(offset);
            }
        });
        LiveRoom room = room(0);
        byte[] json = EventDetail.fragment(EventType.CHAT, "8", "Bo", Json.object());
        own.record(room, 1, 1, sent(1, false, new Hold(Hold.Why.ALL, 9), json, "a"));
        own.record(room, 2, 1, sent(2, false, null, json, "a"));
        own.record(room, 3, 1, sent(3, true, new Hold(Hold.Why.ALL, 9), json, "b"));
        own.record(room, 4, 1, sent(4, false, new Hold(Hold.Why.ALL, 9), json, "a"));
        own.record(room, 5, 1, sent(5, false, null, json, "c"));
        List<JsonNode> frames = frames(room, 5, false);
        assertEquals(Set.of(5L), told(frames, 5));
        assertEquals(Map.of("filtered", 3L, "repeat", 1L), skipped(frames));
        assertEquals(List.of(1L), pushed, "neither a repeat nor what a shadow banned user sent");
        assertEquals(List.of("1@1 held", "2@1 held", "3@3 held", "4@1 held", "5@5"), acks);
        own.close(room).get(20, TimeUnit.SECONDS);
        own.close();
    }

    private static RoomRecord sent(long sendId, boolean shadowed, Hold held, byte[] json, String cid) {
        return new RoomRecord(
                EventType.CHAT,
                EventType.CHAT.deliveryClass(),
                false,
                shadowed,
                1,
                1,
                sendId,
                "8",
                cid,
                "",
                held,
                json);
    }

    @Test
    void ofVeryManyHeldChatsModeratorsAreToldSoManyASecond() throws Exception {
        AtomicInteger pushed = new AtomicInteger();
        Broadcaster own = new Broadcaster(1, 64, new Pace(1, 2, 64, () -> new Executor[0]), 4_096, new Acks() {
            @Override
            public void sent(long sendId, long offset, long tsMs, boolean held) {}

            @Override
            public void held(LiveRoom room, long offset, long tsMs, RoomRecord record, boolean own) {
                pushed.incrementAndGet();
            }
        });
        LiveRoom room = room(0);
        byte[] json = EventDetail.fragment(EventType.CHAT, "8", "Bo", Json.object());
        for (int i = 1; i <= 500; i++) {
            own.record(room, i, 1, sent(i, false, new Hold(Hold.Why.ALL, 9), json, "c" + i));
        }
        assertEquals(Set.of(), told(frames(room, 500, false), 500));
        // fifty a second and fifty saved: more only if this took seconds
        assertTrue(pushed.get() >= 50 && pushed.get() < 400, () -> pushed + " pushed");
        own.close(room).get(20, TimeUnit.SECONDS);
        own.close();
    }

    @Property(tries = 60)
    void whateverIsLeftOutIsCountedAndNothingIsThatMustNotBe(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 400) int size, @ForAll @IntRange(max = 20) int budget)
            throws Exception {
        Random random = new Random(seed);
        LiveRoom room = room(budget);
        Set<Long> must = new HashSet<>();
        long shedBefore = broadcaster.shed();
        long sampledBefore = broadcaster.sampled();
        for (long offset = 1; offset <= size; offset++) {
            if (random.nextInt(20) == 0) {
                broadcaster.restrain(List.of(Restraint.NONE, SAMPLING, SHEDDING).get(random.nextInt(3)));
            }
            EventType type = TYPES[random.nextInt(TYPES.length)];
            boolean ranking = random.nextInt(4) == 0;
            boolean repeat = random.nextInt(10) == 0 && offset > 1;
            String cid = repeat ? "c1" : "c" + offset;
            RoomRecord record = random.nextInt(4) == 0
                    ? app(DeliveryClass.ofCode(1 + random.nextInt(3)), ranking, cid, "k")
                    : record(type, ranking, cid);
            if (!repeat
                    && ((ranking && record.type() != EventType.LIKE)
                            || record.deliveryClass() != DeliveryClass.BEST_EFFORT)) {
                must.add(offset);
            }
            broadcaster.record(room, offset, 1, record);
        }
        List<JsonNode> full = frames(room, size, false);
        Set<Long> told = told(full, size);
        told(frames(room, size, true), size);
        assertTrue(told.containsAll(must), () -> "left out of " + must);
        Map<String, Long> skipped = skipped(full);
        assertEquals(broadcaster.shed() - shedBefore, skipped.getOrDefault("shed", 0L));
        assertEquals(broadcaster.sampled() - sampledBefore, skipped.getOrDefault("sampled", 0L));
        broadcaster.close(room).get(20, TimeUnit.SECONDS);
    }

    @Test
    void whoLagsIsToldAppEventsByTheClassOfTheirRecord() throws Exception {
        LiveRoom room = room(0);
        List<RoomRecord> records = List.of(
                app(DeliveryClass.LATEST, false, "a", "position car7"),
                app(DeliveryClass.LATEST, false, "b", "position car8"),
                app(DeliveryClass.BEST_EFFORT, false, "c", ""),
                app(DeliveryClass.RELIABLE, false, "d", ""),
                app(DeliveryClass.LATEST, false, "e", "position car7"),
                new RoomRecord(EventType.STATE, false, false, 1, 0, 0, "7", "f", "position car8", state()));
        long offset = 0;
        for (RoomRecord record : records) {
            broadcaster.record(room, ++offset, 1, record);
        }
        assertEquals(Set.of(1L, 2L, 3L, 4L, 5L, 6L), told(frames(room, offset, false), offset));
        List<JsonNode> lean = frames(room, offset, true);
        assertEquals(Set.of(2L, 4L, 5L, 6L), told(lean, offset), "a state's key is none of an app event's");
        assertEquals(Map.of("conflated", 1L, "slow", 1L), skipped(lean));
        broadcaster.close(room).get(20, TimeUnit.SECONDS);
    }

    private static byte[] state() {
        return EventDetail.fragment(EventType.STATE, "7", "Ann", Json.object());
    }

    @Test
    void ofAppEventsTheBudgetSamplesThoseThatAreBestEffortAndNoModeratorsOwn() throws Exception {
        LiveRoom room = room(1);
        Set<Long> due = new HashSet<>();
        long offset = 0;
        for (int i = 0; i < 200; i++) {
            for (DeliveryClass deliveryClass : DeliveryClass.values()) {
                boolean ranking = i % 2 == 0;
                offset++;
                if (ranking || deliveryClass != DeliveryClass.BEST_EFFORT) {
                    due.add(offset);
                }
                broadcaster.record(room, offset, 1, app(deliveryClass, ranking, "c" + offset, "k"));
            }
        }
        List<JsonNode> frames = frames(room, offset, false);
        Set<Long> told = told(frames, offset);
        assertTrue(told.containsAll(due), () -> "left out of " + due);
        assertTrue(skipped(frames).get("sampled") > 50, () -> "sampled " + skipped(frames));
        broadcaster.close(room).get(20, TimeUnit.SECONDS);
    }

    @Test
    void likesAndEntersOfViewersAreShedAndNothingElse() throws Exception {
        LiveRoom room = room(0);
        broadcaster.restrain(new Restraint(100, 0, true));
        Set<Long> due = new HashSet<>();
        long offset = 0;
        for (EventType type : TYPES) {
            for (boolean ranking : new boolean[] {false, true}) {
                offset++;
                if (type != EventType.LIKE && (ranking || type != EventType.ENTER)) {
                    due.add(offset);
                }
                broadcaster.record(room, offset, 1, record(type, ranking, "c" + offset));
            }
        }
        List<JsonNode> frames = frames(room, offset, false);
        assertEquals(due, told(frames, offset));
        assertEquals(Map.of("shed", 3L), skipped(frames));
        assertEquals(3, broadcaster.shed());
        broadcaster.close(room).get(20, TimeUnit.SECONDS);
    }

    @Test
    void aRoomsBudgetIsCutAndOneWithoutGetsOneAndBothComeBack() {
        assertEquals(100, Restraint.NONE.budget(100));
        assertEquals(0, Restraint.NONE.budget(0), "no limit");
        Restraint cut = new Restraint(50, 30, false);
        assertEquals(50, cut.budget(100));
        assertEquals(1, cut.budget(1), "something is always told");
        assertEquals(50_000, cut.budget(100_000));
        assertEquals(30, cut.budget(0));
        assertFalse(cut.sheds(record(EventType.LIKE, false, "")));
    }

    @Test
    void whatARoomWithoutALimitIsToldIsBoundedWhileSampling() throws Exception {
        LiveRoom room = room(0);
        broadcaster.restrain(SAMPLING);
        int size = 500;
        for (long offset = 1; offset <= size; offset++) {
            broadcaster.record(room, offset, 1, record(EventType.CHAT, false, "c" + offset));
        }
        List<JsonNode> frames = frames(room, size, false);
        int told = told(frames, size).size();
        // two a second and two saved: more only if this took seconds
        assertTrue(told >= 2 && told < 50, () -> told + " told");
        assertEquals(size - told, skipped(frames).get("sampled"));
        broadcaster.close(room).get(20, TimeUnit.SECONDS);
    }
}
