package io.danmaku.standalone.system;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.standalone.client.Answer;
import io.danmaku.standalone.client.ClientOptions;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.client.HubClient;
import io.danmaku.standalone.client.HubListener;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.TestHub;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * A viewer that remembers all it is told, and everything that was wrong with it: a broken coverage (checked by its client on
 * every frame), an event twice, an offset out of order. Its methods wait for conditions and fail loudly.
 */
public final class Witness implements HubListener, AutoCloseable {
    private static final Duration ANSWER_MAX = Duration.ofSeconds(60);
    private static final int HISTORY_LIMIT = 100;

    private final String user;
    private final NavigableMap<Long, JsonNode> events = new TreeMap<>();
    private final List<String> problems = new ArrayList<>();
    private final List<String> gaps = new ArrayList<>();
    private final Map<String, Long> skipped = new TreeMap<>();
    private final Set<String> ended = new HashSet<>();
    private final List<String> roles = new ArrayList<>();
    private final List<JsonNode> direct = new ArrayList<>();
    private final List<JsonNode> held = new ArrayList<>();
    private final List<JsonNode> directNotes = new ArrayList<>();
    private final List<String> directMarks = new ArrayList<>();
    private final List<String> typing = new ArrayList<>();
    private final List<String> online = new ArrayList<>();
    private HubClient client;
    private long covered;
    private int connects;

    private Witness(String user) {
        this.user = user;
    }

    /** Connects as a user, to the edges of these numbers in this order. */
    public static Witness connect(Clients clients, TestHub hub, String user, String token, int... edges) {
        return connect(clients, Arrays.stream(edges).mapToObj(hub::webSocket).toList(), user, token);
    }

    /** Connects as a user, to these edges in this order. */
    public static Witness connect(Clients clients, List<URI> edges, String user, String token) {
        return open(clients, user, ClientOptions.of(edges, () -> token));
    }

    /** Connects as a user, with options of one's own. */
    public static Witness open(Clients clients, String user, ClientOptions options) {
        Witness witness = new Witness(user);
        witness.client = clients.open(options, witness);
        witness.wait(witness.client.connected());
        return witness;
    }

    public static Witness viewer(Clients clients, TestHub hub, String user, int... edges) {
        return connect(clients, hub, user, hub.token(user), edges);
    }

    public HubClient client() {
        return client;
    }

    public String user() {
        return user;
    }

    /** Joins, with patience for a room that was created just now and is not known on every edge yet. */
    public Answer join(String room) {
        Answer answer = joined(c -> c.join(room));
        synchronized (this) {
            // from here on it is covered, even when nothing comes
            covered = Math.max(covered, answer.ok().path("head").asLong());
        }
        return answer;
    }

    /** Joins by any way of the client's. */
    public Answer joined(Function<HubClient, CompletableFuture<Answer>> join) {
        Answer[] last = new Answer[1];
        Eventually.await(ANSWER_MAX, user + " joins", () -> {
            last[0] = wait(join.apply(client));
            return !"no_such_room".equals(last[0].code());
        });
        if (!last[0].acknowledged()) {
            throw new AssertionError(user + " cannot join: " + last[0]);
        }
        return last[0];
    }

    /** Waits for an answer. */
    public Answer wait(CompletableFuture<Answer> answer) {
        try {
            return answer.get(ANSWER_MAX.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            throw new AssertionError(user + " has no answer", late);
        } catch (InterruptedException cut) {
            Thread.currentThread().interrupt();
            throw new AssertionError(cut);
        } catch (java.util.concurrent.ExecutionException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** Sends a chat and waits for its acknowledgement; the offset. */
    public long say(String room, String cid, String text) {
        Answer answer = wait(client.chat(room, cid, text));
        if (!answer.acknowledged()) {
            throw new AssertionError(user + " was refused: " + answer);
        }
        return answer.ok().get("o").asLong();
    }

    /** All events of a room as its history has them, read page by page from the newest to the eldest. */
    public NavigableMap<Long, JsonNode> history(String room) {
        NavigableMap<Long, JsonNode> found = new TreeMap<>();
        long before = 0;
        while (true) {
            Answer page = wait(client.history(room, before, HISTORY_LIMIT));
            if (!page.acknowledged()) {
                throw new AssertionError(user + " cannot read history: " + page);
            }
            JsonNode read = page.ok().get("events");
            if (read.isEmpty()) {
                return found;
            }
            read.forEach(event -> found.put(event.get("o").asLong(), event));
            before = found.firstKey();
        }
    }

    @Override
    public synchronized void connected(URI edge, JsonNode auth) {
        connects++;
    }

    @Override
    public synchronized void batch(String room, JsonNode batch) {
        for (JsonNode event : batch.path("events")) {
            long offset = event.path("o").asLong();
            if (!events.isEmpty() && events.lastKey() >= offset) {
                problems.add("offset " + offset + " came after " + events.lastKey());
            }
            if (events.put(offset, event) != null) {
                problems.add("offset " + offset + " came twice");
            }
        }
        batch.path("skipped")
                .properties()
                .forEach(reason ->
                        skipped.merge(reason.getKey(), reason.getValue().asLong(), Long::sum));
        covered = Math.max(covered, batch.path("to").asLong());
    }

    @Override
    public synchronized void gap(String room, long from, long to, String reason) {
        gaps.add(from + ".." + to + " " + reason);
        covered = Math.max(covered, to);
    }

    @Override
    public synchronized void left(String room, String reason) {
        ended.add(room + " " + reason);
    }

    @Override
    public synchronized void role(String room, String role) {
        roles.add(role);
    }

    @Override
    public synchronized void held(String room, JsonNode told) {
        held.add(told);
    }

    @Override
    public synchronized void direct(JsonNode messages) {
        messages.forEach(direct::add);
    }

    @Override
    public synchronized void directNote(JsonNode note) {
        directNotes.add(note);
    }

    @Override
    public synchronized void directMark(JsonNode mark) {
        directMarks.add(mark.toString());
    }

    @Override
    public synchronized void directTyping(String from) {
        typing.add(from);
    }

    @Override
    public synchronized void directOnline(JsonNode told) {
        told.forEach(one -> online.add(one.path("peer").asText() + " " + one.path("online")));
    }

    @Override
    public synchronized void violated(String room, String what) {
        problems.add(what);
    }

    @Override
    public synchronized void ended(String why) {
        if (!"closed".equals(why)) {
            problems.add("gave up: " + why);
        }
    }

    /** Waits until the hub has told of every offset up to this one. */
    public void awaitCovered(long offset, Duration atMost) {
        Eventually.await(
                atMost,
                user + " is told up to " + offset + ", stands at " + covered(),
                () -> covered() >= offset || !problems().isEmpty());
        assertClean();
        if (covered() < offset) {
            throw new AssertionError(user + " stands at " + covered() + " of " + offset);
        }
    }

    public synchronized long covered() {
        return covered;
    }

    public synchronized int connects() {
        return connects;
    }

    /** All events by offset. */
    public synchronized NavigableMap<Long, JsonNode> events() {
        return new TreeMap<>(events);
    }

    /** Events of one type by offset; the hub itself says some too, for example what the policy is. */
    public NavigableMap<Long, JsonNode> events(String type) {
        NavigableMap<Long, JsonNode> all = events();
        all.values().removeIf(event -> !type.equals(event.path("t").asText()));
        return all;
    }

    /** Texts of all chats, in order. */
    public List<String> texts() {
        return events("chat").values().stream()
                .map(event -> event.path("d").path("text").asText())
                .toList();
    }

    public synchronized List<String> problems() {
        return List.copyOf(problems);
    }

    public synchronized List<String> gaps() {
        return List.copyOf(gaps);
    }

    public synchronized Map<String, Long> skipped() {
        return Map.copyOf(skipped);
    }

    /** Held chats, and answers to them, as they were pushed. */
    public synchronized List<JsonNode> held() {
        return List.copyOf(held);
    }

    /** Direct messages as they were pushed. */
    public synchronized List<JsonNode> direct() {
        return List.copyOf(direct);
    }

    /** What the user changed, as it was pushed. */
    public synchronized List<JsonNode> directNotes() {
        return List.copyOf(directNotes);
    }

    /** Read and delivered marks, as they were pushed. */
    public synchronized List<String> directMarks() {
        return List.copyOf(directMarks);
    }

    /** Who was told to type, in order. */
    public synchronized List<String> typing() {
        return List.copyOf(typing);
    }

    /** {@code user true} or {@code user false}, as it was pushed, in order. */
    public synchronized List<String> online() {
        return List.copyOf(online);
    }

    /** Whether it was put out of the room for this reason. */
    public synchronized boolean putOut(String room, String reason) {
        return ended.contains(room + " " + reason);
    }

    /** What it was told to be, in order. */
    public synchronized List<String> roles() {
        return List.copyOf(roles);
    }

    /** Whether the hub said that a room has ended. */
    public synchronized boolean left(String room) {
        return ended.stream().anyMatch(end -> end.startsWith(room + " "));
    }

    /** Fails if anything that this viewer was ever told was wrong. */
    public void assertClean() {
        if (!problems().isEmpty()) {
            throw new AssertionError(user + ": " + problems());
        }
    }

    /** Fails if some text came more than once. */
    public void assertNoTextTwice() {
        Set<String> seen = new HashSet<>();
        List<String> twice = texts().stream().filter(text -> !seen.add(text)).toList();
        if (!twice.isEmpty()) {
            throw new AssertionError(user + " saw twice: " + twice);
        }
    }

    /** Events above an offset, by offset. */
    public Map<Long, JsonNode> eventsAbove(long offset) {
        return Collections.unmodifiableMap(events().tailMap(offset, false));
    }

    @Override
    public void close() {
        client.close();
    }
}
