package io.danmaku.standalone.client;

import io.vertx.core.Vertx;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import java.net.URI;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** One connection, opened again after a pause ({@link Comeback}) at the next edge of the list whenever it ends. Event loop only. */
final class Link {
    private static final String SUBPROTOCOL = "danmaku.v1.json";
    private static final long CONNECT_TIMEOUT_MS = 5_000;
    /** Stands for the code where there was no closing frame (RFC 6455, section 7.1.5). */
    private static final int ABNORMAL = 1006;

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
    private boolean stopped;
    private boolean paused;

    Link(Vertx vertx, WebSocketClient sockets, ClientOptions options, Owner owner) {
        this.vertx = vertx;
        this.sockets = sockets;
        this.options = options;
        this.owner = owner;
        comeback = new Comeback(options.backoffMsMin(), options.backoffMsMax());
    }

    /** What the hub says of coming back is told here. */
    Comeback comeback() {
        return comeback;
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
                .setURI(path)
                .setSubProtocols(List.of(SUBPROTOCOL));
        to.setTimeout(CONNECT_TIMEOUT_MS);
        to.setConnectTimeout(CONNECT_TIMEOUT_MS);
        sockets.connect(to).onSuccess(open -> opened(uri, open)).onFailure(failed -> {
            String why = failed instanceof UpgradeRejectedException rejected
                    ? "the upgrade was answered " + rejected.getStatus()
                    : String.valueOf(failed.getMessage());
            again(uri, why, false);
        });
    }

    private URI edge() {
        return options.edges().get(edge % options.edges().size());
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
                again(uri, "closed with " + code + " " + open.closeReason(), code == null || code == ABNORMAL);
            }
        });
        owner.opened(uri);
    }

    private void again(URI uri, String why, boolean broken) {
        if (stopped) {
            return;
        }
        owner.lost(uri, why);
        if (!options.reconnecting()) {
            end(why);
            return;
        }
        edge = (edge + 1) % options.edges().size();
        vertx.setTimer(comeback.pauseMs(broken, ThreadLocalRandom.current()), timer -> open());
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
        WebSocket open = socket;
        socket = null;
        if (open != null) {
            open.shutdown(0, TimeUnit.MILLISECONDS);
            again(edge(), why, true);
        }
    }

    /** Drops the connection and opens the next at an edge of the list. */
    void cutTo(int nextEdge) {
        edge = nextEdge + options.edges().size() - 1;
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
