package io.danmaku.standalone.room;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.protocol.token.Claims;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.hub.Alone;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.OwnService;
import io.danmaku.standalone.hub.TestHub;
import io.danmaku.standalone.room.RoomHttp.Answer;
import io.danmaku.standalone.system.Witness;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Two instances of room-service: any takes HTTP, one decides, and the other goes on when it dies. */
@Alone
class RoomTakeOverIT {
    /** Enough to meet most of the 16 groups. */
    private static final int ROOMS = 24;

    private static final Duration TAKE_OVER_MAX = Duration.ofSeconds(15);
    /** For all rooms, from the moment at which the owner died or stood still: 5 s, and 3 for a machine that has more to do. */
    private static final Duration TAKEN_OVER_MAX = Duration.ofSeconds(8);

    /** As the shared hub has it: deliveries that a receiver does not answer are tried again soon. */
    private static final Map<String, String> QUICK = Map.of(
            "DANMAKU_WEBHOOKS_TIMEOUT", "2s",
            "DANMAKU_WEBHOOKS_BACKOFF_MIN", "100ms",
            "DANMAKU_WEBHOOKS_BACKOFF_MAX", "1s");

    private static final String MUTE = "{\"kind\":\"mute\",\"seconds\":600,\"user\":\"m";
    /** Who asks has no patience with a request that the owner took with it. */
    private static final Duration IMPATIENT = Duration.ofMillis(500);

    private final TestHub hub = TestHub.get();
    private final RoomHttp first = new RoomHttp(hub.roomService(), hub.adminToken());

    private static String room(int i) {
        return "/api/rooms/over-" + i;
    }

    /** Changes a title until that is acknowledged. */
    private static void retitle(RoomHttp http, int i, String title) {
        Answer[] last = new Answer[1];
        Eventually.await(TAKE_OVER_MAX, "the title of " + room(i), () -> {
            last[0] = http.patch(room(i), "{\"title\":\"" + title + "\"}");
            return last[0].status() != 503 && last[0].status() != 504;
        });
        assertEquals(200, last[0].status(), String.valueOf(last[0].body()));
    }

    @Test
    void aSecondInstanceServesAtOnceAndDecidesWhenTheFirstIsKilled() throws Exception {
        for (int i = 0; i < ROOMS; i++) {
            assertEquals(
                    201, first.post("/api/rooms", "{\"id\":\"over-" + i + "\"}").status());
        }
        try (OwnService other = OwnService.start(hub, OwnService.Kind.ROOM_SERVICE, Map.of())) {
            RoomHttp second = new RoomHttp(other.address(), hub.adminToken());
            Map<Integer, JsonNode> acknowledged = new HashMap<>();
            for (int i = 0; i < ROOMS; i++) {
                Answer changed = second.patch(room(i), "{\"title\":\"by the second\"}");
                assertEquals(200, changed.status(), "any instance takes requests");
                acknowledged.put(i, changed.body());
            }
            assertEquals(
                    412,
                    second.patchIf("\"x.1\"", room(0), "{\"title\":\"no\"}").status(),
                    "the condition goes along");
            hub.kill9("room-service");
            long deadNs = System.nanoTime();
            for (int i = 0; i < ROOMS; i++) {
                decidedSoon(second, i, "after the kill", deadNs);
            }
            tell("killed", deadNs);
            for (int i = 0; i < ROOMS; i++) {
                JsonNode now = second.get(room(i)).body();
                assertEquals("after the kill", now.path("title").asText());
                assertTrue(
                        now.path("version").longValue()
                                > acknowledged.get(i).path("version").longValue(),
                        "decided on what had been acknowledged");
                assertEquals(acknowledged.get(i).path("epoch"), now.path("epoch"));
            }
            hub.awaitBack("room-service");
            for (int i = 0; i < ROOMS; i++) {
                retitle(first, i, "by the first again");
                assertEquals(
                        "by the first again",
                        second.get(room(i)).body().path("title").asText());
            }
            other.stop();
        }
        // it stopped in order, so the first one decides again
        for (int i = 0; i < ROOMS; i++) {
            retitle(first, i, "alone");
            assertEquals("alone", first.get(room(i)).body().path("title").asText());
        }
    }

    /** Changes a title by whoever decides now, within what a take-over may take. */
    private static void decidedSoon(RoomHttp http, int i, String title, long sinceNs) {
        Duration left = TAKEN_OVER_MAX.minusNanos(System.nanoTime() - sinceNs);
        Eventually.await(
                left,
                "somebody decides for " + room(i),
                () -> http.within(IMPATIENT)
                                .patch(room(i), "{\"title\":\"" + title + "\"}")
                                .status()
                        == 200);
    }

    /** A room is read that the hung one decides for, and nobody says yet that it hangs; how long that took, in ms. */
    private static long readAtOnce(RoomHttp http, int i, long sinceNs) {
        try {
            Answer answer = http.get(room(i));
            assertEquals(200, answer.status(), "from what the one asked has read itself");
            return elapsedMs(sinceNs);
        } catch (IOException | InterruptedException failed) {
            throw new AssertionError(failed);
        }
    }

    private static void tell(String what, long sinceNs) {
        System.out.printf(
                "room-service %s: all of %d rooms decided by the other one after %d ms%n",
                what, ROOMS, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - sinceNs));
    }

    @Test
    void anOwnerThatHangsIsThrownOutAndDecidesNothingWhenItGoesOn() throws Exception {
        for (int i = 0; i < ROOMS; i++) {
            int status = first.post("/api/rooms", "{\"id\":\"over-" + i + "\"}").status();
            assertTrue(status == 201 || status == 409, () -> "created: " + status);
            retitle(first, i, "before");
        }
        first.post("/api/rooms", "{\"id\":\"over-closed\"}");
        first.delete("/api/rooms/over-closed");
        Map<String, String> sweeps = Map.of("DANMAKU_ROOMS_CLOSED_KEPT", "1s", "DANMAKU_ROOMS_SWEEP_INTERVAL", "500ms");
        try (OwnService other = OwnService.start(hub, OwnService.Kind.ROOM_SERVICE, sweeps)) {
            RoomHttp second = new RoomHttp(other.address(), hub.adminToken());
            hub.pause("room-service");
            try {
                long hungNs = System.nanoTime();
                CompletableFuture<Long> read = CompletableFuture.supplyAsync(() -> readAtOnce(second, 0, hungNs));
                for (int i = 0; i < ROOMS; i++) {
                    decidedSoon(second, i, "while it hangs", hungNs);
                }
                tell("hung", hungNs);
                assertTrue(read.join() <= TAKEN_OVER_MAX.toMillis(), () -> "read after " + read.join() + " ms");
                Eventually.await(
                        TAKE_OVER_MAX,
                        "a room that was closed for long is gone",
                        () -> second.get("/api/rooms/over-closed").status() == 404);
            } finally {
                hub.resume("room-service");
            }
            // what it had taken in and not decided, and what it is asked now
            for (int i = 0; i < ROOMS; i++) {
                retitle(first, i, "when it goes on");
                assertEquals(
                        "when it goes on",
                        second.get(room(i)).body().path("title").asText());
            }
            for (int i = 0; i < ROOMS; i++) {
                retitle(second, i, "and again");
                assertEquals(
                        "and again", second.get(room(i)).body().path("title").asText());
            }
            other.stop();
        }
        for (int i = 0; i < ROOMS; i++) {
            retitle(first, i, "alone again");
            assertEquals("alone again", first.get(room(i)).body().path("title").asText());
        }
    }

    /** Which one counts and which one reads whose acts the broker chooses; the one that counts is stopped. */
    @Test
    void whatAHungInstanceReadsGoesToTheOtherOneAndNothingIsDoneTwiceWhenItGoesOn() throws Exception {
        long expiresMs = System.currentTimeMillis() + 3_600_000;
        String backend = hub.token(new Claims("backend", "backend", "over", Map.of(), true, expiresMs));
        RoomHttp theirs = new RoomHttp(hub.roomService(), backend);
        first.post("/api/rooms", "{\"id\":\"over-watched\"}");
        try (OwnService other = OwnService.start(hub, OwnService.Kind.ROOM_SERVICE, QUICK);
                HookReceiver receiver = new HookReceiver();
                Clients clients = new Clients(1)) {
            for (int i = 0; i < ROOMS; i++) {
                theirs.post("/api/rooms", "{\"id\":\"over-" + i + "\"}");
            }
            assertEquals(
                    200,
                    theirs.ask("PUT", "/api/webhooks/over", hook(receiver.address("over")))
                            .status());
            Witness.viewer(clients, hub, "over-1", 1).join("over-watched");
            boolean otherCounts = other.metric("danmaku_membership_active") > 0;
            URI goesOn = otherCounts ? hub.roomService() : other.address();
            awaitOnline(goesOn, 1, TAKE_OVER_MAX);
            // so both have deliveries in hand
            receiver.answer("over", 0);
            for (int i = 0; i < ROOMS; i++) {
                assertEquals(
                        201,
                        theirs.post(room(i) + "/sanctions", MUTE + i + "a\"}").status());
            }
            Eventually.await(
                    TAKE_OVER_MAX,
                    "some are on their way",
                    () -> receiver.posts("over").size() >= 4);

            signal(other, otherCounts, true);
            long hungNs = System.nanoTime();
            receiver.answer("over", 200);
            CompletableFuture<Long> counted = CompletableFuture.supplyAsync(() -> {
                Witness.viewer(clients, hub, "over-2", 2).join("over-watched");
                awaitOnline(goesOn, 2, TAKEN_OVER_MAX);
                return elapsedMs(hungNs);
            });
            RoomHttp alive = new RoomHttp(goesOn, backend);
            try {
                for (int i = 0; i < ROOMS; i++) {
                    muteSoon(alive, i, hungNs);
                }
                Eventually.await(
                        TAKEN_OVER_MAX,
                        "all are told by the other one",
                        () -> users(receiver).size() == 2 * ROOMS);
                long toldMs = elapsedMs(hungNs);
                System.out.printf(
                        "room-service hung, and it %s: viewers counted by the other one after %d ms, %d webhooks told after %d ms%n",
                        otherCounts ? "decided nothing" : "decided all", counted.get(), 2 * ROOMS, toldMs);
            } finally {
                signal(other, otherCounts, false);
            }
            // it gives up what it had in hand: others have it
            int before = receiver.posts("over").size();
            Set<String> told = ids(receiver.posts("over"));
            Witness third = Witness.viewer(clients, hub, "over-3", 1);
            third.join("over-watched");
            awaitOnline(goesOn, 3, TAKE_OVER_MAX);
            for (int i = 0; i < ROOMS; i++) {
                int number = i;
                Eventually.await(
                        TAKE_OVER_MAX,
                        "somebody decides for " + room(i),
                        () -> theirs.post(room(number) + "/sanctions", MUTE + number + "c\"}")
                                        .status()
                                == 201);
            }
            Eventually.await(
                    TAKE_OVER_MAX,
                    "the new ones are told",
                    () -> users(receiver).size() == 3 * ROOMS);
            List<HookReceiver.Post> since = receiver.posts("over")
                    .subList(before, receiver.posts("over").size());
            assertEquals(since.size(), ids(since).size(), "nothing is told twice");
            assertTrue(Collections.disjoint(told, ids(since)), "nothing is told again");
            third.close();
            for (URI each : List.of(goesOn, otherCounts ? other.address() : hub.roomService())) {
                awaitOnline(each, 2, TAKE_OVER_MAX);
            }
            theirs.delete("/api/webhooks/over");
            other.stop();
        }
    }

    private static String hook(String url) {
        return "{\"url\":\"" + url + "\",\"secret\":\"" + HookReceiver.SECRET + "\",\"events\":[\"sanction\"]}";
    }

    private void signal(OwnService other, boolean toOther, boolean stop) {
        if (toOther && stop) {
            other.pause();
        } else if (toOther) {
            other.resume();
        } else if (stop) {
            hub.pause("room-service");
        } else {
            hub.resume("room-service");
        }
    }

    private void awaitOnline(URI instance, int viewers, Duration atMost) {
        RoomHttp http = new RoomHttp(instance, hub.adminToken()).within(IMPATIENT);
        Eventually.await(
                atMost,
                viewers + " viewers",
                () -> http.get("/api/rooms/over-watched/presence")
                                .body()
                                .path("online")
                                .intValue()
                        == viewers);
    }

    private static void muteSoon(RoomHttp http, int i, long sinceNs) {
        Eventually.await(
                TAKEN_OVER_MAX.minusNanos(System.nanoTime() - sinceNs),
                "somebody decides for " + room(i),
                () -> http.within(IMPATIENT)
                                .post(room(i) + "/sanctions", MUTE + i + "b\"}")
                                .status()
                        == 201);
    }

    private static Set<String> ids(List<HookReceiver.Post> posts) {
        return posts.stream().map(HookReceiver.Post::id).collect(Collectors.toSet());
    }

    /** Of whose mutes the backend has heard, and said so. */
    private static Set<String> users(HookReceiver receiver) {
        return receiver.posts("over").stream()
                .filter(post -> post.status() == 200)
                .map(post -> post.event().at("/data/user").asText())
                .collect(Collectors.toSet());
    }

    private static long elapsedMs(long sinceNs) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - sinceNs);
    }
}
