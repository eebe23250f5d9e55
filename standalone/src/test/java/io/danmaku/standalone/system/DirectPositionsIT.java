package io.danmaku.standalone.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.token.Claims;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.OwnFaults;
import io.danmaku.standalone.hub.TestHub;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Sizes of pages and places in lists of direct messages that are none, over HTTP and WebSocket: refused, or a place among what is the asker's own.
 */
final class DirectPositionsIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String MEGABYTE = "A".repeat(1 << 20);
    private static final long NUMBER_MAX = (1L << 53) - 1;
    private static final Set<String> AGAIN = Set.of("rate_limited", "busy", "unavailable");
    private static final List<String> FRIENDS = List.of("bob", "carol", "dave", "eric");

    private static final List<String> NO_NUMBERS = List.of(
            "0",
            "-1",
            "1000000000000000000000",
            "9223372036854775808",
            "ten",
            "1.5",
            "1e2",
            "%2B5",
            "0x5",
            "%EF%BC%95",
            "%D9%A5",
            "",
            "%00",
            "5%20",
            "5%0A",
            "null",
            "5,6");

    private final TestHub hub = TestHub.get();
    private final HubApi api = new HubApi(hub);
    private final OwnFaults faults = OwnFaults.since(hub);
    private final String tenant = "positions-" + Long.toString(System.nanoTime(), 36);
    private final String ann = token(tenant, "ann");

    /**
     * A list that is told page by page.
     *
     * @param path with a question mark at its end
     * @param parameter the query's name of the place where a page begins
     * @param list the name of the list in an answer
     * @param limitMax most entries of a page
     */
    private record Paged(String path, String parameter, String list, int limitMax) {}

    private static final Paged SYNC = new Paged("sync?", "pos", "messages", 500);
    private static final Paged CONTACTS = new Paged("contacts?", "cursor", "contacts", 200);
    private static final List<Paged> LISTS = List.of(
            SYNC,
            CONTACTS,
            new Paged("blocks?", "cursor", "blocks", 200),
            new Paged("relations?", "cursor", "relations", 200),
            new Paged("reports?", "cursor", "reports", 200),
            new Paged("messages/jobs?", "cursor", "jobs", 100));

    private String token(String of, String user) {
        long until = System.currentTimeMillis() + 3_600_000;
        return hub.token(new Claims(user, user, of, Map.of(), true, until));
    }

    private JsonNode ok(String token, String method, String path, Map<String, ?> body) {
        HubApi.Reply reply = api.ask(hub.dmService(), method, "/api/dm/" + path, token, body, Map.of());
        assertEquals(2, reply.status() / 100, reply::toString);
        return reply.body();
    }

    @BeforeEach
    void annHasSomeOfEverything() {
        fill(tenant, "ann");
        Eventually.await(SOON, "sync has all messages", () -> all(SYNC).size() == FRIENDS.size());
    }

    private void fill(String of, String user) {
        String token = token(of, user);
        for (String friend : FRIENDS) {
            String mid = ok(
                            token,
                            "POST",
                            friend + "/messages",
                            Map.of("cid", "c", "kind", "text", "body", of + " " + user))
                    .path("mid")
                    .asText();
            ok(token, "PUT", friend + "/relation", Map.of("remark", of));
            ok(token, "PUT", friend + "/block", null);
            ok(token, "POST", "reports", Map.of("peer", friend, "mids", List.of(mid), "reason", of));
            ok(token, "PUT", "messages/jobs/" + user + "-" + friend, Map.of("from", "ann", "kind", "text", "body", of));
        }
    }

    @AfterEach
    void nothingIsAFaultOfTheHub() {
        faults.assertNone();
    }

    private Set<JsonNode> all(Paged paged) {
        return entries(paged, ok(ann, "GET", paged.path + "limit=" + paged.limitMax, null));
    }

    private static Set<JsonNode> entries(Paged paged, JsonNode page) {
        Set<JsonNode> entries = new HashSet<>();
        page.path(paged.list).forEach(entries::add);
        return entries;
    }

    private String place(Paged paged, String token) {
        JsonNode page = ok(token, "GET", paged.path + "limit=2", null);
        String place = page.path(paged.parameter).asText();
        assertFalse(place.isEmpty(), page::toString);
        return place;
    }

    private static String refusal(HubApi.Reply reply) {
        return reply.status() + " " + reply.body().path("code").asText();
    }

    private HubApi.Reply get(URI at, String path) {
        return api.ask(at, "GET", "/api/dm/" + path, ann, null, Map.of());
    }

    @Test
    void aSizeOfAPageThatIsNoneIsRefusedAndTheLargestIsTaken() {
        List<Paged> lists = new ArrayList<>(LISTS);
        lists.add(new Paged("bob/messages?", "before", "messages", 500));
        lists.add(new Paged("sync?pos=now&", "pos", "messages", 500));
        for (URI at : List.of(hub.edge(1), hub.dmService())) {
            for (Paged paged : lists) {
                List<String> bad = new ArrayList<>(NO_NUMBERS);
                bad.add(Integer.toString(paged.limitMax + 1));
                bad.add("1000000000");
                for (String limit : bad) {
                    HubApi.Reply reply = get(at, paged.path + "limit=" + limit);
                    assertEquals("400 bad_field", refusal(reply), () -> paged + " " + limit + ": " + reply);
                }
                for (int limit : List.of(1, paged.limitMax)) {
                    assertEquals(200, get(at, paged.path + "limit=" + limit).status(), paged::toString);
                }
            }
        }
    }

    @Test
    void aNumberOfAMessageThatIsNoneIsRefused() {
        List<String> bad = new ArrayList<>(NO_NUMBERS);
        bad.add(Long.toString(NUMBER_MAX + 1));
        for (URI at : List.of(hub.edge(1), hub.dmService())) {
            for (String before : bad) {
                HubApi.Reply reply = get(at, "bob/messages?before=" + before);
                assertEquals("400 bad_field", refusal(reply), () -> before + ": " + reply);
            }
            assertEquals(
                    1,
                    get(at, "bob/messages?before=" + NUMBER_MAX)
                            .body()
                            .path("messages")
                            .size());
            assertEquals(
                    0, get(at, "bob/messages?before=1").body().path("messages").size());
        }
    }

    @Test
    void aBrokenPlaceIsRefusedOrOneAmongWhatIsTheAskersOwn() {
        long seed = System.nanoTime();
        System.out.println("DirectPositionsIT: seed " + seed);
        Random random = new Random(seed);
        for (Paged paged : LISTS) {
            Set<JsonNode> own = all(paged);
            assertEquals(FRIENDS.size(), own.size(), paged::toString);
            for (String place : SpoiltPlaces.like(place(paged, ann), random)) {
                String query = paged.path + paged.parameter + "=" + URLEncoder.encode(place, StandardCharsets.UTF_8);
                HubApi.Reply reply = get(random.nextBoolean() ? hub.edge(2) : hub.dmService(), query);
                if (reply.status() == 200) {
                    assertTrue(
                            own.containsAll(entries(paged, reply.body())), () -> "seed " + seed + " " + query + reply);
                } else {
                    assertEquals("400 bad_field", refusal(reply), () -> "seed " + seed + " " + query + ": " + reply);
                }
            }
        }
    }

    @Test
    void aPlaceThatIsCutOrOfAnotherVersionIsRefused() {
        for (Paged paged : List.of(SYNC, CONTACTS, LISTS.get(4))) {
            String real = place(paged, ann);
            byte[] bytes = SpoiltPlaces.decoded(real);
            bytes[0]++;
            List<String> none =
                    new ArrayList<>(List.of("", SpoiltPlaces.encoded(bytes), real + "!", real.substring(0, 4)));
            for (int cut = 0; paged.equals(SYNC) && cut < real.length(); cut++) {
                none.add(real.substring(0, cut));
            }
            for (String place : none) {
                HubApi.Reply reply = get(
                        hub.edge(1),
                        paged.path + paged.parameter + "=" + URLEncoder.encode(place, StandardCharsets.UTF_8));
                assertEquals("400 bad_field", refusal(reply), () -> paged + " " + place + ": " + reply);
            }
        }
    }

    @Test
    void theirPlacesLeadNowhereButToOnesOwn() {
        String elsewhere = tenant + "-x";
        fill(tenant, "zoe");
        fill(elsewhere, "ann");
        for (Paged paged : LISTS) {
            for (String theirs : List.of(token(tenant, "zoe"), token(elsewhere, "ann"))) {
                String place = URLEncoder.encode(place(paged, theirs), StandardCharsets.UTF_8);
                Set<JsonNode> own = all(paged);
                HubApi.Reply reply = get(hub.edge(1), paged.path + paged.parameter + "=" + place);
                assertEquals(200, reply.status(), reply::toString);
                assertTrue(own.containsAll(entries(paged, reply.body())), () -> paged + ": " + reply);
                assertFalse(reply.toString().contains(elsewhere), () -> paged + ": " + reply);
            }
        }
    }

    private RawSocket connect() throws IOException {
        RawSocket socket = new RawSocket(hub.edge(1));
        socket.text("{\"op\":\"auth\",\"id\":1,\"token\":\"" + ann + "\"}");
        assertTrue(socket.reply().has("ok"));
        return socket;
    }

    /** The reply, asked again where the moment was a bad one. */
    private static JsonNode say(RawSocket socket, String fields) {
        JsonNode[] reply = new JsonNode[1];
        Eventually.await(SOON, "it is not too fast", () -> {
            socket.text("{\"id\":7," + fields + "}");
            reply[0] = socket.reply();
            return !AGAIN.contains(code(reply[0]));
        });
        return reply[0];
    }

    private static String code(JsonNode reply) {
        return reply.path("error").path("code").asText();
    }

    @Test
    void theSameOverWebSocketAndTheConnectionStays() throws IOException {
        long seed = System.nanoTime();
        System.out.println("DirectPositionsIT: seed " + seed);
        Random random = new Random(seed);
        try (RawSocket socket = connect()) {
            for (Paged paged : List.of(SYNC, CONTACTS)) {
                String command =
                        "\"op\":\"dm." + paged.list.replace("messages", "sync") + "\",\"" + paged.parameter + "\":";
                Set<JsonNode> own = all(paged);
                List<String> places = SpoiltPlaces.like(place(paged, ann), random);
                if (paged.equals(SYNC)) { // Bob has one contact
                    places.add(place(paged, token(tenant, "bob")));
                }
                places.add("A".repeat(60_000));
                for (String place : places) {
                    JsonNode reply = say(socket, command + Json.MAPPER.valueToTree(place));
                    if (reply.has("ok")) {
                        assertTrue(
                                own.containsAll(entries(paged, reply.get("ok"))), () -> "seed " + seed + " " + reply);
                    } else {
                        assertEquals("bad_field", code(reply), () -> "seed " + seed + " " + place + ": " + reply);
                    }
                }
            }
            for (String op : List.of("dm.sync", "dm.contacts", "dm.history")) {
                for (String limit :
                        List.of("0", "-1", "501", "1000000000", "1e9", "1.5", "\"5\"", "[]", "{}", "true")) {
                    JsonNode reply = say(socket, "\"op\":\"" + op + "\",\"peer\":\"bob\",\"limit\":" + limit);
                    assertEquals("bad_field", code(reply), () -> op + " " + limit + ": " + reply);
                }
            }
            for (String before : List.of("0", "-1", "9007199254740992", "1e9", "\"5\"", "[]")) {
                JsonNode reply = say(socket, "\"op\":\"dm.history\",\"peer\":\"bob\",\"before\":" + before);
                assertEquals("bad_field", code(reply), () -> before + ": " + reply);
            }
            assertEquals(
                    1,
                    say(socket, "\"op\":\"dm.history\",\"peer\":\"bob\"")
                            .at("/ok/messages")
                            .size());
        }
    }

    @Test
    void aPlaceOfAMegabyteIsRefusedAsTooLong() throws IOException {
        try (RawSocket socket = connect()) {
            socket.text("{\"op\":\"dm.sync\",\"id\":7,\"pos\":\"" + MEGABYTE + "\"}");
            assertEquals("frame_too_big", code(socket.reply()));
            assertEquals(1009, socket.closeCode());
            assertTrue(socket.ends());
        }
        String bearer = "Authorization: Bearer " + ann + "\r\n";
        for (URI at : List.of(hub.edge(1), hub.dmService(), hub.roomService())) {
            for (Paged paged : LISTS) {
                String line = "GET /api/dm/" + paged.path + paged.parameter + "=" + MEGABYTE;
                assertEquals("414 too_long", RawHttp.ask(at, line, bearer).problem(), paged::toString);
            }
            assertEquals(
                    "431 too_long",
                    RawHttp.ask(at, "GET /api/dm/sync", "X-Pos: " + MEGABYTE + "\r\n")
                            .problem());
            assertEquals("400 bad_command", RawHttp.ask(at, "GET", bearer).problem());
            assertEquals(
                    "400 bad_command", RawHttp.ask(at, "\u0000\u0001", bearer).problem());
        }
    }

    @Test
    void aBrokenEscapeInAnAddressIsRefused() throws IOException {
        String bearer = "Authorization: Bearer " + ann + "\r\n";
        for (URI at : List.of(hub.edge(1), hub.dmService())) {
            for (String path : List.of(
                    "sync?pos=%zz",
                    "sync?pos=%",
                    "sync?limit=%f",
                    "contacts?cursor=%8",
                    "b%zzb/messages",
                    "bob/messages?before=%",
                    "%/messages",
                    "online?ids=%",
                    "bob/messages/%zz/versions")) {
                RawHttp answer = RawHttp.ask(at, "GET /api/dm/" + path, bearer);
                assertEquals("400 bad_command", answer.problem(), () -> path + ": " + answer);
            }
        }
    }
}
