package io.danmaku.protocol.json;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.event.EventType;
import io.danmaku.protocol.token.Claims;
import io.danmaku.protocol.token.Profile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class EventDetailTest {
    private static final int TEXT_MAX = 20;

    @Test
    void aChatGetsItsDefaultsAndLosesWhatIsNotKnown() {
        assertEquals(
                json("{\"text\":\"hi\",\"mode\":\"scroll\",\"color\":\"#ffffff\",\"size\":25}"),
                accepted(EventType.CHAT, "{\"text\":\"hi\",\"html\":\"<b>\",\"role\":\"host\"}"));
        assertEquals(
                json("{\"text\":\"hi\",\"mode\":\"top\",\"color\":\"#00fF00\",\"size\":36}"),
                accepted(EventType.CHAT, "{\"size\":36,\"color\":\"#00fF00\",\"mode\":\"top\",\"text\":\"hi\"}"));
    }

    @Test
    void aBackendsGiftAndSuperChatKeepWhatIsKnownAndNoMore() {
        assertEquals(json("{\"gift\":\"rose\",\"count\":1}"), posted(EventType.GIFT, "{\"gift\":\"rose\",\"x\":1}"));
        assertEquals(
                json("{\"gift\":\"rose\",\"count\":3,\"combo\":9,\"value\":0,\"currency\":\"CNY\"}"),
                posted(EventType.GIFT, "{\"currency\":\"CNY\",\"value\":0,\"combo\":9,\"count\":3,\"gift\":\"rose\"}"));
        assertEquals(
                json("{\"text\":\"hi\",\"seconds\":60,\"value\":5,\"currency\":\"USD\"}"),
                posted(EventType.SUPERCHAT, "{\"text\":\"hi\",\"value\":5,\"currency\":\"USD\"}"));
        assertEquals(json("{\"text\":\"hi\"}"), posted(EventType.ANNOUNCE, "{\"text\":\"hi\"}"));
    }

    @Test
    void aBackendsEventThatSaysTooLittleOrTooMuchIsRefused() {
        for (String d : new String[] {
            "{}",
            "{\"gift\":\"\"}",
            "{\"gift\":7}",
            "{\"gift\":\"" + "x".repeat(EventDetail.GIFT_CHARS_MAX + 1) + "\"}",
            "{\"gift\":\"rose\",\"count\":0}",
            "{\"gift\":\"rose\",\"count\":1.5}",
            "{\"gift\":\"rose\",\"count\":null}",
            "{\"gift\":\"rose\",\"combo\":1000001}",
            "{\"gift\":\"rose\",\"value\":5}",
            "{\"gift\":\"rose\",\"currency\":\"CNY\"}",
            "{\"gift\":\"rose\",\"value\":-1,\"currency\":\"CNY\"}",
            "{\"gift\":\"rose\",\"value\":9007199254740992,\"currency\":\"CNY\"}",
            "{\"gift\":\"rose\",\"value\":99999999999999999999,\"currency\":\"CNY\"}",
            "{\"gift\":\"rose\",\"value\":5,\"currency\":\"cny\"}"
        }) {
            assertEquals(ErrorCode.BAD_FIELD, notPosted(EventType.GIFT, d), d);
        }
        for (String d : new String[] {
            "{\"text\":\"hi\"}",
            "{\"text\":\"a\\nb\",\"value\":5,\"currency\":\"USD\"}",
            "{\"text\":\"hi\",\"value\":5,\"currency\":\"USD\",\"seconds\":86401}",
            "{\"text\":\"hi\",\"value\":5,\"currency\":\"USD\",\"seconds\":\"60\"}"
        }) {
            assertEquals(ErrorCode.BAD_FIELD, notPosted(EventType.SUPERCHAT, d), d);
        }
        String text = "x".repeat(EventDetail.SUPERCHAT_CHARS_MAX + 1);
        assertEquals(
                ErrorCode.TOO_LONG,
                notPosted(EventType.SUPERCHAT, "{\"text\":\"" + text + "\",\"value\":5,\"currency\":\"USD\"}"));
        for (EventType type : EnumSet.of(EventType.CHAT, EventType.LIKE, EventType.DELETED, EventType.POLICY)) {
            assertEquals(ErrorCode.BAD_FIELD, notPosted(type, "{\"text\":\"hi\"}"), type.wireName());
        }
    }

    private static ObjectNode posted(EventType type, String d) {
        EventDetail.Checked checked = EventDetail.checkPosted(type, json(d));
        assertNull(checked.refusal());
        return checked.detail();
    }

    private static ErrorCode notPosted(EventType type, String d) {
        EventDetail.Checked checked = EventDetail.checkPosted(type, json(d));
        assertNotNull(checked.refusal(), d);
        return checked.refusal().code();
    }

    @Test
    void aChatThatPagesCouldNotDrawIsRefused() {
        for (String d : new String[] {
            "{}",
            "{\"text\":null}",
            "{\"text\":7}",
            "{\"text\":\"\"}",
            "{\"text\":\"  \"}",
            "{\"text\":\"a\\nb\"}",
            "{\"text\":\"a\\u0000\"}",
            "{\"text\":\"a\",\"mode\":\"left\"}",
            "{\"text\":\"a\",\"mode\":1}",
            "{\"text\":\"a\",\"mode\":null}",
            "{\"text\":\"a\",\"color\":\"red\"}",
            "{\"text\":\"a\",\"color\":\"#fff\"}",
            "{\"text\":\"a\",\"color\":\"#ffffff;x\"}",
            "{\"text\":\"a\",\"color\":16777215}",
            "{\"text\":\"a\",\"size\":24}",
            "{\"text\":\"a\",\"size\":25.0}",
            "{\"text\":\"a\",\"size\":\"25\"}",
            "{\"text\":\"a\",\"size\":25000000000}"
        }) {
            assertEquals(ErrorCode.BAD_FIELD, refused(EventType.CHAT, d), d);
        }
        assertEquals(ErrorCode.TOO_LONG, refused(EventType.CHAT, "{\"text\":\"" + "x".repeat(TEXT_MAX + 1) + "\"}"));
    }

    @Test
    void likesCountFromOneToAHundred() {
        assertEquals(json("{\"n\":1}"), accepted(EventType.LIKE, "{}"));
        assertEquals(json("{\"n\":100}"), accepted(EventType.LIKE, "{\"n\":100}"));
        assertEquals(ErrorCode.BAD_FIELD, refused(EventType.LIKE, "{\"n\":0}"));
        assertEquals(ErrorCode.BAD_FIELD, refused(EventType.LIKE, "{\"n\":101}"));
        assertEquals(ErrorCode.BAD_FIELD, refused(EventType.LIKE, "{\"n\":\"1\"}"));
    }

    @Test
    void aStateIsKeyedByItsKey() {
        EventDetail.Checked checked =
                EventDetail.check(EventType.STATE, json("{\"key\":\"score\",\"value\":{\"a\":1},\"x\":1}"), TEXT_MAX);
        assertEquals("score", checked.key());
        assertEquals(json("{\"key\":\"score\",\"value\":{\"a\":1}}"), checked.detail());
        assertEquals(
                json("{\"key\":\"k\",\"value\":null}"), accepted(EventType.STATE, "{\"key\":\"k\",\"value\":null}"));
        assertEquals(ErrorCode.BAD_FIELD, refused(EventType.STATE, "{\"key\":\"\",\"value\":1}"));
        assertEquals(ErrorCode.BAD_FIELD, refused(EventType.STATE, "{\"key\":\"k\"}"));
        assertEquals(ErrorCode.BAD_FIELD, refused(EventType.STATE, "{\"key\":\"" + "k".repeat(65) + "\",\"value\":1}"));
        assertEquals(
                ErrorCode.TOO_LONG,
                refused(EventType.STATE, "{\"key\":\"k\",\"value\":\"" + "v".repeat(5_000) + "\"}"));
        assertEquals(ErrorCode.TOO_LONG, refused(EventType.APP, "{\"v\":\"" + "v".repeat(5_000) + "\"}"));
    }

    @Test
    void whatOnlyTheHubSaysIsForbiddenToClients() {
        for (EventType type : EnumSet.of(
                EventType.ENTER,
                EventType.GIFT,
                EventType.SUPERCHAT,
                EventType.PIN,
                EventType.DELETED,
                EventType.POLICY,
                EventType.SANCTION)) {
            assertEquals(ErrorCode.FORBIDDEN, refused(type, "{}"), type.wireName());
        }
    }

    @Property
    void anyTextIsKeptAsItIsOrRefused(@ForAll String text, @ForAll @IntRange(min = 1, max = 100) int textLengthMax) {
        EventDetail.Checked checked =
                EventDetail.check(EventType.CHAT, Json.object().put("text", text), textLengthMax);
        assertTrue((checked.detail() == null) != (checked.refusal() == null));
        if (checked.detail() != null) {
            assertEquals(text, checked.detail().get("text").textValue());
            assertTrue(text.length() <= textLengthMax);
        }
    }

    @Property
    void aFragmentBecomesAnEventWithOffsetAndTimeInFront(@ForAll("names") String name) throws IOException {
        byte[] fragment = EventDetail.fragment(EventType.CHAT, "7", name, json("{\"text\":\"a\"}"));
        byte[] head = "{\"o\":5,\"ts\":9,".getBytes(StandardCharsets.US_ASCII);
        byte[] event = new byte[head.length + fragment.length];
        System.arraycopy(head, 0, event, 0, head.length);
        System.arraycopy(fragment, 0, event, head.length, fragment.length);
        JsonNode read = Json.MAPPER.readTree(event);
        assertEquals(5, read.get("o").asInt());
        assertEquals(9, read.get("ts").asInt());
        assertEquals("chat", read.get("t").textValue());
        assertEquals("7", read.get("u").get("id").textValue());
        assertEquals(name, read.get("u").get("name").textValue());
        assertEquals(json("{\"text\":\"a\"}"), read.get("d"));
    }

    @net.jqwik.api.Provide
    net.jqwik.api.Arbitrary<String> names() {
        return net.jqwik.api.Arbitraries.of("Ann", "\"quoted\"", "back\\slash", "小明", "😀 emoji", "</script>", "");
    }

    @Test
    void anEventShowsOfItsSenderWhatTheTokenSaysAndNoMore() {
        ObjectNode d = json("{\"n\":1}");
        assertEquals(
                "\"t\":\"like\",\"u\":{\"id\":\"7\",\"name\":\"Ann\",\"avatar\":\"https://cdn.example/a.png\",\"level\":0,"
                        + "\"badges\":[\"vip\",\"x\"]},\"d\":{\"n\":1}}",
                fragment(new Profile("https://cdn.example/a.png", 0, List.of("vip", "x")), d));
        assertEquals(
                "\"t\":\"like\",\"u\":{\"id\":\"7\",\"name\":\"Ann\",\"level\":3},\"d\":{\"n\":1}}",
                fragment(new Profile("", 3, List.of()), d));
        assertEquals(
                new String(EventDetail.fragment(EventType.LIKE, "7", "Ann", d), StandardCharsets.UTF_8),
                fragment(Profile.NONE, d));
    }

    private static String fragment(Profile profile, ObjectNode d) {
        Claims sender = new Claims("7", "Ann", "default", Map.of(), false, 0, profile);
        return new String(EventDetail.fragment(EventType.LIKE, sender, d), StandardCharsets.UTF_8);
    }

    @Test
    void anEventOfTheHubItselfHasNoUser() {
        assertArrayEquals(
                "\"t\":\"policy\",\"d\":{}}".getBytes(StandardCharsets.US_ASCII),
                EventDetail.fragment(EventType.POLICY, null, null, Json.object()));
    }

    private static ObjectNode json(String text) {
        try {
            return (ObjectNode) Json.MAPPER.readTree(text);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static ObjectNode accepted(EventType type, String d) {
        EventDetail.Checked checked = EventDetail.check(type, json(d), TEXT_MAX);
        assertNull(checked.refusal(), () -> d + " " + checked);
        return checked.detail();
    }

    private static ErrorCode refused(EventType type, String d) {
        EventDetail.Checked checked = EventDetail.check(type, json(d), TEXT_MAX);
        assertNotNull(checked.refusal(), () -> "accepted " + d);
        return checked.refusal().code();
    }
}
