package io.danmaku.standalone.replay;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.standalone.client.Answer;
import io.danmaku.standalone.client.ClientOptions;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.client.HubClient;
import io.danmaku.standalone.client.HubListener;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;

/** Sends an archive into a room, each comment at its time, and waits for every outcome. */
final class Replay implements AutoCloseable {
    private static final long JOIN_BOUND_S = 60;
    /** Sends on their way at a time: above it the replay falls behind its time instead of piling up. */
    private static final int WAITING_MAX = 20_000;
    /** Outcomes come at the latest when the clients stop asking; a little more for the last answers. */
    private static final long OUTCOME_BOUND_S = 50;

    private static final long NS_PER_MS = 1_000_000;

    private final Cast cast;
    private final String room;
    private final Clients clients;
    private final List<HubClient> voices = new ArrayList<>();
    private final Tally tally = new Tally();
    private final CountDownLatch stop = new CountDownLatch(1);
    private final String run = Long.toString(System.currentTimeMillis(), 36);
    private final BiConsumer<Comment, Answer> outcome;
    private long count;

    /** @param outcome told of each comment's outcome, on any thread */
    Replay(Cast cast, String room, BiConsumer<Comment, Answer> outcome) {
        this.cast = cast;
        this.room = room;
        this.outcome = outcome;
        clients = new Clients(Math.min(2, Runtime.getRuntime().availableProcessors()));
    }

    Tally tally() {
        return tally;
    }

    /** Connects and joins all voices, spread over the edges. */
    void connect(List<URI> edges) throws IOException, InterruptedException {
        List<CompletableFuture<Answer>> joins = new ArrayList<>();
        for (int voice = 0; voice < cast.size(); voice++) {
            int v = voice;
            List<URI> turned = new ArrayList<>(edges);
            java.util.Collections.rotate(turned, -voice);
            ClientOptions options =
                    ClientOptions.of(turned, () -> cast.token(v)).sendingOnly();
            HubClient client = clients.open(options, new HubListener() {});
            voices.add(client);
            joins.add(client.join(room));
        }
        long untilNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(JOIN_BOUND_S);
        for (CompletableFuture<Answer> join : joins) {
            try {
                Answer answer = join.get(untilNs - System.nanoTime(), TimeUnit.NANOSECONDS);
                if (!answer.acknowledged()) {
                    throw new IOException("cannot join " + room + ": " + answer.code() + ": " + answer.message());
                }
            } catch (TimeoutException late) {
                throw new IOException(
                        "could not join " + room + " at " + edges + " within " + JOIN_BOUND_S + " s", late);
            } catch (ExecutionException impossible) {
                throw new IllegalStateException(impossible);
            }
        }
    }

    /**
     * Sends the comments at their times, beginning now; returns when the last one was sent, or when stopped.
     *
     * @param speed how many times faster than the archive
     */
    void play(List<Comment> comments, double speed) throws InterruptedException {
        long startNs = System.nanoTime();
        for (Comment comment : comments) {
            if (!comment.isPlainText()) {
                tally.unsupported();
                continue;
            }
            long dueNs = startNs + (long) (comment.atMs() * NS_PER_MS / speed);
            while (tally.waitingCount() >= WAITING_MAX || System.nanoTime() < dueNs) {
                long waitNs = Math.max(NS_PER_MS, Math.min(dueNs - System.nanoTime(), TimeUnit.SECONDS.toNanos(1)));
                if (stop.await(waitNs, TimeUnit.NANOSECONDS)) {
                    return;
                }
            }
            send(comment);
        }
    }

    private void send(Comment comment) {
        ObjectNode detail = JsonNodeFactory.instance
                .objectNode()
                .put("text", comment.wireText())
                .put("mode", comment.wireMode())
                .put("color", comment.wireColor())
                .put("size", comment.wireSize());
        long sentNs = System.nanoTime();
        tally.sent();
        voices.get(cast.voiceOf(comment.sender()))
                .send(room, "chat", run + "-" + count++, detail)
                .thenAccept(answer -> {
                    tally.answered(answer, (System.nanoTime() - sentNs) / NS_PER_MS);
                    outcome.accept(comment, answer);
                });
    }

    /** Waits until every send has its outcome, or is given up by its client. */
    void awaitOutcomes() throws InterruptedException {
        long untilNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(OUTCOME_BOUND_S);
        while (tally.waitingCount() > 0 && System.nanoTime() < untilNs) {
            if (stop.await(10, TimeUnit.MILLISECONDS)) {
                return;
            }
        }
    }

    /** Ends {@link #play} and {@link #awaitOutcomes} at once. */
    void stop() {
        stop.countDown();
    }

    boolean stopped() {
        return stop.getCount() == 0;
    }

    @Override
    public void close() {
        voices.forEach(HubClient::close);
        clients.close();
    }
}
