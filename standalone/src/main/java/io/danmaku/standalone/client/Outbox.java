package io.danmaku.standalone.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/**
 * Sends whose outcome is not known yet. Each is asked again with the same cid, here or on another edge, until there is an
 * answer or its time is over. Event loop only.
 */
final class Outbox {
    /** Above it a send is refused here, with {@code busy}. */
    static final int WAITING_MAX = 50_000;

    private static final long RETRY_MS_MIN = 100;

    /** One send. */
    static final class Entry {
        final String room;
        final ObjectNode command;
        final CompletableFuture<Answer> done = new CompletableFuture<>();
        final List<Long> ids = new ArrayList<>(1);
        private final long addedMs;
        private final long boundMs;
        private boolean asked;
        private long dueMs;
        private long askedMs;
        private boolean maybe;
        private int tries;

        /** @param room null when it does not hang on a room */
        Entry(String room, ObjectNode command, long nowMs, long boundMs) {
            this.room = room;
            this.command = command;
            this.addedMs = nowMs;
            this.dueMs = nowMs;
            this.boundMs = boundMs;
        }

        int tries() {
            return tries;
        }
    }

    private final Set<Entry> entries = new LinkedHashSet<>();
    private final long askTimeoutMs;

    Outbox(long askTimeoutMs) {
        this.askTimeoutMs = askTimeoutMs;
    }

    boolean add(Entry entry) {
        return entries.size() < WAITING_MAX && entries.add(entry);
    }

    int size() {
        return entries.size();
    }

    /**
     * Sends what is due and ends what is over.
     *
     * @param write sends an entry; false when it cannot be sent now
     * @return what ended; each has its {@code done} completed
     */
    List<Entry> tick(long nowMs, Predicate<Entry> write) {
        List<Entry> over = new ArrayList<>();
        for (Iterator<Entry> all = entries.iterator(); all.hasNext(); ) {
            Entry e = all.next();
            if (nowMs - e.addedMs >= e.boundMs) {
                all.remove();
                over.add(e);
                boolean maybe = e.maybe || e.asked;
                e.done.complete(Answer.refused(
                        maybe ? "pending" : "unavailable", "no result within " + e.boundMs + " ms", maybe));
            } else if (e.asked && nowMs - e.askedMs >= askTimeoutMs) {
                e.maybe = true;
                e.asked = false;
                e.dueMs = nowMs;
            }
            if (!e.done.isDone() && !e.asked && e.dueMs <= nowMs) {
                ask(e, nowMs, write);
            }
        }
        return over;
    }

    /** Sends one entry at once. */
    void ask(Entry e, long nowMs, Predicate<Entry> write) {
        if (write.test(e)) {
            e.asked = true;
            e.askedMs = nowMs;
            e.tries++;
        }
    }

    /**
     * Takes an answer to one try of an entry.
     *
     * @return whether that ended it
     */
    boolean answered(Entry e, Answer answer, boolean joining, long nowMs) {
        if (e.done.isDone()) {
            return false;
        }
        e.maybe |= "pending".equals(answer.code());
        boolean again = !answer.acknowledged()
                && (answer.undecided()
                        || (joining && "not_joined".equals(answer.code()))
                        // an earlier try may be in the log: only a definite answer to the same cid settles it
                        || (e.maybe && answer.retryMs() > 0));
        if (again) {
            e.asked = false;
            e.dueMs = nowMs + Math.max(RETRY_MS_MIN, answer.retryMs());
            return false;
        }
        entries.remove(e);
        e.done.complete(answer.acknowledged() || !e.maybe ? answer : answer.butUnknown());
        return true;
    }

    /** The connection is gone, and with it the answers to what was asked on it. */
    void lost() {
        for (Entry e : entries) {
            if (e.asked) {
                e.asked = false;
                e.maybe = true;
                e.dueMs = 0;
            }
        }
    }

    /** Ends all entries of a room, or all. */
    void end(String room, String code, String message) {
        for (Iterator<Entry> all = entries.iterator(); all.hasNext(); ) {
            Entry e = all.next();
            if (room == null || room.equals(e.room)) {
                all.remove();
                boolean maybe = e.maybe || e.asked;
                e.done.complete(Answer.refused(code, message, maybe));
            }
        }
    }
}
