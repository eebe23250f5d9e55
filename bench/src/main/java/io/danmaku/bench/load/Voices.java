package io.danmaku.bench.load;

import io.danmaku.protocol.token.Tokens;
import io.danmaku.standalone.client.Clients;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/** All streams of a load, side by side, each on a thread of its own. */
public final class Voices implements AutoCloseable {
    private static final long RESULTS_NS_MAX = 20_000_000_000L;
    private static final long NS_PER_S = 1_000_000_000L;

    private final Clients clients = new Clients(1);
    private final List<Publishers> publishers = new ArrayList<>();
    private final Due due = new Due();

    /** Connects to the edge and joins the rooms. */
    public Voices(URI edge, Tokens tokens, List<String> rooms, List<Stream> streams)
            throws IOException, InterruptedException {
        try {
            for (Stream stream : streams) {
                publishers.add(new Publishers(clients, edge, tokens, rooms, stream, due));
            }
        } catch (IOException | InterruptedException | RuntimeException failed) {
            close();
            throw failed;
        }
    }

    public int connections() {
        return publishers.stream().mapToInt(Publishers::connections).sum();
    }

    /**
     * Begins to send on threads of its own: taking samples must not hold messages up.
     *
     * @param warmUp seconds whose acknowledgements do not count
     * @return completed when all has been handed over
     */
    public CompletableFuture<Void> send(long fromNs, int warmUp, int seconds) {
        return CompletableFuture.allOf(publishers.stream()
                .map(stream -> CompletableFuture.runAsync(
                        () -> {
                            stream.send(fromNs, warmUp);
                            stream.acknowledgedUs(); // of the warm-up
                            stream.send(fromNs + warmUp * NS_PER_S, seconds);
                        },
                        work -> {
                            Thread sender = new Thread(work, "sender");
                            sender.setDaemon(true);
                            sender.start();
                        }))
                .toArray(CompletableFuture[]::new));
    }

    /** Sends the messages of the first stream by another schedule; returns when the last one has been handed over and the time is over. */
    public void send(Schedule schedule) {
        publishers.get(0).send(schedule);
    }

    /** Waits until every send has its result, for a bounded time. */
    public void awaitResults() {
        long endNs = System.nanoTime() + RESULTS_NS_MAX;
        while (unanswered() > 0 && System.nanoTime() < endNs) {
            LockSupport.parkNanos(NS_PER_S / 100);
        }
    }

    /** See {@link Due#command()}. */
    public Map<String, Object> due() {
        return due.command();
    }

    public long unanswered() {
        return publishers.stream().mapToLong(Publishers::unanswered).sum();
    }

    public long refused() {
        return publishers.stream().mapToLong(Publishers::refused).sum();
    }

    /** For a person: why the first refused one was refused; empty when none was. */
    public String firstRefusal() {
        return publishers.stream()
                .map(Publishers::firstRefusal)
                .filter(why -> !why.isEmpty())
                .findFirst()
                .orElse("");
    }

    /** Times from the intended sending to the acknowledgement, of the measured time. */
    public Histogram acknowledgedUs() {
        Histogram all = new Histogram(3);
        publishers.forEach(stream -> all.add(stream.acknowledgedUs()));
        return all;
    }

    @Override
    public void close() {
        publishers.forEach(Publishers::close);
        clients.close();
    }
}
