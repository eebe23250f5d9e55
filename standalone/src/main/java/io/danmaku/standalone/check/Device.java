package io.danmaku.standalone.check;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.standalone.client.Answer;
import io.danmaku.standalone.client.ClientOptions;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.client.HubClient;
import io.danmaku.standalone.client.HubListener;
import java.net.URI;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * A device of a user as a good application builds it: it takes pushes, keeps its position, and asks for what it missed after each
 * connect. One that comes late begins with the position of now. All that it is told goes into the history. Thread-safe.
 */
final class Device implements HubListener, AutoCloseable {
    private static final int SYNC_LIMIT = 500;
    private static final long SYNC_AGAIN_MS = 300;

    private final History.Device id;
    private final HistoryFile file;
    private final boolean late;
    /** The highest number that it was told, by peer. */
    private final AtomicLongArray seen;

    private final CompletableFuture<HubClient> client = new CompletableFuture<>();
    private String position;
    /** The one that runs, or null; completes with how many messages it brought. */
    private CompletableFuture<Integer> syncing;

    private int brought;
    private boolean closed;

    /** @param late whether it begins with contacts and some histories, and is told by sync only what comes then */
    Device(History.Device id, int users, HistoryFile file, boolean late) {
        this.id = id;
        this.file = file;
        this.late = late;
        seen = new AtomicLongArray(users);
    }

    Device open(Clients clients, ClientOptions options) {
        client.complete(clients.open(options, this));
        return this;
    }

    HubClient client() {
        return client.join();
    }

    History.Device id() {
        return id;
    }

    /** The highest number of the conversation with a peer that it was told, 0 = none. */
    long seen(int peer) {
        return seen.get(peer);
    }

    @Override
    public void connected(URI edge, JsonNode auth) {
        file.note("connected", id.user(), id.number(), edge.toString());
        sync();
    }

    @Override
    public void disconnected(URI edge, String why) {
        file.note("lost", id.user(), id.number(), edge + ": " + why);
    }

    @Override
    public void direct(JsonNode messages) {
        file.pushed(id, file.nowUs(), messages);
        see(messages);
    }

    @Override
    public void directNote(JsonNode note) {
        file.own(id, note);
    }

    @Override
    public void directMark(JsonNode mark) {
        JsonNode read = mark.path("dmRead");
        JsonNode delivered = mark.path("dmDelivered");
        if (read.isObject()) {
            file.marked(id, file.nowUs(), true, Plan.user(read.path("reader").asText()), read);
        } else if (delivered.isObject()) {
            file.marked(
                    id, file.nowUs(), false, Plan.user(delivered.path("user").asText()), delivered);
        }
    }

    private void see(JsonNode messages) {
        for (JsonNode message : messages) {
            int from = Plan.user(message.path("from").asText());
            int peer = from == id.user() ? Plan.user(message.path("to").asText()) : from;
            if (peer >= 0 && peer < seen.length()) {
                seen.accumulateAndGet(peer, message.path("seq").asLong(), Math::max);
            }
        }
    }

    /**
     * Asks for all that follows its position, again and again until it is answered that there is no more. When that is being done
     * already, nothing is asked besides.
     *
     * @return how many messages, changes and marks came, or -1 when the device was closed before
     */
    synchronized CompletableFuture<Integer> sync() {
        if (closed) {
            return CompletableFuture.completedFuture(-1);
        }
        if (syncing == null) {
            syncing = new CompletableFuture<>();
            brought = 0;
            ask();
        }
        return syncing;
    }

    private synchronized void ask() {
        if (closed) {
            return;
        }
        if (late && position == null) {
            var unused = client.thenCompose(open -> new Beginning(id, open, file, this::isClosed).go())
                    .thenAccept(now -> {
                        synchronized (this) {
                            position = now;
                            ask();
                        }
                    });
            return;
        }
        long at = file.nowUs();
        String from = position;
        var unused =
                client.thenCompose(open -> open.dmSync(from, SYNC_LIMIT)).thenAccept(answer -> answered(at, answer));
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private void answered(long at, Answer answer) {
        if (!answer.acknowledged()) {
            // not connected, or the store is away
            CompletableFuture.delayedExecutor(SYNC_AGAIN_MS, TimeUnit.MILLISECONDS)
                    .execute(this::ask);
            return;
        }
        JsonNode messages = answer.ok().path("messages");
        if (!messages.isEmpty()) {
            file.synced(id, at, file.nowUs(), messages);
            see(messages);
        }
        JsonNode changes = answer.ok().path("changes");
        changes.forEach(this::directNote);
        JsonNode marks = answer.ok().path("marks");
        if (!marks.isEmpty()) {
            file.syncedMarks(id, at, file.nowUs(), marks);
        }
        CompletableFuture<Integer> done;
        int count;
        synchronized (this) {
            position = answer.ok().path("pos").asText();
            brought += messages.size() + changes.size() + marks.size();
            if (answer.ok().path("more").asBoolean()) {
                ask();
                return;
            }
            done = syncing;
            syncing = null;
            count = brought;
        }
        if (done != null) {
            done.complete(count);
        }
    }

    @Override
    public void close() {
        CompletableFuture<Integer> cut;
        synchronized (this) {
            closed = true;
            cut = syncing;
            syncing = null;
        }
        client.thenAccept(HubClient::close);
        if (cut != null) {
            cut.complete(-1);
        }
    }
}
