package io.danmaku.dm.job;

import io.danmaku.dm.store.Job;
import io.danmaku.node.http.TokenBucket;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.log.Delivery;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Sends to the recipients of one part. So many are without their result at a time, so many a second are sent; who could not be reached
 * now, or of whom nobody knows, comes again after a pause that grows. Runs on one thread, which waits here; results come on any.
 */
final class PartRun {
    private static final long NS_PER_MS = 1_000_000;
    /** So often it is looked whether to go on, at least. */
    private static final long TURN_MS = 100;

    private static final long RETRY_MS_MIN = 100;

    private final Function<String, CompletableFuture<Delivery>> send;
    private final Predicate<Job.Counts> goesOn;
    private final long askEveryMs;
    private final JobsConfig config;
    private final TokenBucket pace;

    /** Recipients without a result that counts. */
    private final ArrayDeque<String> left;
    /** At most as many as wait. */
    private final LinkedBlockingQueue<Result> results = new LinkedBlockingQueue<>();

    private final Map<String, Integer> refused = new TreeMap<>();
    private int sent;
    private int again;
    private int waiting;
    private long pauseMs;
    private long pausedUntilNs = System.nanoTime();

    private record Result(String recipient, Refusal refusal, Throwable failure) {}

    /**
     * @param send sends to a recipient
     * @param goesOn is asked at the beginning and then now and again, with what is counted so far; once false, nothing more is sent
     * @param pace of all parts
     */
    PartRun(
            List<String> recipients,
            Function<String, CompletableFuture<Delivery>> send,
            Predicate<Job.Counts> goesOn,
            long askEveryMs,
            JobsConfig config,
            TokenBucket pace) {
        left = new ArrayDeque<>(recipients);
        this.send = send;
        this.goesOn = goesOn;
        this.askEveryMs = askEveryMs;
        this.config = config;
        this.pace = pace;
    }

    /** Whether all recipients are counted. When it ends nothing is on its way. */
    boolean run() throws InterruptedException {
        boolean going = true;
        long askAtNs = System.nanoTime();
        while (waiting > 0 || (going && !left.isEmpty())) {
            long nowNs = System.nanoTime();
            if (going && nowNs - askAtNs >= 0) {
                going = goesOn.test(counts());
                askAtNs = nowNs + askEveryMs * NS_PER_MS;
            }
            long waitMs = going && !left.isEmpty() && waiting < config.waitingMax()
                    ? mayNotSendMs(System.nanoTime())
                    : TURN_MS;
            if (waitMs == 0) {
                sendNext();
                continue;
            }
            Result result = results.poll(Math.min(waitMs, TURN_MS), TimeUnit.MILLISECONDS);
            if (result != null) {
                take(result);
            }
        }
        return left.isEmpty();
    }

    private long mayNotSendMs(long nowNs) {
        long pausedNs = pausedUntilNs - nowNs;
        return pausedNs > 0 ? pausedNs / NS_PER_MS + 1 : pace.take(nowNs);
    }

    private void sendNext() {
        String recipient = left.poll();
        waiting++;
        var unused = send.apply(recipient)
                .whenComplete((told, failure) ->
                        results.add(new Result(recipient, told == null ? null : told.refusal(), failure)));
    }

    private void take(Result result) {
        waiting--;
        if (result.failure == null && result.refusal == null) {
            sent++;
            pauseMs = 0;
        } else if (result.failure != null || result.refusal.retryMs() > 0) {
            again++;
            left.add(result.recipient);
            pause(System.nanoTime());
        } else {
            refused.merge(result.refusal.code().wireName(), 1, Integer::sum);
        }
    }

    /** Many fail at once: they are one failure. */
    private void pause(long nowNs) {
        if (nowNs - pausedUntilNs >= 0) {
            pauseMs = Math.min(config.retryMsMax(), Math.max(RETRY_MS_MIN, 2 * pauseMs));
            pausedUntilNs = nowNs + pauseMs * NS_PER_MS;
        }
    }

    Job.Counts counts() {
        return new Job.Counts(sent, refused);
    }

    /** Sends that came to nothing and were, or have to be, made again. */
    int again() {
        return again;
    }
}
