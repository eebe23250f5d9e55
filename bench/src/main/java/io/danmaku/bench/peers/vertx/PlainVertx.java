package io.danmaku.bench.peers.vertx;

import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.ServerWebSocket;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * A WebSocket server as the first pages of a manual show it: what somebody says on {@code /pub} is written to each socket on {@code /sub}, one
 * by one. On one event loop, so that sockets need no lock.
 */
public final class PlainVertx extends AbstractVerticle {
    private final int port;
    private final Set<ServerWebSocket> viewers = new LinkedHashSet<>();

    private PlainVertx(int port) {
        this.port = port;
    }

    /** @param args the port; it ends with its standard input */
    public static void main(String[] args) throws Exception {
        Vertx vertx = Vertx.vertx();
        vertx.deployVerticle(new PlainVertx(Integer.parseInt(args[0])), new DeploymentOptions().setInstances(1))
                .toCompletionStage()
                .toCompletableFuture()
                .get();
        System.in.transferTo(java.io.OutputStream.nullOutputStream());
        System.exit(0);
    }

    @Override
    public void start() throws Exception {
        HttpServerOptions options = new HttpServerOptions()
                .setTcpNoDelay(true)
                .setAcceptBacklog(1024)
                .setPerMessageWebSocketCompressionSupported(false)
                .setPerFrameWebSocketCompressionSupported(false);
        vertx.createHttpServer(options)
                .webSocketHandler(this::opened)
                .listen(port, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture();
    }

    private void opened(ServerWebSocket socket) {
        if (socket.path().equals("/pub")) {
            socket.textMessageHandler(text -> viewers.forEach(viewer -> viewer.writeTextMessage(text)));
        } else {
            viewers.add(socket);
            socket.closeHandler(closed -> viewers.remove(socket));
        }
    }
}
