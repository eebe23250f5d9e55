package io.danmaku.node.pulsar;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.api.Reader;

/**
 * How a reader is let go. Pulsar's client ends the whole connection to the broker for a reader that is closed while it connects, as it does
 * after each seek ({@code ConsumerImpl.connectionOpened}): every other reader and producer of the process then connects anew, and those of
 * them that are given up meanwhile end the next connection too. So it is closed when it is connected.
 */
public final class ReaderEnd {
    private static final long LOOK_MS = 20;
    /** Of a broker that is away there is no connection to be spared. */
    private static final int LOOKS_MAX = 100;

    private static final Executor LATER = CompletableFuture.delayedExecutor(LOOK_MS, TimeUnit.MILLISECONDS);

    private ReaderEnd() {}

    /** Closes the reader once it is connected, or after 2 s. Any thread; never blocks. */
    public static CompletableFuture<Void> close(Reader<?> reader) {
        return close(reader, LOOKS_MAX);
    }

    private static CompletableFuture<Void> close(Reader<?> reader, int looks) {
        if (looks == 0 || reader.isConnected()) {
            return reader.closeAsync();
        }
        return CompletableFuture.supplyAsync(() -> close(reader, looks - 1), LATER)
                .thenCompose(closing -> closing);
    }
}
