package io.danmaku.standalone.page;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The way between a page and an edge, which can be cut as a tunnel cuts it: running connections are reset, without a word
 * of WebSocket, and new ones too until the way is whole again.
 */
final class CuttableRelay implements AutoCloseable {

    private static final int BUFFER_BYTES = 16 * 1024;

    private final URI edge;
    private final ServerSocket server;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile boolean cut;

    CuttableRelay(URI edge) throws IOException {
        this.edge = edge;
        server = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
        start(this::accept, "accept");
    }

    URI address() {
        return URI.create("http://" + server.getInetAddress().getHostAddress() + ":" + server.getLocalPort());
    }

    void cut() {
        cut = true;
        sockets.forEach(CuttableRelay::reset);
    }

    void mend() {
        cut = false;
    }

    @Override
    public void close() throws IOException {
        server.close();
        cut();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket page = server.accept();
                if (cut) {
                    reset(page);
                } else {
                    join(page);
                }
            } catch (IOException closed) {
                // the test is over, or the next page has more luck
            }
        }
    }

    private void join(Socket page) {
        Socket hub;
        try {
            hub = new Socket(edge.getHost(), edge.getPort());
        } catch (IOException edgeAway) {
            reset(page);
            return;
        }
        sockets.add(page);
        sockets.add(hub);
        start(() -> pump(page, hub), "up");
        start(() -> pump(hub, page), "down");
        if (cut) {
            cut(); // it came between the question above and the sets
        }
    }

    private void pump(Socket from, Socket to) {
        byte[] buffer = new byte[BUFFER_BYTES];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                to.getOutputStream().write(buffer, 0, length);
            }
        } catch (IOException over) {
            // one end is gone, and both are closed
        } finally {
            sockets.remove(from);
            sockets.remove(to);
        }
    }

    private static void reset(Socket socket) {
        try (socket) {
            socket.setSoLinger(true, 0);
        } catch (IOException alreadyClosed) {
            // that is what was wanted
        }
    }

    private static void start(Runnable work, String name) {
        Thread thread = new Thread(work, "relay " + name);
        thread.setDaemon(true);
        thread.start();
    }
}
