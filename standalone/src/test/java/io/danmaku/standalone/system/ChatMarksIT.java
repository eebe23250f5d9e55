package io.danmaku.standalone.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.standalone.client.Answer;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.TestHub;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Replies, mentions and emotes: what one viewer says, another one is told on another edge. */
final class ChatMarksIT {
    private static final Duration SOON = Duration.ofSeconds(10);

    private final TestHub hub = TestHub.get();
    private final HubApi api = new HubApi(hub);
    private final AtomicInteger cids = new AtomicInteger();

    private static ObjectNode text(String text) {
        return JsonNodeFactory.instance.objectNode().put("text", text);
    }

    /** A text with an emote at {@code from..to}. */
    private static ObjectNode emote(String text, int from, int to) {
        ObjectNode d = text(text);
        d.putArray("emotes").addObject().put("id", "cat").put("from", from).put("to", to);
        return d;
    }

    private Answer send(Witness who, String room, ObjectNode d) {
        return who.wait(who.client().send(room, "chat", "e" + cids.incrementAndGet(), d));
    }

    @Test
    void aReplyWithMentionsAndEmotesIsToldOnTheOtherEdgeAndInHistory() {
        String room = api.createRoom("marks", Map.of());
        try (Clients clients = new Clients(1);
                Witness asks = Witness.viewer(clients, hub, "asks", 1);
                Witness answers = Witness.viewer(clients, hub, "answers", 2)) {
            asks.join(room);
            answers.join(room);
            long asked = asks.say(room, "q", "who is there?");
            answers.awaitCovered(asked, SOON);

            ObjectNode d = emote("@asks me 😀 :cat:", 12, 17);
            d.putObject("reply").put("o", asked).put("user", "asks");
            d.putArray("mentions").add("asks");
            Answer sent = send(answers, room, d);
            assertTrue(sent.acknowledged(), sent::toString);
            long o = sent.ok().get("o").asLong();
            asks.awaitCovered(o, SOON);
            for (JsonNode told : List.of(
                    asks.events("chat").get(o),
                    asks.history(room).get(o),
                    answers.history(room).get(o))) {
                assertEquals(
                        "{\"text\":\"@asks me 😀 :cat:\",\"mode\":\"scroll\",\"color\":\"#ffffff\",\"size\":25,"
                                + "\"reply\":{\"o\":" + asked + ",\"user\":\"asks\"},\"mentions\":[\"asks\"],"
                                + "\"emotes\":[{\"id\":\"cat\",\"from\":12,\"to\":17}]}",
                        told.get("d").toString());
            }
            assertEquals("bad_field", send(answers, room, emote(":cat:", 0, 6)).code());
            assertEquals("bad_field", send(answers, room, emote("😀", 1, 2)).code());
            asks.assertClean();
            answers.assertClean();
        }
    }

    @Test
    void whereOnlyEmotesAreWantedBothEdgesRefuseEverythingElse() {
        String room = api.createRoom("emotes", Map.of());
        try (Clients clients = new Clients(1);
                Witness one = Witness.viewer(clients, hub, "one", 1);
                Witness two = Witness.viewer(clients, hub, "two", 2);
                Witness host = Witness.connect(clients, hub, "host", hub.hostToken("host", room), 2)) {
            List.of(one, two, host).forEach(witness -> witness.join(room));
            HubApi.Reply changed = api.changePolicy(room, Map.of("emoteOnly", true));
            assertEquals(200, changed.status(), changed::toString);
            assertTrue(changed.body().at("/policy/emoteOnly").asBoolean(), changed::toString);
            for (Witness viewer : List.of(one, two)) {
                Eventually.await(
                        SOON,
                        "words are refused",
                        () -> "text_refused"
                                .equals(send(viewer, room, emote(":cat: hi", 0, 5))
                                        .code()));
                Eventually.await(
                        SOON,
                        "emotes are taken",
                        () -> send(viewer, room, emote(" :cat:", 1, 6)).acknowledged());
            }
            assertTrue(send(host, room, text("hosts say what they like")).acknowledged());
            Witness late = Witness.viewer(clients, hub, "late", 1);
            assertTrue(late.join(room).ok().at("/policy/emoteOnly").asBoolean());
            late.close();
        }
    }

    @Test
    void aMaskedWordShiftsNoEmoteOfTheText() {
        String room = api.createRoom("masked", Map.of());
        try (Clients clients = new Clients(1);
                Witness one = Witness.viewer(clients, hub, "one", 1);
                Witness two = Witness.viewer(clients, hub, "two", 2)) {
            one.join(room);
            two.join(room);
            HubApi.Reply list = api.putWords(
                    hub.adminToken(), "/api/rooms/" + room + "/words/l", "mask", List.of("nasty", "badcat"));
            assertTrue(list.status() < 300, list::toString);
            Eventually.await(SOON, "the word is masked, and the emote behind it is in its place", () -> {
                JsonNode told = told(one, two, room, emote("nasty :cat:", 6, 11));
                return told != null
                        && "***** :cat:".equals(told.get("text").asText())
                        && "[{\"id\":\"cat\",\"from\":6,\"to\":11}]"
                                .equals(told.path("emotes").toString());
            });
            Eventually.await(SOON, "an emote over a masked word is gone", () -> {
                JsonNode told = told(one, two, room, emote("so badcat", 3, 9));
                return told != null && "so ******".equals(told.get("text").asText()) && !told.has("emotes");
            });
        }
    }

    /** What the other one is told of a chat; null when it was refused, for being too fast. */
    private JsonNode told(Witness sender, Witness other, String room, ObjectNode d) {
        Answer sent = send(sender, room, d);
        if (!sent.acknowledged()) {
            return null;
        }
        long o = sent.ok().get("o").asLong();
        other.awaitCovered(o, SOON);
        return other.events("chat").get(o).get("d");
    }
}
