package io.danmaku.standalone.direct;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.dm.conversation.MarkUpTo;
import io.danmaku.dm.conversation.StoredMessage;
import io.danmaku.dm.store.Accounts;
import io.danmaku.dm.store.Contact;
import io.danmaku.dm.store.Contacts;
import io.danmaku.dm.store.ContactsCursor;
import io.danmaku.dm.store.CqlConfig;
import io.danmaku.dm.store.CqlNode;
import io.danmaku.dm.store.MessageTables;
import io.danmaku.dm.store.Migrations;
import io.danmaku.protocol.log.DirectMessage;
import io.danmaku.standalone.direct.DirectClient.Answer;
import io.danmaku.standalone.hub.TestHub;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Contacts newest first, page by page: in a real store at the places where its rows are cut, and of a hub as somebody asks who means no good. */
class RecentContactsIT {
    private static final String TENANT = "default";
    private static final long OPEN_MS_MAX = 60_000;
    private static final long WEEK_MS = TimeUnit.DAYS.toMillis(7);
    private static final long SOME_WEEK_MS = 2_900 * WEEK_MS;

    private static final AtomicLong LOG_INDEX = new AtomicLong();

    private static CqlNode cql;
    private static MessageTables tables;

    @BeforeAll
    static void migrate() throws Exception {
        CqlConfig config = DirectCql.config(TestHub.get(), "it_recent");
        cql = CqlNode.open(config, OPEN_MS_MAX);
        new Migrations(cql, config, "test").apply();
        tables = new MessageTables(cql);
    }

    @AfterAll
    static void close() {
        cql.close();
    }

    private static String user() {
        return "u" + UUID.randomUUID().toString().substring(0, 13);
    }

    /** The {@code seq}-th message of a peer to the owner. */
    private static StoredMessage message(String owner, String peer, long seq, long atMs) {
        DirectMessage message =
                new DirectMessage(peer + "." + owner + "." + seq, peer, owner, seq, "text", "message " + seq, atMs);
        return new StoredMessage(TENANT, message, 3, LOG_INDEX.getAndIncrement(), seq);
    }

    private static List<Contact> all(String owner, int limit, int rowsMax) throws Exception {
        Contacts contacts = new Contacts(cql, new Accounts(cql), rowsMax, new SimpleMeterRegistry());
        List<Contact> told = new ArrayList<>();
        ContactsCursor after = null;
        do {
            Contacts.Page page = get(contacts.page(TENANT, owner, Contacts.Box.ALL, after, limit));
            assertTrue(page.contacts().size() <= limit);
            told.addAll(page.contacts());
            after = page.next() == null
                    ? null
                    : ContactsCursor.parse(page.next().toString());
        } while (after != null);
        return told;
    }

    private static List<String> peers(List<Contact> contacts) {
        return contacts.stream().map(Contact::peer).toList();
    }

    @Test
    void weeksSecondsAndTimesWithinAreToldInOneOrder() throws Exception {
        String owner = user();
        List<CompletionStage<Void>> written = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        // a week of few; of 250 in one second, two each of the same time; of 240 seconds; and of one peer who is loud
        for (int i = 0; i < 30; i++) {
            written.add(tables.store(message(owner, "few" + (10 + i), 1, SOME_WEEK_MS + i * 7_000L)));
            expected.add("few" + (10 + i));
        }
        for (int i = 0; i < 250; i++) {
            String peer = "same" + (1_000 + i);
            written.add(tables.store(message(owner, peer, 1, SOME_WEEK_MS + WEEK_MS + 5_000 + i / 2)));
            expected.add(i % 2 == 0 ? expected.size() : expected.size() - 1, peer);
        }
        for (int i = 0; i < 240; i++) {
            String peer = "slow" + (100 + i);
            written.add(tables.store(message(owner, peer, 1, SOME_WEEK_MS + WEEK_MS + 60_000 + i * 1_000L)));
            expected.add(peer);
        }
        for (int seq = 1; seq <= 300; seq++) {
            written.add(tables.store(message(owner, "loud", seq, SOME_WEEK_MS + 2 * WEEK_MS + seq * 2_000L)));
        }
        expected.add("loud");
        // who was first of all comes back
        written.add(tables.store(message(owner, "few10", 2, SOME_WEEK_MS + 3 * WEEK_MS)));
        expected.remove("few10");
        expected.add("few10");
        for (CompletionStage<Void> one : written) {
            get(one);
        }
        Collections.reverse(expected);
        for (int limit : List.of(1_000, 200, 33)) {
            assertEquals(expected, peers(all(owner, limit, 10_000)));
            // a walk that ends early goes on with the next page
            assertEquals(expected, peers(all(owner, limit, 300)));
        }
    }

    @Test
    void aContactWhoseNewestMessageIsNotThereYetIsToldWithoutIt() throws Exception {
        String owner = user();
        for (String peer : List.of("first", "second", "third")) {
            get(tables.store(message(owner, peer, 1, SOME_WEEK_MS + LOG_INDEX.get() * 10_000)));
        }
        // as between the writes of one message
        cql.session()
                .execute(
                        "DELETE FROM it_recent.content WHERE tenant = ? AND message_id = ?",
                        TENANT,
                        "second." + owner + ".1");
        List<Contact> told = all(owner, 2, 10_000);
        assertEquals(List.of("third", "second", "first"), peers(told));
        assertNull(told.get(1).last());
        assertEquals(1, told.get(1).unread());
        assertNotNull(told.get(2).last());
    }

    @Test
    void marksAndLateWritesDoNotMoveAContact() throws Exception {
        String owner = user();
        StoredMessage first = message(owner, "a", 1, SOME_WEEK_MS);
        get(tables.store(first));
        get(tables.store(message(owner, "b", 1, SOME_WEEK_MS + 10_000)));
        get(tables.store(message(owner, "a", 2, SOME_WEEK_MS + 20_000)));
        assertEquals(List.of("a", "b"), peers(all(owner, 1, 1_000)));
        // an owner that woke up late, and has forgotten what it had written
        get(new MessageTables(cql).store(first));
        get(tables.store(new MarkUpTo(true, TENANT, owner, "b", 1, 1, true, LOG_INDEX.getAndIncrement(), 3)));
        List<Contact> contacts = all(owner, 1, 1_000);
        assertEquals(List.of("a", "b"), peers(contacts));
        assertEquals(2, contacts.get(0).last().seq());
        assertEquals(List.of(), all(user(), 50, 1_000));
    }

    @Test
    void pagesOfAHubAreEachContactOnceWhateverWasWrittenInBetween() throws Exception {
        URI edge = TestHub.get().edge(1);
        DirectClient owner = new DirectClient(user());
        List<String> order = new ArrayList<>();
        for (int i = 0; i < 23; i++) {
            assertEquals(
                    201,
                    owner.send(edge, "p" + i + owner.user(), "c" + i, "hello").status());
            order.add("p" + i + owner.user());
        }
        int again = 0;
        for (int i : List.of(4, 17, 4, 0)) {
            String peer = "p" + i + owner.user();
            assertEquals(
                    201,
                    new DirectClient(peer)
                            .send(edge, owner.user(), "again" + again++, "hello")
                            .status());
            order.remove(peer);
            order.add(peer);
        }
        Collections.reverse(order);
        for (int size : List.of(1, 5, 23, 200)) {
            List<JsonNode> told = owner.contacts(edge, size);
            assertEquals(
                    order,
                    told.stream().map(contact -> contact.path("peer").asText()).toList());
            assertEquals(1, told.get(0).path("unread").asInt());
            assertEquals(2, told.get(0).path("last").path("seq").asInt());
        }
        // what moves up between two pages is on the first one of the next time, and not told twice
        Answer page = owner.get(edge, "/api/dm/contacts?limit=5");
        assertEquals(201, owner.send(edge, order.get(20), "up", "hello").status());
        List<String> rest =
                contactsAfter(owner, edge, page.body().path("cursor").asText());
        assertEquals(
                IntStream.range(5, 23).filter(i -> i != 20).mapToObj(order::get).toList(), rest);
        assertEquals(order.get(20), owner.contacts(edge, 5).get(0).path("peer").asText());
    }

    private static List<String> contactsAfter(DirectClient of, URI edge, String cursor) throws Exception {
        Answer answer = of.get(edge, "/api/dm/contacts?limit=200&cursor=" + cursor);
        assertEquals(200, answer.status());
        List<String> peers = new ArrayList<>();
        answer.body()
                .path("contacts")
                .forEach(contact -> peers.add(contact.path("peer").asText()));
        return peers;
    }

    @Test
    void aCursorTellsNobodyMoreThanTheOwnContacts() throws Exception {
        URI edge = TestHub.get().edge(2);
        DirectClient owner = new DirectClient(user());
        DirectClient other = new DirectClient(user());
        for (int i = 0; i < 3; i++) {
            assertEquals(
                    201,
                    owner.send(edge, "q" + i + owner.user(), "c" + i, "hello").status());
        }
        assertEquals(201, other.send(edge, "z" + other.user(), "c", "hello").status());
        Answer page = owner.get(edge, "/api/dm/contacts?limit=1");
        String cursor = page.body().path("cursor").asText();
        assertFalse(cursor.isEmpty());
        // another one's cursor is a time and a name to go on from, in one's own contacts
        assertTrue(List.of(List.of(), List.of("z" + other.user())).contains(contactsAfter(other, edge, cursor)));
        String eldest = cursorOf("1:1:q0" + owner.user());
        assertEquals(List.of(), contactsAfter(other, edge, eldest));
        String newest = cursorOf("1:999999999999999:");
        assertEquals(List.of("z" + other.user()), contactsAfter(other, edge, newest));
        for (String broken : List.of(
                "nothing",
                cursor + "*",
                cursorOf("1:-5:a"),
                cursorOf("1:5:" + "a".repeat(65)),
                cursorOf("1:5:a/b"),
                cursorOf("1:9999999999999999999:a"),
                cursorOf("2:5:a"),
                "A".repeat(3_000))) {
            Answer refused = owner.get(edge, "/api/dm/contacts?cursor=" + broken);
            assertEquals(400, refused.status(), broken);
            assertEquals("bad_field", refused.code(), broken);
        }
        assertEquals(400, owner.get(edge, "/api/dm/contacts?limit=201").status());
    }

    @Test
    void textsThatAreNoCursorsAreNone() {
        assertNotNull(ContactsCursor.parse(new ContactsCursor(5, "").toString()));
        assertNull(ContactsCursor.parse("*"));
    }

    private static String cursorOf(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static <T> T get(CompletionStage<T> asked) throws Exception {
        return asked.toCompletableFuture().get(1, TimeUnit.MINUTES);
    }
}
