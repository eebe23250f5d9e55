package io.danmaku.standalone.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.standalone.client.Answer;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.hub.TestHub;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Two users, each first on another edge, who write to each other without pause; and what must be stored of it. */
public final class Chatter implements AutoCloseable {
    private static final int PAGE = 100;
    private static final long ANSWERS_MAX_S = 130;

    private final TestHub hub;
    private final Witness a;
    private final Witness b;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final AtomicInteger count = new AtomicInteger();
    /** By body. */
    private final Map<String, CompletableFuture<Answer>> answers = new ConcurrentHashMap<>();

    /** Connects both. */
    public Chatter(Clients clients, TestHub hub, String userA, String userB) {
        this.hub = hub;
        // as backends, because anybody else may send 5 a second
        a = Witness.connect(clients, hub, userA, hub.adminToken(userA), 1, 2);
        b = Witness.connect(clients, hub, userB, hub.adminToken(userB), 2, 1);
    }

    /** Begins: so many messages a second in each direction. */
    public void start(int perSecond) {
        long everyMs = 1_000 / perSecond;
        timer.scheduleAtFixedRate(
                () -> {
                    int n = count.incrementAndGet();
                    write(a, b, "a" + n);
                    write(b, a, "b" + n);
                },
                0,
                everyMs,
                TimeUnit.MILLISECONDS);
    }

    private void write(Witness from, Witness to, String cid) {
        String body = "私信 " + cid;
        answers.put(body, from.client().dmSend(to.user(), cid, body));
    }

    /** No more is sent. */
    public void stop() {
        timer.shutdown();
    }

    public void awaitAnswers() throws Exception {
        if (!timer.awaitTermination(ANSWERS_MAX_S, TimeUnit.SECONDS)) {
            throw new AssertionError("still sending");
        }
        CompletableFuture.allOf(answers.values().toArray(CompletableFuture[]::new))
                .get(ANSWERS_MAX_S, TimeUnit.SECONDS);
    }

    /** Everything was acknowledged, and is once in both users' histories and streams, without a hole in the numbers. */
    public void assertStoredOnce(HubApi api) {
        Map<String, JsonNode> acknowledged = new TreeMap<>();
        answers.forEach((body, answer) -> {
            Answer outcome = answer.join();
            if (!outcome.acknowledged()) {
                throw new AssertionError("'" + body + "' was not acknowledged: " + outcome);
            }
            acknowledged.put(body, outcome.ok());
        });
        Map<Long, JsonNode> ofA = history(api, a, b);
        Map<Long, JsonNode> ofB = history(api, b, a);
        assertEquals(ofA, ofB, "both sides have the same history");
        assertEquals(acknowledged.size(), ofA.size(), "as many stored as acknowledged");
        long due = 1;
        for (long seq : ofA.keySet()) {
            assertEquals(due++, seq, "numbers without holes");
        }
        Set<String> bodies = new HashSet<>();
        for (JsonNode message : ofA.values()) {
            String body = message.get("body").asText();
            JsonNode ok = acknowledged.get(body);
            assertEquals(true, bodies.add(body), () -> "twice: " + message);
            assertEquals(ok.get("seq"), message.get("seq"), body);
            assertEquals(ok.get("mid"), message.get("mid"), body);
        }
        assertEquals(bodies, synced(a), "the stream of one side");
        assertEquals(bodies, synced(b), "the stream of the other side");
    }

    private Map<Long, JsonNode> history(HubApi api, Witness owner, Witness peer) {
        String token = hub.token(owner.user());
        Map<Long, JsonNode> bySeq = new TreeMap<>();
        long before = 0;
        while (true) {
            HubApi.Reply page = api.directHistory(token, peer.user(), before, PAGE);
            assertEquals(200, page.status(), () -> "history: " + page);
            JsonNode messages = page.body().get("messages");
            if (messages.isEmpty()) {
                return bySeq;
            }
            for (JsonNode message : messages) {
                long seq = message.get("seq").asLong();
                if (bySeq.put(seq, message) != null) {
                    throw new AssertionError("seq " + seq + " is twice in the history of " + owner.user());
                }
                before = before == 0 ? seq : Math.min(before, seq);
            }
        }
    }

    private static Set<String> synced(Witness owner) {
        Map<String, String> byMid = new LinkedHashMap<>();
        List<String> bodies = new ArrayList<>();
        String position = null;
        boolean more = true;
        while (more) {
            Answer page = owner.wait(owner.client().dmSync(position, PAGE));
            if (!page.acknowledged()) {
                throw new AssertionError("dm.sync was refused: " + page);
            }
            for (JsonNode message : page.ok().get("messages")) {
                if (byMid.put(message.get("mid").asText(), "") != null) {
                    throw new AssertionError("twice in the stream of " + owner.user() + ": " + message);
                }
                bodies.add(message.get("body").asText());
            }
            position = page.ok().get("pos").asText();
            more = page.ok().get("more").asBoolean();
        }
        return new HashSet<>(bodies);
    }

    @Override
    public void close() {
        timer.shutdownNow();
        a.close();
        b.close();
    }
}
