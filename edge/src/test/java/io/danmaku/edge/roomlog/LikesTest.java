package io.danmaku.edge.roomlog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.event.EventType;
import io.danmaku.protocol.log.RoomRecord;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class LikesTest {
    private static final Pattern TOLD = Pattern.compile("\"t\":\"like\",\"d\":\\{\"n\":(\\d+)}}");

    private final List<RoomRecord> told = new ArrayList<>();
    private final LongAdder lost = new LongAdder();
    /** What the log answers to the next; null = it takes it. */
    private ErrorCode answer;

    private final Likes likes = new Likes(this::append, lost);

    private void append(byte[] record, Consumer<Refusal> failed) {
        if (answer == null) {
            told.add(RoomRecord.decode(record));
        } else {
            failed.accept(Refusal.of(answer, "no"));
        }
    }

    private long sum() {
        return told.stream().mapToLong(LikesTest::number).sum();
    }

    private static long number(RoomRecord record) {
        Matcher json = TOLD.matcher(new String(record.json(), StandardCharsets.US_ASCII));
        assertTrue(json.matches(), json::toString);
        return Long.parseLong(json.group(1));
    }

    @Test
    void manyLikesAreOneEventOfTheHubThatIsNeitherARepeatNorSampled() {
        likes.add(1);
        likes.add(99);
        likes.tell();
        likes.tell();
        assertEquals(1, told.size(), "nothing is told of nothing");
        RoomRecord record = told.get(0);
        assertEquals(EventType.LIKE, record.type());
        assertEquals("", record.user() + record.cid());
        assertTrue(record.ranking());
        assertFalse(record.shadowed());
        assertEquals(100, number(record));
    }

    @Test
    void whatTheLogDoesNotTakeGoesWithTheNext() {
        answer = ErrorCode.UNAVAILABLE;
        likes.add(5);
        likes.tell();
        answer = ErrorCode.BUSY;
        likes.tell();
        answer = null;
        likes.add(2);
        likes.tell();
        assertEquals(List.of(7L), told.stream().map(LikesTest::number).toList());
        assertEquals(0, lost.sum());
    }

    @Test
    void whatIsPerhapsInTheLogIsNotToldTwice() {
        answer = ErrorCode.PENDING;
        likes.add(5);
        likes.tell();
        answer = null;
        likes.tell();
        assertEquals(List.of(), told);
        assertEquals(5, lost.sum());
    }

    @Test
    void whatIsLeftAtTheEndIsToldOrCountedAsLost() {
        likes.add(5);
        likes.end();
        assertEquals(5, sum());
        answer = ErrorCode.UNAVAILABLE;
        likes.add(3);
        likes.end();
        assertEquals(3, lost.sum());
    }

    @Property(tries = 30)
    void noLikeIsMissingAndNoneIsToldTwiceWhileManyAdd(
            @ForAll @Size(min = 1, max = 4) List<@IntRange(min = 1, max = 2_000) Integer> adders) {
        List<CompletableFuture<Void>> adding = adders.stream()
                .map(count -> CompletableFuture.runAsync(
                        () -> IntStream.range(0, count).forEach(i -> likes.add(1 + i % 100))))
                .toList();
        while (!adding.stream().allMatch(CompletableFuture::isDone)) {
            likes.tell();
        }
        likes.tell();
        long before = adders.stream()
                .mapToLong(count ->
                        IntStream.range(0, count).mapToLong(i -> 1 + i % 100).sum())
                .sum();
        assertEquals(before, sum());
        told.clear();
    }
}
