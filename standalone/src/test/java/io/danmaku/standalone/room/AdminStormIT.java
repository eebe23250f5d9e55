package io.danmaku.standalone.room;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.protocol.json.Json;
import io.danmaku.standalone.client.Answer;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.hub.Alone;
import io.danmaku.standalone.hub.ApiDocuments;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.OwnService;
import io.danmaku.standalone.hub.TestHub;
import io.danmaku.standalone.system.HubApi;
import io.danmaku.standalone.system.Witness;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Moderators and backends at work while the instance of room-service that decides is killed. */
@Alone
class AdminStormIT {
    private static final int CALLS_PER_SECOND = 200;
    private static final int CALLS = 8 * CALLS_PER_SECOND;
    private static final int CALLS_BEFORE_THE_KILL = 2 * CALLS_PER_SECOND;
    /** A tenth more than the storm takes. */
    private static final Duration STORM_MAX = Duration.ofMillis(1_100L * CALLS / CALLS_PER_SECOND);

    private static final int ROOMS = 8;
    private static final int PAGE = 200;
    /** Muted users that try to speak afterwards, on each edge. */
    private static final int TRIED = 10;

    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Duration SOON = Duration.ofSeconds(60);

    private final TestHub hub = TestHub.get();
    private final HubApi api = new HubApi(hub);
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final List<String> rooms = new ArrayList<>();
    /** What was acknowledged, by room: ids of mutes by user, users with a role, offsets of gifts by key. */
    private final Map<String, Map<String, String>> muted = new ConcurrentHashMap<>();

    private final Map<String, Map<String, String>> lifted = new ConcurrentHashMap<>();
    private final Map<String, Map<String, String>> given = new ConcurrentHashMap<>();
    private final Map<String, Map<String, String>> gifts = new ConcurrentHashMap<>();
    /** Users whose mute somebody was about to lift: what became of it may be unknown. */
    private final Map<String, Map<String, String>> touched = new ConcurrentHashMap<>();
    /** All that was acknowledged, as {@link #act} writes it. */
    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    /** Gifts that were asked for and not acknowledged, by number. */
    private final Set<Integer> open = new ConcurrentSkipListSet<>();

    private final Queue<String[]> liftable = new ConcurrentLinkedQueue<>();
    private final Queue<CompletableFuture<Void>> calls = new ConcurrentLinkedQueue<>();

    private record Reply(int status, JsonNode body) {}

    @Test
    void whatWasAcknowledgedAtTwoHundredCallsASecondIsInForceAfterTheDecidingInstanceIsKilled() throws Exception {
        for (int i = 0; i < ROOMS; i++) {
            String room = api.createRoom("storm", Map.of("bestEffortPerSecond", 0));
            rooms.add(room);
            for (Map<String, Map<String, String>> kind : List.of(muted, lifted, given, gifts, touched)) {
                kind.put(room, new ConcurrentHashMap<>());
            }
        }
        try (OwnService other = OwnService.start(hub, OwnService.Kind.ROOM_SERVICE, Map.of())) {
            storm(List.of(hub.roomService(), other.address()));
            System.out.println(acknowledged.size() + " of " + CALLS + " calls were acknowledged, and " + open.size()
                    + " gifts were not");
            assertTrue(acknowledged.size() > CALLS_BEFORE_THE_KILL / 2, "only " + acknowledged.size() + " calls were");
            hub.awaitBack("room-service");
            Set<Integer> askedAgain = Set.copyOf(open);
            askedAgain.forEach(this::askAgain);
            assertInForce(other.address());
            assertInForce(hub.roomService());
            assertActsOnce(askedAgain);
            other.stop();
        }
        assertInForce(hub.roomService());
        try (Clients clients = new Clients(1)) {
            for (String room : rooms) {
                assertGiftsOnce(clients, room);
            }
            assertMutedOnBothEdges(clients);
        }
    }

    /** What the audit has to say of a call. */
    private static String act(String room, String action, String target) {
        return room + " " + action + " " + target;
    }

    /** Calls at fixed times, whatever becomes of those before. */
    private void storm(List<URI> instances) throws Exception {
        AtomicInteger next = new AtomicInteger();
        AtomicInteger inTime = new AtomicInteger();
        long begunNs = System.nanoTime();
        ScheduledExecutorService clock =
                Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "admin-storm"));
        try {
            ScheduledFuture<?> calling = clock.scheduleAtFixedRate(
                    () -> {
                        int i = next.getAndIncrement();
                        if (i < CALLS) {
                            calls.add(call(instances.get((i + i / (4 * ROOMS)) % instances.size()), i));
                            if (System.nanoTime() - begunNs <= STORM_MAX.toNanos()) {
                                inTime.incrementAndGet();
                            }
                        }
                    },
                    0,
                    TimeUnit.SECONDS.toMicros(1) / CALLS_PER_SECOND,
                    TimeUnit.MICROSECONDS);
            Eventually.await(SOON, "calls before the kill", () -> next.get() >= CALLS_BEFORE_THE_KILL);
            hub.kill9("room-service");
            Eventually.await(SOON, "all calls are made", () -> next.get() >= CALLS || calling.isDone());
        } finally {
            clock.shutdown();
            assertTrue(clock.awaitTermination(10, TimeUnit.SECONDS));
        }
        assertEquals(CALLS, calls.size());
        assertEquals(CALLS, inTime.get(), "calls handed over within " + STORM_MAX);
        CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new)).get(2 * TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    }

    private CompletableFuture<Void> call(URI instance, int i) {
        String room = rooms.get(i % ROOMS);
        return switch (i / ROOMS % 4) {
            case 0 -> mute(instance, room, "u" + i);
            case 1 -> give(instance, room, "u" + i);
            case 2 -> gift(instance, room, i);
            // half of the mutes stay
            default -> i / (4 * ROOMS) % 2 == 0 ? lift(instance, room, i) : mute(instance, room, "u" + i);
        };
    }

    private CompletableFuture<Void> mute(URI instance, String room, String user) {
        return ask(
                        instance,
                        "POST",
                        "/api/rooms/" + room + "/sanctions",
                        "{\"user\":\"" + user + "\",\"kind\":\"mute\",\"seconds\":600}",
                        null)
                .thenAccept(reply -> {
                    if (is2xx(reply)) {
                        String id = reply.body.path("id").asText();
                        muted.get(room).put(user, id);
                        acknowledged.add(act(room, "sanction.spoken", user));
                        liftable.add(new String[] {room, user, id});
                    }
                });
    }

    private CompletableFuture<Void> give(URI instance, String room, String user) {
        return ask(instance, "PUT", "/api/rooms/" + room + "/roles/" + user, "{\"role\":\"vip\"}", null)
                .thenAccept(reply -> {
                    if (is2xx(reply)) {
                        given.get(room).put(user, "vip");
                        acknowledged.add(act(room, "role.given", user));
                    }
                });
    }

    private CompletableFuture<Void> gift(URI instance, String room, int i) {
        open.add(i);
        return ask(
                        instance,
                        "POST",
                        "/api/rooms/" + room + "/events",
                        "{\"t\":\"gift\",\"user\":{\"id\":\"7\"},\"d\":{\"gift\":\"g" + i + "\",\"count\":1}}",
                        "key-" + i)
                .thenAccept(reply -> {
                    if (is2xx(reply)) {
                        gifts.get(room).put("g" + i, reply.body.path("o").asText());
                        acknowledged.add(act(room, "event.posted", "key-" + i));
                        open.remove(i);
                    }
                });
    }

    /** A gift that may be there or not, with its key. */
    private void askAgain(int i) {
        Eventually.await(SOON, "gift " + i + " is acknowledged", () -> {
            gift(hub.roomService(), rooms.get(i % ROOMS), i).join();
            return !open.contains(i);
        });
    }

    /** Of somebody who is muted; where there is none, somebody is muted: each call is one. */
    private CompletableFuture<Void> lift(URI instance, String room, int i) {
        String[] mute = liftable.poll();
        if (mute == null) {
            return mute(instance, room, "u" + i);
        }
        touched.get(mute[0]).put(mute[1], mute[2]);
        return ask(instance, "DELETE", "/api/rooms/" + mute[0] + "/sanctions/" + mute[2], null, null)
                .thenAccept(reply -> {
                    if (is2xx(reply)) {
                        lifted.get(mute[0]).put(mute[1], mute[2]);
                        acknowledged.add(act(mute[0], "sanction.lifted", mute[1]));
                    }
                });
    }

    private static boolean is2xx(Reply reply) {
        return reply.status / 100 == 2;
    }

    /** Status 0 of one that had no answer. */
    private CompletableFuture<Reply> ask(URI instance, String method, String path, String body, String key) {
        HttpRequest.Builder request = HttpRequest.newBuilder(instance.resolve(path))
                .timeout(TIMEOUT)
                .header("Authorization", "Bearer " + hub.adminToken())
                .header("Content-Type", "application/json")
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        if (key != null) {
            request.header("Idempotency-Key", key);
        }
        HttpRequest asked = request.build();
        return http.sendAsync(asked, HttpResponse.BodyHandlers.ofByteArray()).handle((answer, failure) -> {
            if (failure != null) {
                return new Reply(0, null);
            }
            ApiDocuments.check(asked, body == null ? null : body.getBytes(StandardCharsets.UTF_8), answer);
            try {
                return new Reply(answer.statusCode(), Json.MAPPER.readTree(answer.body()));
            } catch (IOException notJson) {
                throw new UncheckedIOException(notJson);
            }
        });
    }

    private void assertInForce(URI instance) {
        for (String room : rooms) {
            Map<String, String> mutes = all(instance, room, "sanctions", "id");
            Map<String, String> roles = all(instance, room, "roles", "role");
            muted.get(room).forEach((user, id) -> {
                if (!touched.get(room).containsKey(user)) {
                    assertEquals(id, mutes.get(user), "the mute of " + user + " in " + room);
                }
            });
            lifted.get(room)
                    .keySet()
                    .forEach(user -> assertEquals(null, mutes.get(user), "the lifted mute of " + user + " in " + room));
            given.get(room)
                    .forEach(
                            (user, role) -> assertEquals(role, roles.get(user), "the role of " + user + " in " + room));
        }
    }

    /** A field by user of all entries; fails when a user comes twice. */
    private Map<String, String> all(URI instance, String room, String what, String field) {
        Map<String, String> found = new HashMap<>();
        String[] cursor = {""};
        while (cursor[0] != null) {
            Reply[] page = new Reply[1];
            Eventually.await(SOON, what + " of " + room, () -> {
                page[0] = ask(
                                instance,
                                "GET",
                                "/api/rooms/" + room + "/" + what + "?limit=" + PAGE
                                        + (cursor[0].isEmpty() ? "" : "&cursor=" + cursor[0]),
                                null,
                                null)
                        .join();
                return page[0].status == 200;
            });
            page[0].body.path(what).forEach(entry -> {
                String user = entry.path("user").asText();
                assertEquals(null, found.put(user, entry.path(field).asText()), user + " comes twice in " + what);
            });
            cursor[0] = page[0].body.path("cursor").asText(null);
        }
        return found;
    }

    /** Each call was for somebody or something of its own: whatever the answer, it was carried out once at most. */
    private void assertActsOnce(Set<Integer> askedAgain) {
        Set<String> missing = new HashSet<>(acknowledged);
        // a gift that is asked for again may be noted again, before the one in the log is found: what counts is the log
        Set<String> noted = new HashSet<>();
        List<String> twice = new ArrayList<>();
        Set<String> again = askedAgain.stream()
                .map(i -> act(rooms.get(i % ROOMS), "event.posted", "key-" + i))
                .collect(Collectors.toSet());
        for (String room : rooms) {
            long[] after = {0};
            boolean[] more = {true};
            while (more[0]) {
                Eventually.await(SOON, "the acts in " + room, () -> {
                    Reply page = ask(
                                    hub.roomService(),
                                    "GET",
                                    "/api/rooms/" + room + "/audit?limit=" + PAGE + "&after=" + after[0],
                                    null,
                                    null)
                            .join();
                    if (page.status != 200) {
                        return false;
                    }
                    page.body.path("acts").forEach(told -> {
                        String line = act(
                                room,
                                told.path("action").asText(),
                                told.path("target").asText());
                        missing.remove(line);
                        if (!noted.add(line) && !again.contains(line)) {
                            twice.add(line);
                        }
                    });
                    after[0] = page.body.path("next").path("after").asLong();
                    more[0] = page.body.path("more").booleanValue();
                    return true;
                });
            }
        }
        assertEquals(Set.of(), missing, "acknowledged, and not in the audit");
        assertEquals(List.of(), twice, "twice in the audit");
    }

    private void assertGiftsOnce(Clients clients, String room) {
        try (Witness reader = Witness.viewer(clients, hub, "reader-" + room, 1)) {
            reader.joined(c -> c.joinSince(room, 0, null));
            reader.awaitCovered(reader.say(room, "end", "end"), SOON);
            Map<String, String> places = new HashMap<>();
            reader.events("gift")
                    .forEach((offset, event) -> assertEquals(
                            null,
                            places.put(event.path("d").path("gift").asText(), offset.toString()),
                            event + " is there twice"));
            gifts.get(room).forEach((gift, offset) -> assertEquals(offset, places.get(gift), gift + " in " + room));
            reader.assertClean();
        }
    }

    private void assertMutedOnBothEdges(Clients clients) {
        String room = rooms.get(0);
        List<String> users = muted.get(room).keySet().stream()
                .filter(user -> !touched.get(room).containsKey(user))
                .limit(TRIED)
                .toList();
        assertTrue(!users.isEmpty(), "nobody is muted any more");
        for (String user : users) {
            for (int edge = 1; edge <= TestHub.EDGES; edge++) {
                try (Witness speaker = Witness.viewer(clients, hub, user, edge)) {
                    speaker.join(room);
                    Answer answer = speaker.wait(speaker.client().chat(room, "c" + edge, "am I heard?"));
                    assertEquals("muted", answer.code(), user + " on edge " + edge);
                }
            }
        }
    }
}
