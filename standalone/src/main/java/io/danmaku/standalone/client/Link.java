package io.danmaku.standalone.client;

import io.vertx.core.Vertx;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * One connection, opened again after a pause ({@link Comeback}) at the next edge of the list whenever it ends. An edge that said when it
 * can be asked again is left alone until then. Event loop only.
 */
final class Link {
    private static final String SUBPROTOCOL = "danmaku.v1.json";
    private static final long CONNECT_TIMEOUT_MS = 5_000;
    /** Stands for the code where there was no closing frame (RFC 6455, section 7.1.5). */
    private static final int ABNORMAL = 1006;
    /** An edge that asks for more is asked again after this. */
    private static final long RETRY_AFTER_MS_MAX = 60_000;

    private static final long SPREAD_MS = 1_000;

    /** What its owner hears. */
    interface Owner {
        void opened(URI edge);

        void said(String text);

        void lost(URI edge, String why);

        void ended(String why);
    }

    private final Vertx vertx;
    private final WebSocketClient sockets;
    private final ClientOptions options;
    private final Owner owner;
    private final Comeback comeback;
    private WebSocket socket;
    private int edge;
    /** When each edge may be asked again, on the monotonic clock. */
    private final long[] notBeforeMs;

    private boolean stopped;
    private boolean paused;

    Link(Vertx vertx, WebSocketClient sockets, ClientOptions options, Owner owner) {
        this.vertx = vertx;
        this.sockets = sockets;
        this.options = options;
        this.owner = owner;
        comeback = new Comeback(options.backoffMsMin(), options.backoffMsMax());
        notBeforeMs = new long[options.edges().size()];
        Arrays.fill(notBeforeMs, nowMs());
    }

    /** What the hub says of coming back is told here. */
    Comeback comeback() {
        return comeback;
    }

    private static long nowMs() {
        return System.nanoTime() / 1_000_000;
    }

    void open() {
        if (stopped) {
            return;
        }
        URI uri = edge();
        boolean tls = "wss".equals(uri.getScheme()) || "https".equals(uri.getScheme());
        int port = uri.getPort() > 0 ? uri.getPort() : tls ? 443 : 80;
        String path = uri.getRawPath() == null || uri.getRawPath().length() < 2 ? "/ws" : uri.getRawPath();
        WebSocketConnectOptions to = new WebSocketConnectOptions()
                .setHost(uri.getHost())
                .setPort(port)
                .setSsl(tls)
                .setURI(uri.getRawQuery() == null ? path : path + '?' + uri.getRawQuery())
                .setSubProtocols(List.of(SUBPROTOCOL));
        to.setTimeout(CONNECT_TIMEOUT_MS);
        to.setConnectTimeout(CONNECT_TIMEOUT_MS);
        sockets.connect(to).onSuccess(open -> opened(uri, open)).onFailure(failed -> {
            if (failed instanceof UpgradeRejectedException rejected) {
                again(uri, "the upgrade was answered " + rejected.getStatus(), false, retryAfterMs(rejected));
            } else {
                again(uri, String.valueOf(failed.getMessage()), false, 0);
            }
        });
    }

    /** What a refused handshake asks for, in milliseconds; 0 = nothing. */
    private static long retryAfterMs(UpgradeRejectedException rejected) {
        String seconds = rejected.getHeaders().get("Retry-After");
        try {
            // whole seconds: those who were told the same spread over the next one
            return seconds == null
                    ? 0
                    : TimeUnit.SECONDS.toMillis(Long.parseLong(seconds.trim()))
                            + ThreadLocalRandom.current().nextLong(SPREAD_MS);
        } catch (NumberFormatException date) {
            return 0; // no edge writes one, a proxy may
        }
    }

    private URI edge() {
        return options.edges().get(edge);
    }

    private void opened(URI uri, WebSocket open) {
        if (stopped) {
            open.close();
            return;
        }
        socket = open;
        if (paused) {
            open.pause();
        }
        open.exceptionHandler(failed -> {});
        open.textMessageHandler(owner::said);
        open.closeHandler(closed -> {
            if (socket == open) {
                socket = null;
                Short code = open.closeStatusCode();
                again(uri, "closed with " + code + " " + open.closeReason(), code == null || code == ABNORMAL, 0);
            }
        });
        owner.opened(uri);
    }

    /**
     * @param broken it ended without a closing frame
     * @param retryMs when the edge can be asked again, 0 = at any time
     */
    private void again(URI uri, String why, boolean broken, long retryMs) {
        if (stopped) {
            return;
        }
        long nowMs = nowMs();
        if (retryMs > 0) {
            notBeforeMs[edge] = nowMs + Math.min(RETRY_AFTER_MS_MAX, retryMs);
        }
        owner.lost(uri, why);
        if (!options.reconnecting()) {
            end(why);
            return;
        }
        long pauseMs = comeback.pauseMs(broken, ThreadLocalRandom.current());
        edge = next(nowMs + pauseMs);
        vertx.setTimer(Math.max(1, Math.max(pauseMs, notBeforeMs[edge] - nowMs)), timer -> open());
    }

    /** The next edge of the list that may be asked at that time, or else the one that may be asked first. */
    private int next(long atMs) {
        int first = (edge + 1) % notBeforeMs.length;
        for (int i = 1; i <= notBeforeMs.length; i++) {
            int candidate = (edge + i) % notBeforeMs.length;
            if (notBeforeMs[candidate] <= atMs) {
                return candidate;
            }
            first = notBeforeMs[candidate] < notBeforeMs[first] ? candidate : first;
        }
        return first;
    }

    boolean write(String text) {
        if (socket == null) {
            return false;
        }
        socket.writeTextMessage(text);
        return true;
    }

    /** Drops the connection, as a tunnel would, and opens the next. */
    void cut(String why) {
        cut(why, 0);
    }

    /** The same, and leaves this edge alone for so long. */
    void cut(String why, long retryMs) {
        WebSocket open = socket;
        socket = null;
        if (open != null) {
            open.shutdown(0, TimeUnit.MILLISECONDS);
            again(edge(), why, retryMs == 0, retryMs);
        }
    }

    /** Drops the connection and opens the next at an edge of the list. */
    void cutTo(int nextEdge) {
        edge = (nextEdge + options.edges().size() - 1) % options.edges().size();
        cut("cut");
    }

    void reading(boolean on) {
        paused = !on;
        if (socket != null) {
            if (on) {
                socket.resume();
            } else {
                socket.pause();
            }
        }
    }

    boolean isReading() {
        return !paused;
    }

    void end(String why) {
        if (stopped) {
            return;
        }
        stopped = true;
        WebSocket open = socket;
        socket = null;
        if (open != null) {
            open.close();
        }
        owner.ended(why);
    }
}
