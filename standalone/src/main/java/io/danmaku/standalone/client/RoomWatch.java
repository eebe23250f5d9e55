package io.danmaku.standalone.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.concurrent.CompletableFuture;

/** A room that a client watches: where it stands, and how it joins again. Event loop only. */
final class RoomWatch {
    enum State {
        /** Joins at {@link #dueMs}. */
        WAITING,
        JOINING,
        JOINED,
        ENDED
    }

    final String room;
    final Coverage coverage = new Coverage();
    final CompletableFuture<Answer> first = new CompletableFuture<>();
    State state = State.WAITING;
    long dueMs;
    /** A join had no answer in time: it may have been carried out. */
    boolean unsure;

    private final ObjectNode firstJoin;
    private final boolean watching;
    private String epoch = "";

    RoomWatch(String room, ObjectNode firstJoin, boolean watching) {
        this.room = room;
        this.firstJoin = firstJoin;
        this.watching = watching;
    }

    /** It joins again then, after this answer. */
    void again(long atMs, Answer answer) {
        unsure |= "timeout".equals(answer.code());
        state = State.WAITING;
        dueMs = atMs;
    }

    /** It joins again on another connection. */
    void begunAnew() {
        unsure = false;
        state = State.WAITING;
    }

    /** The join to send now: the first one as it was asked for, a later one after what was heard. */
    ObjectNode join() {
        ObjectNode join = firstJoin.deepCopy();
        if (!epoch.isEmpty()) {
            join.remove("since");
            join.remove("last");
            if (watching && coverage.next() > 0) {
                join.put("since", coverage.next() - 1).put("epoch", epoch);
            }
        }
        return join;
    }

    /**
     * Takes the answer to {@code asked}.
     *
     * @return what is wrong with it, or null
     */
    String joined(ObjectNode asked, JsonNode ok) {
        state = State.JOINED;
        String now = ok.path("epoch").asText();
        boolean another = asked.has("epoch") && !asked.get("epoch").asText().equals(now);
        epoch = now;
        if (another) {
            coverage.restart(ok.path("head").asLong() + 1);
            return null;
        }
        long head = ok.path("head").asLong();
        if (asked.has("since")) {
            return coverage.begin(asked.get("since").asLong() + 1);
        }
        long last = (asked.has("last") ? asked.get("last") : ok.at("/policy/lastOnJoin")).asLong(0);
        return coverage.begin(Math.max(0, head - last) + 1);
    }

    /** The connection is gone: join again on the next one. */
    void lost() {
        if (state != State.ENDED) {
            state = State.WAITING;
            dueMs = 0;
        }
    }
}
