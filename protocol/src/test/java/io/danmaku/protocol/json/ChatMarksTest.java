package io.danmaku.protocol.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.event.EventType;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

final class ChatMarksTest {
    private static final int TEXT_MAX = 200;

    private static ObjectNode json(String text) {
        try {
            return (ObjectNode) Json.MAPPER.readTree(text);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static EventDetail.Checked check(String text, String marks) {
        return EventDetail.check(EventType.CHAT, json("{" + marks + "}").put("text", text), TEXT_MAX);
    }

    private static ObjectNode kept(String text, String marks) {
        EventDetail.Checked checked = check(text, marks);
        assertNull(checked.refusal(), () -> marks + " " + checked.refusal());
        return checked.detail();
    }

    private static void assertRefused(String text, String marks) {
        EventDetail.Checked checked = check(text, marks);
        assertNotNull(checked.refusal(), () -> "accepted " + marks);
        assertEquals(ErrorCode.BAD_FIELD, checked.refusal().code());
    }

    private static String emotes(int count) {
        return "\"emotes\":"
                + IntStream.range(0, count)
                        .mapToObj(i -> "{\"id\":\"e\",\"from\":" + i + ",\"to\":" + (i + 1) + "}")
                        .collect(Collectors.joining(",", "[", "]"));
    }

    private static String mentions(int count) {
        return "\"mentions\":"
                + IntStream.range(0, count).mapToObj(i -> "\"u" + i + "\"").collect(Collectors.joining(",", "[", "]"));
    }

    @Test
    void whatIsKnownIsKeptAndNoMore() {
        assertEquals(
                "{\"text\":\"hi :a:\",\"mode\":\"scroll\",\"color\":\"#ffffff\",\"size\":25,"
                        + "\"reply\":{\"o\":123,\"user\":\"7\"},\"mentions\":[\"7\",\"a@b.c\"],"
                        + "\"emotes\":[{\"id\":\"cat:1\",\"from\":3,\"to\":6}]}",
                kept(
                                "hi :a:",
                                "\"emotes\":[{\"url\":\"x\",\"to\":6,\"from\":3,\"id\":\"cat:1\"}],\"mentions\":[\"7\",\"a@b.c\"],"
                                        + "\"reply\":{\"o\":123,\"user\":\"7\",\"text\":\"said\"}")
                        .toString());
    }

    @Test
    void whoNamesNobodyAndPlacesNothingHasNoSuchFields() {
        ObjectNode kept = kept("hi", "\"mentions\":[],\"emotes\":[]");
        assertFalse(kept.has("mentions") || kept.has("emotes") || kept.has("reply"), kept::toString);
    }

    @Test
    void aReplyNamesAnEventByItsOffsetAndUser() {
        assertEquals(
                (1L << 53) - 1,
                kept("hi", "\"reply\":{\"o\":9007199254740991,\"user\":\"7\"}")
                        .at("/reply/o")
                        .longValue());
        for (String reply : new String[] {
            "null",
            "5",
            "[]",
            "{}",
            "{\"o\":5}",
            "{\"user\":\"7\"}",
            "{\"o\":0,\"user\":\"7\"}",
            "{\"o\":9007199254740992,\"user\":\"7\"}",
            "{\"o\":1.5,\"user\":\"7\"}",
            "{\"o\":\"5\",\"user\":\"7\"}",
            "{\"o\":5,\"user\":7}",
            "{\"o\":5,\"user\":\"7/8\"}"
        }) {
            assertRefused("hi", "\"reply\":" + reply);
        }
    }

    @Test
    void atMostEightUsersAreMentionedEachOnce() {
        assertEquals(
                ChatMarks.MENTIONS_MAX,
                kept("hi", mentions(ChatMarks.MENTIONS_MAX)).get("mentions").size());
        assertRefused("hi", mentions(ChatMarks.MENTIONS_MAX + 1));
        for (String mentions : new String[] {"null", "\"7\"", "{}", "[7]", "[null]", "[\"\"]", "[\"7\",\"7\"]"}) {
            assertRefused("hi", "\"mentions\":" + mentions);
        }
    }

    @Test
    void atMostThirtyTwoEmotesStandInAText() {
        String text = "x".repeat(100);
        assertEquals(
                ChatMarks.EMOTES_MAX,
                kept(text, emotes(ChatMarks.EMOTES_MAX)).get("emotes").size());
        assertRefused(text, emotes(ChatMarks.EMOTES_MAX + 1));
        for (String emotes : new String[] {
            "null",
            "{}",
            "[7]",
            "[{\"id\":\"a\",\"from\":0}]",
            "[{\"id\":\"a\",\"to\":1}]",
            "[{\"from\":0,\"to\":1}]",
            "[{\"id\":7,\"from\":0,\"to\":1}]",
            "[{\"id\":\"\",\"from\":0,\"to\":1}]",
            "[{\"id\":\"a b\",\"from\":0,\"to\":1}]",
            "[{\"id\":\"" + "a".repeat(65) + "\",\"from\":0,\"to\":1}]",
            "[{\"id\":\"a\",\"from\":-1,\"to\":1}]",
            "[{\"id\":\"a\",\"from\":1,\"to\":1}]",
            "[{\"id\":\"a\",\"from\":1,\"to\":0}]",
            "[{\"id\":\"a\",\"from\":0,\"to\":101}]",
            "[{\"id\":\"a\",\"from\":100,\"to\":101}]",
            "[{\"id\":\"a\",\"from\":0,\"to\":4294967297}]",
            "[{\"id\":\"a\",\"from\":0.0,\"to\":1}]",
            "[{\"id\":\"a\",\"from\":\"0\",\"to\":1}]"
        }) {
            assertRefused(text, "\"emotes\":" + emotes);
        }
    }

    @Test
    void emotesStandOneBehindTheOther() {
        assertEquals(
                2,
                kept("ab", "\"emotes\":[{\"id\":\"a\",\"from\":0,\"to\":1},{\"id\":\"a\",\"from\":1,\"to\":2}]")
                        .get("emotes")
                        .size());
        assertRefused("abc", "\"emotes\":[{\"id\":\"a\",\"from\":0,\"to\":2},{\"id\":\"a\",\"from\":1,\"to\":3}]");
        assertRefused("abc", "\"emotes\":[{\"id\":\"a\",\"from\":1,\"to\":2},{\"id\":\"a\",\"from\":0,\"to\":1}]");
    }

    @Test
    void placesAreCountedInUtf16UnitsAndCutNoCharacter() {
        String text = "😀😀"; // two units each
        assertEquals(
                2,
                kept(text, "\"emotes\":[{\"id\":\"a\",\"from\":2,\"to\":4}]")
                        .at("/emotes/0/from")
                        .intValue());
        assertRefused(text, "\"emotes\":[{\"id\":\"a\",\"from\":1,\"to\":4}]");
        assertRefused(text, "\"emotes\":[{\"id\":\"a\",\"from\":0,\"to\":3}]");
    }

    @Test
    void aChatOfEmotesAndSpacesHasNothingElse() {
        assertTrue(onlyEmotes("a", "0-1"));
        assertTrue(onlyEmotes(" a  b\u3000", "1-2 4-5"));
        assertTrue(onlyEmotes("two words", "0-9"));
        assertFalse(onlyEmotes("a", ""));
        assertFalse(onlyEmotes("a b", "0-1"));
        assertFalse(onlyEmotes("x a", "2-3"));
        assertFalse(onlyEmotes("a\u200bb", "0-1 2-3"), "what cannot be seen is no space");
    }

    private static boolean onlyEmotes(String text, String places) {
        return ChatMarks.hasOnlyEmotes(kept(text, placed(places)));
    }

    private static String placed(String places) {
        ArrayNode emotes = Json.MAPPER.createArrayNode();
        for (String place : places.isEmpty() ? new String[0] : places.split(" ")) {
            int dash = place.indexOf('-');
            emotes.addObject()
                    .put("id", "e")
                    .put("from", Integer.parseInt(place.substring(0, dash)))
                    .put("to", Integer.parseInt(place.substring(dash + 1)));
        }
        return "\"emotes\":" + emotes;
    }

    @Test
    void aMaskShiftsNothingAndTakesOutWhatStandsOverIt() {
        ObjectNode chat = kept("😀 bad cat", placed("0-2 3-6 7-10"));
        ChatMarks.mask(chat, "😀 *** cat");
        assertEquals("😀 *** cat", chat.get("text").textValue());
        assertEquals("[0, 7]", froms(chat).toString());
        ObjectNode all = kept("bad", placed("0-3"));
        ChatMarks.mask(all, "***");
        assertFalse(all.has("emotes"));
        ObjectNode unchanged = kept("bad", placed("0-3"));
        ChatMarks.mask(unchanged, "bad");
        assertTrue(unchanged.has("emotes"));
    }

    private static List<Integer> froms(JsonNode chat) {
        return chat.get("emotes").findValues("from").stream()
                .map(JsonNode::intValue)
                .toList();
    }

    /** Any places at all, good and bad. */
    @Provide
    Arbitrary<List<List<Integer>>> places() {
        return Arbitraries.integers().between(-2, 30).list().ofSize(2).list().ofMaxSize(ChatMarks.EMOTES_MAX + 2);
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.of("a", "b", " ", "好", "😀")
                .list()
                .ofMinSize(1)
                .ofMaxSize(20)
                .map(parts -> String.join("", parts));
    }

    @Property
    void whatIsTakenLiesInTheTextInOrderAndWholeAndElseAllIsRefused(
            @ForAll("texts") String text, @ForAll("places") List<List<Integer>> places) {
        ObjectNode d = Json.object().put("text", text);
        ArrayNode emotes = d.putArray("emotes");
        places.forEach(place ->
                emotes.addObject().put("id", "e").put("from", place.get(0)).put("to", place.get(1)));
        boolean good = !text.isBlank() && places.size() <= ChatMarks.EMOTES_MAX;
        int end = 0;
        for (List<Integer> place : places) {
            int from = place.get(0);
            int to = place.get(1);
            good = good && from >= end && from < to && to <= text.length() && isWhole(text, from) && isWhole(text, to);
            end = to;
        }
        EventDetail.Checked checked = EventDetail.check(EventType.CHAT, d, TEXT_MAX);
        assertEquals(good, checked.refusal() == null, () -> d + " " + checked.refusal());
        if (good) {
            assertEquals(places.size(), checked.detail().path("emotes").size());
        }
    }

    /** Whether no character is cut here: what is before is a text by itself. */
    private static boolean isWhole(String text, int at) {
        return at == text.length() || !Character.isLowSurrogate(text.charAt(at));
    }
}
