package io.danmaku.standalone.direct;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.datastax.oss.driver.api.core.cql.Row;
import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.dm.conversation.StoredMessage;
import io.danmaku.dm.store.MessageTables;
import io.danmaku.protocol.json.Json;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.TestHub;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** On a hub that keeps bodies until all devices have them: what each device's sync lets go. */
final class RelayedBodies {
    private static final Duration SEEN_MAX = Duration.ofSeconds(15);

    private final TestHub hub;
    private final URI direct;
    private final DirectCql cql;
    private final long withinS;

    private RelayedBodies(TestHub hub, DirectCql cql, long withinS) {
        this.hub = hub;
        direct = hub.dmService();
        this.cql = cql;
        this.withinS = withinS;
    }

    /** A device, and what it keeps. */
    private final class Phone {
        final DirectClient client;
        String pos;

        Phone(String user, String name) throws Exception {
            client = DirectClient.on(hub, user, name);
            pos = client.sync(direct, null, 100).pos();
        }

        /** It is told a message; that it has it is said by its next sync. */
        void gets(JsonNode message, String body) {
            Eventually.await(SEEN_MAX, client.user() + " is told " + body, () -> {
                DirectClient.Synced synced = client.sync(direct, pos, 100);
                pos = synced.pos();
                return synced.messages().stream()
                        .anyMatch(m -> m.get("mid").equals(message.get("mid"))
                                && m.get("body").asText().equals(body));
            });
        }

        void has() throws Exception {
            pos = client.sync(direct, pos, 100).pos();
        }
    }

    /** @param withinS what the hub is set to */
    static void check(TestHub hub, long withinS) throws Exception {
        try (DirectCql cql = new DirectCql(hub)) {
            new RelayedBodies(hub, cql, withinS).check();
        }
    }

    private JsonNode send(Phone from, String to, String text) throws Exception {
        DirectClient.Answer answer = from.client.send(direct, to, text, text);
        assertEquals(201, answer.status(), answer.toString());
        return answer.body();
    }

    private void edit(Phone by, String peer, JsonNode message, String text) throws Exception {
        DirectClient.Answer answer = by.client.ask(
                "PATCH",
                direct,
                "/api/dm/" + peer + "/messages/" + message.get("mid").asText(),
                Json.object().put("body", text));
        assertEquals(200, answer.status(), answer.toString());
    }

    private void check() throws Exception {
        Phone sender = new Phone("relay-ann", "laptop");
        Phone first = new Phone("relay-bob", "phone");
        Phone second = new Phone("relay-bob", "tablet");
        JsonNode message = send(sender, "relay-bob", "one");
        Row row = cql.content(message);
        assertTrue(
                row.getInt("ttl") > withinS - 60 && row.getInt("ttl") <= withinS + 1,
                "it goes in any case: " + row.getInt("ttl"));
        assertEquals(message.get("ts").asLong() + withinS * 1_000, row.getLong("expires_at"));
        edit(sender, "relay-bob", message, "two");

        for (Phone phone : List.of(sender, first)) {
            phone.gets(message, "two");
            phone.has();
            phone.has();
        }
        second.gets(message, "two");
        assertEquals("two", cql.content(message).getString("body"), "the last one has not said that it has it");
        assertGoes(message, sender, first, second);
        Eventually.await(SEEN_MAX, "it is counted", () -> relayed() >= 1);
        assertTrue(
                cql.versions(message).stream().allMatch(version -> version.isNull("body")), "nor what it said before");
        JsonNode told = first.client.history(direct, "relay-ann", 10).get(0);
        assertEquals("expired", told.get("kind").asText(), told.toString());
        assertTrue(told.get("expired").asLong() <= System.currentTimeMillis());
        assertTrue(told.get("expires").asLong() > System.currentTimeMillis(), "who has its body may show it");
        Phone late = new Phone("relay-bob", "new");
        assertEquals(
                told,
                late.client.sync(direct, null, 10).messages().get(0),
                "who comes later is told that it was there");
        late.has();

        whoComesLaterIsWaitedFor(sender, first, second, late);

        Phone nameless = new Phone("relay-cat", "");
        JsonNode kept = send(sender, "relay-cat", "kept");
        nameless.gets(kept, "kept");
        nameless.has();
        sender.gets(kept, "kept");
        sender.has();
        assertFalse(cql.content(kept).isNull("body"), "there may be another device without a name");

        JsonNode unread = send(sender, "relay-nobody", "unread");
        sender.gets(unread, "unread");
        sender.has();
        assertFalse(cql.content(unread).isNull("body"), "who has no device has got nothing");
    }

    private void whoComesLaterIsWaitedFor(Phone sender, Phone first, Phone second, Phone late) throws Exception {
        JsonNode message = send(first, "relay-ann", "back");
        MessageTables tables = new MessageTables(cql.node());
        StoredMessage stored = tables.message("default", message.get("mid").asText())
                .toCompletableFuture()
                .get(1, TimeUnit.MINUTES);
        for (Phone phone : List.of(first, second, sender)) {
            phone.gets(message, "back");
            phone.has();
        }
        assertEquals("back", cql.content(message).getString("body"), "one of the sender's devices is not there");
        late.gets(message, "back");
        assertGoes(message, first, second, sender, late);
        tables.store(stored).toCompletableFuture().get(1, TimeUnit.MINUTES);
        assertGone(message);

        edit(first, "relay-ann", message, "better");
        for (Phone phone : List.of(late, first, second, sender)) {
            assertEquals("better", cql.content(message).getString("body"), "a change is for all again");
            phone.gets(message, "better");
            phone.has();
        }
        assertGoes(message, late, first, second, sender);
    }

    /** A message may be told in its newest form before the record of that is finished: then it is the next sync that says that a device has it. */
    private void assertGoes(JsonNode message, Phone... phones) {
        Eventually.await(SEEN_MAX, "the body goes", () -> {
            for (Phone phone : phones) {
                phone.has();
            }
            return cql.content(message).isNull("body");
        });
        assertGone(message);
    }

    private void assertGone(JsonNode message) {
        Row row = cql.content(message);
        assertTrue(row.isNull("body"), "the body is gone");
        assertTrue(row.getLong("relayed_at") > 0);
    }

    private double relayed() throws Exception {
        return DirectBacklogIT.metric(direct, "danmaku_dm_relayed_total");
    }
}
