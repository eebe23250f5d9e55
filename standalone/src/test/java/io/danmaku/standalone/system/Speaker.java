package io.danmaku.standalone.system;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.danmaku.standalone.client.Answer;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.hub.TestHub;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A host who talks without pause: chats, and after every so many an announcement, which is RELIABLE. */
public final class Speaker implements AutoCloseable {
    private static final int ANNOUNCE_EVERY = 20;
    /** More are not on their way at a time: a slow machine is spoken to more slowly instead of being buried. */
    private static final int UNANSWERED_MAX = 250;

    private final Witness host;
    private final String room;
    private final String filling;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final List<CompletableFuture<Answer>> answers = Collections.synchronizedList(new ArrayList<>());
    private final Map<Long, String> announced = Collections.synchronizedMap(new TreeMap<>());
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicInteger unanswered = new AtomicInteger();

    /** @param filling stands behind each text, to make it long */
    public Speaker(Clients clients, TestHub hub, String room, String filling, int edge) {
        this.room = room;
        this.filling = filling;
        host = Witness.connect(clients, hub, "speaker", hub.hostToken("speaker", room), edge);
        host.join(room);
    }

    /** Talks from now on, so many a second at most. */
    public void start(int perSecond) {
        timer.scheduleAtFixedRate(this::speak, 0, 1_000_000L / perSecond, TimeUnit.MICROSECONDS);
    }

    private void speak() {
        if (unanswered.get() >= UNANSWERED_MAX) {
            return;
        }
        unanswered.incrementAndGet();
        int n = count.incrementAndGet();
        String text = "第 " + n + " 句 " + filling;
        boolean announce = n % ANNOUNCE_EVERY == 0;
        answers.add(host.client()
                .send(
                        room,
                        announce ? "announce" : "chat",
                        "n" + n,
                        JsonNodeFactory.instance.objectNode().put("text", text))
                .thenApply(answer -> {
                    unanswered.decrementAndGet();
                    if (announce && answer.acknowledged()) {
                        announced.put(answer.ok().get("o").asLong(), text);
                    }
                    return answer;
                }));
    }

    public int spoken() {
        return count.get();
    }

    /** Stops, waits until all was acknowledged, and answers with the last offset. */
    public long stop() throws Exception {
        timer.shutdown();
        if (!timer.awaitTermination(20, TimeUnit.SECONDS)) {
            throw new AssertionError("still speaking");
        }
        long last = 0;
        for (CompletableFuture<Answer> answer : answers) {
            Answer outcome = host.wait(answer);
            if (!outcome.acknowledged()) {
                throw new AssertionError("not acknowledged: " + outcome);
            }
            last = Math.max(last, outcome.ok().get("o").asLong());
        }
        return last;
    }

    /** Texts of all announcements that were acknowledged, by offset. */
    Map<Long, String> announced() {
        return new TreeMap<>(announced);
    }

    @Override
    public void close() {
        timer.shutdownNow();
        host.close();
    }
}
