package io.danmaku.standalone.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * What a client is told of its user's direct messages. A push may be lost and may come twice: a client that syncs asks for what follows its
 * position after each connect, when a push leaves out a number, and now and again, and tells each form of a message once. Event loop only.
 */
final class DirectInbox {
    /** So long it goes without a sync, give or take a fifth. */
    static final long SYNC_EVERY_MS = 45_000;
    /** Behind a push that leaves out a number: what is new is shown to syncs some 100 ms later. */
    static final long JUMP_MS = 500;

    private static final long RETRY_MS_MIN = 1_000;
    /** The pause doubles so often. */
    private static final int DOUBLINGS_MAX = 5;
    /** The hub may show what a number left out later than usual: looked for again so often, after 2 s and after 8 s. */
    private static final int JUMP_LOOKS = 2;

    private static final List<String> NOTES = List.of("hidden", "cleared", "blocked", "relation", "expiry");
    private static final int PAGE = 100;
    /** Messages of which it is remembered what was told, and conversations of which the newest number is. */
    private static final int KNOWN_MAX = 4_096;

    private static final ObjectMapper JSON = new ObjectMapper();

    /** The newest of so many values by key. */
    private static final class Newest extends LinkedHashMap<String, Long> {
        private static final long serialVersionUID = 1L;

        Newest() {
            super(16, 0.75f, /* accessOrder= */ true);
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
            return size() > KNOWN_MAX;
        }
    }

    private final HubListener listener;
    private final boolean syncing;
    private final Newest revisions = new Newest();
    private final Newest numbers = new Newest();
    private final Newest notes = new Newest();
    private String position;
    private boolean asking;
    private long dueMs;
    private int refusals;
    private int looks;

    /** @param position after which to sync, empty = from the beginning; null = pushes are told as they come, and that is all */
    DirectInbox(String position, HubListener listener) {
        this.position = position;
        this.listener = listener;
        syncing = position != null;
    }

    /** There is no connection any more: the next one begins with a sync. */
    void lost() {
        dueMs = 0;
    }

    /** Takes the answer to a ping in: it may say that pushes may have been lost. Who was refused waits all the same. */
    void pong(Answer answer) {
        if (refusals == 0 && answer.acknowledged() && answer.ok().path("sync").asBoolean()) {
            dueMs = 0;
        }
    }

    /**
     * To be called often while there is a connection.
     *
     * @param ask sends a command, and gives its answer
     */
    void tick(long nowMs, BiConsumer<ObjectNode, Consumer<Answer>> ask) {
        if (syncing && !asking && dueMs <= nowMs) {
            asking = true;
            dueMs = Long.MAX_VALUE;
            ask.accept(CommandForms.dmSync(position.isEmpty() ? null : position, PAGE), answer -> {
                asking = false;
                long pauseMs = RETRY_MS_MIN;
                try {
                    pauseMs = synced(answer);
                } finally { // also when the listener throws
                    dueMs = Math.min(dueMs, nowMs + pauseMs);
                }
            });
        }
    }

    /** Takes the answer to a sync; in how many milliseconds to ask again. */
    private long synced(Answer answer) {
        if (!answer.acknowledged()) {
            if ("bad_field".equals(answer.code())) {
                position = ""; // kept from another hub, or from before this one was set up anew
            }
            long pauseMs = RETRY_MS_MIN << Math.min(refusals++, DOUBLINGS_MAX);
            return spread(Math.max(pauseMs, answer.retryMs()), 1, 1.25);
        }
        refusals = 0;
        JsonNode page = answer.ok();
        messages(page.path("messages"));
        page.path("changes").forEach(this::note);
        page.path("marks").forEach(listener::directMarks);
        position = page.path("pos").asText(position);
        listener.directSynced(position);
        if (page.path("more").asBoolean()) {
            return 0;
        }
        if (looks > 0) {
            return JUMP_MS << (2 * (JUMP_LOOKS + 1 - looks--));
        }
        return spread(SYNC_EVERY_MS, 0.8, 1.2);
    }

    private static long spread(long ms, double least, double most) {
        return (long) (ms * ThreadLocalRandom.current().nextDouble(least, most));
    }

    /** Tells the listener, where the push is one of direct messages. */
    void take(JsonNode said, long nowMs) {
        if (said.has("dm")) {
            if (messages(said.get("dm"))) {
                dueMs = Math.min(dueMs, nowMs + JUMP_MS);
                looks = JUMP_LOOKS;
            }
        } else if (said.has("dmNote")) {
            note(said.get("dmNote"));
        } else if (said.has("dmRead") || said.has("dmDelivered")) {
            listener.directMark(said);
        } else if (said.has("dmTyping")) {
            listener.directTyping(said.get("dmTyping").path("from").asText());
        } else if (said.has("dmOnline")) {
            listener.directOnline(said.get("dmOnline"));
        }
    }

    /** Tells those that were not told in this or a newer form; whether they leave out a number. */
    private boolean messages(JsonNode messages) {
        if (!syncing) {
            listener.direct(messages);
            return false;
        }
        boolean jumps = false;
        ArrayNode fresh = JSON.createArrayNode();
        for (JsonNode message : messages) {
            jumps |= jumps(message);
            String mid = message.path("mid").asText();
            long revision = message.path("rev").asLong(0);
            Long told = revisions.get(mid);
            if (told == null || told < revision) {
                fresh.add(message);
            }
        }
        if (!fresh.isEmpty()) {
            listener.direct(fresh);
            fresh.forEach(message -> revisions.merge(
                    message.path("mid").asText(), message.path("rev").asLong(0), Math::max));
        }
        return jumps;
    }

    /** Tells a note, where none that is as new was told of the same. */
    private void note(JsonNode note) {
        long revision = note.path("rev").asLong(0);
        String about = NOTES.stream().filter(note::has).findFirst().orElse("");
        if (!syncing || revision == 0 || about.isEmpty()) {
            listener.directNote(note);
            return;
        }
        String key = note.path("peer").asText()
                + '\n'
                + about
                + '\n'
                + note.path("hidden").asText();
        Long told = notes.get(key);
        if (told == null || told < revision) {
            listener.directNote(note);
            notes.put(key, revision);
        }
    }

    private boolean jumps(JsonNode message) {
        String from = message.path("from").asText();
        String to = message.path("to").asText();
        String conversation = from.compareTo(to) < 0 ? from + '\n' + to : to + '\n' + from;
        long seq = message.path("seq").asLong();
        Long before = numbers.get(conversation);
        numbers.put(conversation, before == null ? seq : Math.max(before, seq));
        return before != null && seq > before + 1;
    }
}
