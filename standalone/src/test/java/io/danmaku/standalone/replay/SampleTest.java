package io.danmaku.standalone.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.danmaku.protocol.event.EventType;
import io.danmaku.protocol.json.EventDetail;
import java.io.IOException;
import java.io.StringReader;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class SampleTest {

    private static String sample(int comments, int minutes, long seed) {
        try {
            StringBuilder out = new StringBuilder();
            new Sample(comments, minutes, seed).write(out);
            return out.toString();
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static Archive archive(String text) throws IOException {
        return Archive.read(new StringReader(text));
    }

    @Test
    void theSameSeedMakesTheSameFileAndAnotherAnother() {
        assertEquals(sample(500, 5, 7), sample(500, 5, 7));
        assertNotEquals(sample(500, 5, 7), sample(500, 5, 8));
    }

    @Property(tries = 50)
    void everySampleReadsBackWhole(@ForAll @IntRange(min = 1, max = 2_000) int comments, @ForAll long seed)
            throws IOException {
        Archive archive = archive(sample(comments, 3, seed));
        assertEquals(comments, archive.comments().size());
        assertEquals(List.of(), archive.brokenShown());
        assertTrue(archive.comments().get(comments - 1).atMs() <= 3 * 60_000);
    }

    @Test
    void aSampleIsAsLivelyAsAnAudience() throws IOException {
        List<Comment> comments = archive(sample(20_000, 20, 1)).comments();
        Map<Long, Long> perSecond = comments.stream()
                .collect(Collectors.groupingBy(c -> c.atMs() / 1_000, TreeMap::new, Collectors.counting()));
        long busiest = perSecond.values().stream().mapToLong(n -> n).max().orElseThrow();
        assertTrue(busiest > 5 * 20_000 / 1_200, () -> "the busiest second has " + busiest);

        Set<String> texts = new HashSet<>();
        Set<String> senders = new HashSet<>();
        Set<Integer> colors = new HashSet<>();
        Set<String> modes = new HashSet<>();
        comments.forEach(c -> {
            texts.add(c.text());
            senders.add(c.sender());
            colors.add(c.color());
            modes.add(c.wireMode());
        });
        assertTrue(texts.size() > 500 && texts.size() < 10_000, () -> texts.size() + " texts");
        assertTrue(senders.size() > 2_000, () -> senders.size() + " senders");
        assertTrue(colors.size() > 5, () -> colors.size() + " colours");
        assertEquals(Set.of("scroll", "top", "bottom"), modes);
        assertTrue(comments.stream().anyMatch(c -> c.text().contains("\u200d")), "no joined emoji");
        assertTrue(comments.stream().anyMatch(c -> c.text().contains("<3")), "nothing to escape");
    }

    @Test
    void theHubTakesEveryCommentOfASample() throws IOException {
        for (Comment comment : archive(sample(5_000, 5, 3)).comments()) {
            assertTrue(comment.isPlainText(), comment::toString);
            EventDetail.Checked checked = EventDetail.check(
                    EventType.CHAT,
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("text", comment.wireText())
                            .put("mode", comment.wireMode())
                            .put("color", comment.wireColor())
                            .put("size", comment.wireSize()),
                    200);
            assertEquals(null, checked.refusal(), comment::toString);
        }
    }

    @Test
    void aSenderAlwaysHasTheSameVoiceAndVoicesShareTheWork() throws IOException {
        Cast cast = new Cast(claims -> "", "42", io.danmaku.protocol.room.Role.VIEWER, 64);
        Map<Integer, Long> load = archive(sample(20_000, 20, 1)).comments().stream()
                .collect(Collectors.groupingBy(c -> cast.voiceOf(c.sender()), Collectors.counting()));
        assertEquals(64, load.size());
        assertTrue(load.values().stream().allMatch(n -> n < 3_000), load::toString);
        Set<String> names = new HashSet<>();
        for (int voice = 0; voice < 1_000; voice++) {
            assertTrue(names.add(cast.name(voice)), cast.name(voice));
            assertTrue(io.danmaku.protocol.room.Ids.isUser(cast.user(voice)));
        }
    }
}
