package io.danmaku.standalone.client;

import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import java.util.concurrent.TimeUnit;

/** Makes clients that share a few event loops, so that one process can hold many. */
public final class Clients implements AutoCloseable {
    private static final int CONNECTIONS_MAX = 100_000;
    /** A page of a room's log in one frame is the largest thing that a hub says. */
    private static final int MESSAGE_BYTES_MAX = 16 << 20;

    private static final long CLOSE_BOUND_S = 10;

    private final Vertx vertx;
    private final WebSocketClient sockets;

    /** @param loops threads that all clients share */
    public Clients(int loops) {
        this(loops, -1);
    }

    /** @param receiveBytes size of each socket's receive buffer, which bounds what the hub can have on its way; -1 = the system's */
    public Clients(int loops, int receiveBytes) {
        this(loops, receiveBytes, false);
    }

    /** Clients that offer to take compressed frames, and send such. */
    public static Clients compressing(int loops) {
        return new Clients(loops, -1, true);
    }

    private Clients(int loops, int receiveBytes, boolean compressing) {
        vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(loops));
        WebSocketClientOptions options = new WebSocketClientOptions();
        if (receiveBytes > 0) {
            options.setReceiveBufferSize(receiveBytes);
        }
        options.setTryUsePerMessageCompression(compressing)
                .setCompressionAllowClientNoContext(compressing)
                .setCompressionRequestServerNoContext(compressing);
        sockets = vertx.createWebSocketClient(options.setMaxConnections(CONNECTIONS_MAX)
                .setMaxFrameSize(MESSAGE_BYTES_MAX)
                .setMaxMessageSize(MESSAGE_BYTES_MAX)
                .setTcpNoDelay(true));
    }

    /** A client that begins to connect at once; commands wait until it has. */
    public HubClient open(ClientOptions options, HubListener listener) {
        HubClient client = new HubClient(vertx, sockets, options, listener);
        // deploying is the public way to an event loop of one's own
        vertx.deployVerticle((Deployable) context -> {
            client.start(context);
            return Future.succeededFuture();
        });
        return client;
    }

    @Override
    public void close() {
        try {
            vertx.close().toCompletionStage().toCompletableFuture().get(CLOSE_BOUND_S, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException left) {
            // the process ends anyway: what is left are daemon threads
        }
    }
}
