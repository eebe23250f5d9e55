package io.danmaku.standalone.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.standalone.client.Answer;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.hub.Alone;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.TestHub;
import io.danmaku.standalone.hub.Up;
import io.danmaku.standalone.machine.ProcStat;
import io.danmaku.standalone.supervise.UpRecord;
import io.danmaku.standalone.supervise.UpRecord.PartState;
import io.danmaku.standalone.system.HubApi;
import io.danmaku.standalone.system.Witness;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * A hub of two edges is started, used a little, stopped, and started again on the same data. That is done once; each test
 * looks at another side of it.
 */
@Alone
class WholeHubIT {
    private static final int EDGES = 2;
    private static final int CHATS = 400;
    private static final int DIRECT = 200;
    private static final int READ = 50;
    private static final int TEXT_MAX = 70;
    private static final int EXIT_TERM = 143;
    private static final long BYTES_MAX = 2_500_000_000L;
    private static final Duration READY_MAX = Duration.ofSeconds(60);
    /** More than the rest of a test run takes; above it somebody else works here, and a start may take longer. */
    private static final double OTHERS_SHARE_MAX = 0.4;

    private static final Duration SEEN_MAX = Duration.ofSeconds(60);
    private static final Pattern ALL_READY = Pattern.compile("(?m)^all ready after (\\d+\\.\\d) s$");

    private static Up first;
    private static Up second;
    private static Clients clients;
    private static TestHub hub;
    private static HubApi api;

    private static double othersShare;
    private static long bytes;
    private static int exit;
    private static List<ProcessHandle> left;
    private static UpRecord stopped;
    /** What the first one said: the second one's words take its place. */
    private static String said;

    private static String room;
    private static JsonNode roomBefore;
    private static Map<Long, JsonNode> chatsBefore;
    private static JsonNode historyBefore;
    private static JsonNode contactsBefore;
    private static String syncedBefore;

    @BeforeAll
    static void startUseStopAndStartAgain() throws Exception {
        Path data = Up.data("whole", true);
        List<String> options = new ArrayList<>(Up.freePorts(EDGES));
        options.add("--edges=" + EDGES);
        clients = new Clients(1);
        Usage before = Usage.now();
        long startNs = System.nanoTime();
        first = Up.start(data, options);
        first.awaitReady();
        Duration span = Duration.ofNanos(System.nanoTime() - startNs);
        othersShare = Usage.now().othersShareSince(before, span, first.process().toHandle());
        hub = TestHub.of(first);
        api = new HubApi(hub);
        use();
        bytes = Usage.memory(first.process().toHandle());
        exit = first.stop();
        left = first.children();
        stopped = first.record();
        said = first.output();
        second = Up.start(data, options);
        second.awaitReady();
        hub = TestHub.of(second);
        api = new HubApi(hub);
    }

    private static void use() {
        room = api.createRoom("whole", Map.of("textLengthMax", TEXT_MAX, "bestEffortPerSecond", 0));
        assertEquals(201, api.mute(room, "muted", 3_600).status());
        try (Witness viewer = Witness.viewer(clients, hub, "viewer", 2);
                Witness host = Witness.connect(clients, hub, "host", hub.hostToken("host", room), 1);
                Witness ann = Witness.connect(clients, hub, "ann", hub.adminToken("ann"), 1);
                Witness bob = Witness.viewer(clients, hub, "bob", 2)) {
            viewer.joined(client -> client.joinSince(room, 0, null));
            host.join(room);
            List<CompletableFuture<Answer>> answers = new ArrayList<>();
            for (int i = 0; i < CHATS; i++) {
                answers.add(host.client().chat(room, "c" + i, "弹幕 " + i));
            }
            for (int i = 0; i < DIRECT; i++) {
                answers.add(ann.client().dmSend("bob", "d" + i, "私信 " + i));
            }
            for (CompletableFuture<Answer> answer : answers) {
                assertTrue(host.wait(answer).acknowledged(), () -> answer.join().toString());
            }
            assertTrue(bob.wait(bob.client().dmRead("ann", READ)).acknowledged());
            Eventually.await(
                    SEEN_MAX, "all is seen", () -> viewer.events("chat").size() == CHATS);
            chatsBefore = viewer.events("chat");
            syncedBefore = syncedAll(bob, DIRECT);
        }
        roomBefore = ok(api.get("/api/rooms/" + room, hub.adminToken()));
        historyBefore = ok(api.directHistory(hub.token("ann"), "bob", 0, 100));
        contactsBefore = ok(api.get("/api/dm/contacts", hub.token("bob")));
    }

    @AfterAll
    static void stopAll() {
        clients.close();
        (second != null ? second : first).close();
    }

    @Test
    void itIsReadyWithinAMinuteWhereNobodyElseWorks() {
        Matcher ready = ALL_READY.matcher(said);
        assertTrue(ready.find(), said);
        double seconds = Double.parseDouble(ready.group(1));
        System.err.printf(
                "all ready after %.1f s, others used %.0f %% of the processors%n", seconds, othersShare * 100);
        Duration bound = othersShare < OTHERS_SHARE_MAX ? READY_MAX : Up.START_MAX;
        assertTrue(seconds < bound.toSeconds(), seconds + " s");
    }

    @Test
    void allOfItFitsInItsMemoryAfterALittleUse() {
        System.err.printf("the whole hub of %d edges: %d MB%n", EDGES, bytes / 1_000_000);
        assumeTrue(bytes > 0, "the system tells what a process holds");
        assertTrue(bytes < BYTES_MAX, bytes + " bytes");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void theStoreAndNobodyElseMaySleepAMillisecondLonger() throws IOException {
        assertEquals("1000000", timerSlackNs(Long.toString(hub.pid("cassandra"))));
        for (String part : List.of("pulsar", "dm-service", "edge-1")) {
            assertEquals(timerSlackNs("self"), timerSlackNs(Long.toString(hub.pid(part))), part);
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void whatEnginesDoBesidesIsOfLowerPriority() throws IOException {
        for (String engine : List.of("cassandra", "pulsar")) {
            Eventually.await(
                    SEEN_MAX,
                    engine + " marks at a lower priority",
                    () -> nices(engine, "G1 Conc").equals(Set.of(5)));
        }
        assertEquals(Set.of(0), nices("cassandra", "epollEventLoop"));
    }

    /** The priorities of a part's threads whose names begin so. */
    private static Set<Integer> nices(String part, String thread) throws IOException {
        return ProcStat.threads(hub.pid(part)).stream()
                .filter(each -> each.name().startsWith(thread))
                .map(ProcStat::nice)
                .collect(Collectors.toSet());
    }

    @Test
    void theStoresLogGoesOnWhenItHasStarted() throws IOException {
        assertTrue(
                Files.readString(Path.of(hub.record().part("cassandra").log())).contains("Startup complete"));
    }

    private static String timerSlackNs(String process) throws IOException {
        return Files.readString(Path.of("/proc/" + process + "/timerslack_ns")).strip();
    }

    @Test
    void theLinksThatItPrintsOpenAPage() throws Exception {
        List<String> links = second.output()
                .lines()
                .filter(line -> line.startsWith("host ") || line.startsWith("viewer "))
                .map(line -> line.substring(line.indexOf("http")))
                .toList();
        assertEquals(2, links.size(), second.output());
        for (String link : links) {
            HttpResponse<Void> answer = HttpClient.newHttpClient()
                    .send(HttpRequest.newBuilder(URI.create(link)).build(), HttpResponse.BodyHandlers.discarding());
            assertEquals(200, answer.statusCode(), link);
        }
    }

    @Test
    void termStopsItInOrder() {
        assertEquals(EXIT_TERM, exit);
        assertEquals(List.of(), left);
        assertEquals(
                List.of("edge-1", "edge-2", "dm-service", "room-service", "redis", "cassandra", "pulsar"),
                said.lines()
                        .filter(line -> line.contains(" stopped after "))
                        .map(line -> line.substring(0, line.indexOf(' ')))
                        .toList());
        assertEquals(UpRecord.State.STOPPED, stopped.state());
        stopped.parts().forEach(part -> assertEquals(PartState.STOPPED, part.state(), part.name()));
    }

    @Test
    void theNextUpHasTheRoomWithItsRulesItsEventsAndItsMutes() {
        assertEquals(roomBefore, ok(api.get("/api/rooms/" + room, hub.adminToken())));
        try (Witness late = Witness.viewer(clients, hub, "late", 2);
                Witness host = Witness.connect(clients, hub, "host", hub.hostToken("host", room), 1);
                Witness muted = Witness.viewer(clients, hub, "muted", 1)) {
            Answer joined = late.joined(client -> client.joinSince(room, 0, null));
            assertEquals(roomBefore.path("epoch"), joined.ok().path("epoch"));
            host.join(room);
            muted.join(room);
            assertEquals(
                    "muted", muted.wait(muted.client().chat(room, "m", "hello")).code());
            assertEquals(
                    "too_long",
                    host.wait(host.client().chat(room, "l", "x".repeat(TEXT_MAX + 1)))
                            .code());
            long head = joined.ok().path("head").asLong();
            long next = host.say(room, "next", "after the restart");
            assertTrue(next > head, () -> next + " after " + head);
            late.awaitCovered(next, SEEN_MAX);
            assertEquals(List.of(), late.gaps());
            Map<Long, JsonNode> chats = late.events("chat");
            assertEquals(
                    "after the restart",
                    chats.remove(next).path("d").path("text").asText());
            assertEquals(chatsBefore, chats);
        }
    }

    @Test
    void theNextUpHasTheDirectMessagesContactsAndReadMarks() {
        assertEquals(historyBefore, ok(api.directHistory(hub.token("ann"), "bob", 0, 100)));
        assertEquals(contactsBefore, ok(api.get("/api/dm/contacts", hub.token("bob"))));
        JsonNode contact = contactsBefore.path("contacts").get(0);
        assertEquals(DIRECT - READ, contact.path("unread").asInt(), contact.toString());
        try (Witness ann = Witness.viewer(clients, hub, "ann", 1);
                Witness bob = Witness.viewer(clients, hub, "bob", 2)) {
            Answer again = ann.wait(ann.client().dmSend("bob", "d" + (DIRECT - 1), "the same cid"));
            assertEquals(DIRECT, again.ok().path("seq").asInt(), "a repeat is known across the restart");
            Answer next = ann.wait(ann.client().dmSend("bob", "next", "after the restart"));
            assertEquals(DIRECT + 1, next.ok().path("seq").asInt(), "numbers go on");
            Eventually.await(SEEN_MAX, "a position of before holds", () -> {
                JsonNode page = bob.wait(bob.client().dmSync(syncedBefore, 100)).ok();
                assertEquals(1, page.path("messages").size());
                assertEquals(next.ok().path("mid"), page.path("messages").get(0).path("mid"));
                return true;
            });
        }
    }

    /** Reads the whole stream until it has so many messages; the position after it. */
    private static String syncedAll(Witness owner, int count) {
        String[] position = new String[1];
        Eventually.await(SEEN_MAX, "all is synced", () -> {
            Map<String, JsonNode> byMid = new TreeMap<>();
            position[0] = null;
            boolean more = true;
            while (more) {
                JsonNode page =
                        owner.wait(owner.client().dmSync(position[0], 100)).ok();
                page.path("messages")
                        .forEach(message -> byMid.put(message.path("mid").asText(), message));
                position[0] = page.path("pos").asText();
                more = page.path("more").asBoolean();
            }
            assertEquals(count, byMid.size());
            return true;
        });
        return position[0];
    }

    private static JsonNode ok(HubApi.Reply reply) {
        assertEquals(200, reply.status(), reply::toString);
        return reply.body();
    }
}
