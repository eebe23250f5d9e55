package io.danmaku.standalone.client;

import java.net.URI;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * Where a client connects, as whom, and how patient it is.
 *
 * @param edges tried in turn, beginning with the first; {@code ws://host:port/ws}, or {@code http://host:port}
 * @param token asked for at each connect, so that it may be a fresh one
 * @param watching false drops batches unread: for who only sends
 * @param commandTimeoutMs a command without an answer for so long is given up, or sent again when it is a send
 * @param resendMs so long a send without a result is sent again with its cid; the protocol forbids it after 50 s
 * @param directResendMs the same for direct messages, whose cids hold for ever
 * @param pingIntervalMs how often to ask whether the connection lives; no answer until the next time ends it
 * @param backoffMsMin first pause between two tries to connect
 * @param backoffMsMax longest pause between two tries to connect
 * @param reconnecting false lets the first end of the connection end the client
 * @param directPosition direct messages are synced from there on ({@link #syncing}); null = only what is pushed is told
 */
public record ClientOptions(
        List<URI> edges,
        Supplier<String> token,
        boolean watching,
        long commandTimeoutMs,
        long resendMs,
        long directResendMs,
        long pingIntervalMs,
        long backoffMsMin,
        long backoffMsMax,
        boolean reconnecting,
        String directPosition) {

    public ClientOptions {
        edges = List.copyOf(edges);
        if (edges.isEmpty()) {
            throw new IllegalArgumentException("a client needs an edge");
        }
    }

    /** The defaults of one who stays. */
    public static ClientOptions of(List<URI> edges, Supplier<String> token) {
        return new ClientOptions(edges, token, true, 10_000, 45_000, 120_000, 10_000, 100, 2_000, true, null);
    }

    /** Only sends: what the room says is dropped unread. */
    public ClientOptions sendingOnly() {
        return new ClientOptions(
                edges,
                token,
                false,
                commandTimeoutMs,
                resendMs,
                directResendMs,
                pingIntervalMs,
                backoffMsMin,
                backoffMsMax,
                reconnecting,
                directPosition);
    }

    /** So patient with direct messages. */
    public ClientOptions withDirectResendMs(long boundMs) {
        return new ClientOptions(
                edges,
                token,
                watching,
                commandTimeoutMs,
                resendMs,
                boundMs,
                pingIntervalMs,
                backoffMsMin,
                backoffMsMax,
                reconnecting,
                directPosition);
    }

    /** One connection, and its end is the client's end. */
    public ClientOptions once() {
        return new ClientOptions(
                edges,
                token,
                watching,
                commandTimeoutMs,
                resendMs,
                directResendMs,
                pingIntervalMs,
                backoffMsMin,
                backoffMsMax,
                false,
                directPosition);
    }

    /**
     * Keeps direct messages whole: what no push has brought is asked for after each connect, when a number is left out, when a ping is told so, and every 36 to 54 s.
     *
     * @param position as {@link HubListener#directSynced} told it last; {@code now} for a device that begins behind all there is, empty for one that
     *     is to be told all
     */
    public ClientOptions syncing(String position) {
        return new ClientOptions(
                edges,
                token,
                watching,
                commandTimeoutMs,
                resendMs,
                directResendMs,
                pingIntervalMs,
                backoffMsMin,
                backoffMsMax,
                reconnecting,
                Objects.requireNonNull(position));
    }
}
