package io.danmaku.standalone.direct;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.json.Json;
import io.danmaku.standalone.client.Answer;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.TestHub;
import io.danmaku.standalone.system.Witness;
import java.time.Duration;

/** On a hub where messages may be changed for a short time only: over WebSocket and HTTP, before it is over and after. */
final class LateChanges {
    /** Beyond the time itself. */
    private static final Duration MORE = Duration.ofSeconds(10);

    private static final String ANN = "late-ann";
    private static final String BOB = "late-bob";

    private final TestHub hub;
    private final Duration recallWithin;
    private final Duration editWithin;
    private final DirectClient ann;
    private JsonNode edited;
    private JsonNode left;

    private LateChanges(TestHub hub, Duration recallWithin, Duration editWithin) {
        this.hub = hub;
        this.recallWithin = recallWithin;
        this.editWithin = editWithin;
        ann = new DirectClient(hub, ANN, true);
    }

    /** Sends what is to be too old later, on a hub with these settings. */
    static LateChanges begin(TestHub hub, Duration recallWithin, Duration editWithin) throws Exception {
        LateChanges late = new LateChanges(hub, recallWithin, editWithin);
        late.edited = late.send("first");
        late.left = late.send("left");
        assertEquals(
                200,
                late.overHttp("PATCH", late.edited, Json.object().put("body", "second"))
                        .status());
        return late;
    }

    private JsonNode send(String text) throws Exception {
        DirectClient.Answer answer = ann.send(hub.dmService(), BOB, text, text);
        assertEquals(201, answer.status(), answer.toString());
        return answer.body();
    }

    private static String mid(JsonNode message) {
        return message.get("mid").asText();
    }

    private DirectClient.Answer overHttp(String method, JsonNode message, ObjectNode body) throws Exception {
        return ann.ask(method, hub.dmService(), "/api/dm/" + BOB + "/messages/" + mid(message), body);
    }

    private static Answer overWebSocket(Witness device, String op, JsonNode message, String body) {
        ObjectNode command = Json.object().put("op", op).put("peer", BOB).put("mid", mid(message));
        return device.wait(device.client().request(body == null ? command : command.put("body", body)));
    }

    /** The broker's clock is this machine's. */
    private static void awaitAge(JsonNode message, Duration age) {
        Eventually.await(
                age.plus(MORE),
                "the message is " + age + " old",
                () -> System.currentTimeMillis() > message.get("ts").asLong() + age.toMillis());
    }

    void check() throws Exception {
        try (Clients clients = new Clients(1);
                Witness device = Witness.connect(clients, hub, ANN, hub.adminToken(ANN), 1)) {
            awaitAge(left, recallWithin);
            assertEquals(
                    "too_late", overWebSocket(device, "dm.recall", left, null).code());
            assertTooLate(overHttp("DELETE", left, null));

            awaitAge(left, editWithin);
            for (JsonNode message : new JsonNode[] {edited, left}) {
                assertEquals(
                        "too_late",
                        overWebSocket(device, "dm.edit", message, "late").code());
                assertTooLate(overHttp("PATCH", message, Json.object().put("body", "late")));
            }
            Answer recall = overWebSocket(device, "dm.recall", edited, null);
            assertEquals("too_late", recall.code(), "an edit makes it no younger");
            assertEquals(0, recall.retryMs(), "it will never be taken");

            DirectClient bob = new DirectClient(hub, BOB, true);
            assertSays(bob, edited, "second");
            assertSays(bob, left, "left");
            // for these there is no time
            Answer sign = device.wait(device.client()
                    .request(Json.object()
                            .put("op", "dm.react")
                            .put("peer", BOB)
                            .put("mid", mid(left))
                            .put("sign", "+1")));
            assertTrue(sign.acknowledged(), sign::toString);
            assertEquals(
                    200,
                    ann.ask("PUT", hub.dmService(), "/api/dm/" + BOB + "/messages/" + mid(edited) + "/hidden", null)
                            .status());
        }
    }

    private static void assertTooLate(DirectClient.Answer answer) {
        assertEquals("409 too_late", answer.status() + " " + answer.code(), answer.toString());
    }

    private void assertSays(DirectClient reader, JsonNode message, String body) throws Exception {
        JsonNode told = reader.history(hub.dmService(), ANN, 50).stream()
                .filter(one -> one.get("mid").equals(message.get("mid")))
                .findFirst()
                .orElseThrow();
        assertEquals(body, told.get("body").asText(), told::toString);
    }
}
