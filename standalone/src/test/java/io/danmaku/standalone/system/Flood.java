package io.danmaku.standalone.system;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Clients that write commands as fast as their sockets take them, and throw away what is answered. */
final class Flood implements AutoCloseable {
    private static final int FRAMES_A_WRITE = 500;

    private final List<Socket> sockets = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();

    /** Connects so many. */
    Flood(URI edge, int clients) throws IOException {
        byte[] frames = frames();
        for (int i = 0; i < clients; i++) {
            Socket socket = new Socket();
            sockets.add(socket);
            socket.connect(new InetSocketAddress(edge.getHost(), edge.getPort()));
            OutputStream out = socket.getOutputStream();
            InputStream in = socket.getInputStream();
            out.write(("GET /ws HTTP/1.1\r\nHost: " + edge.getAuthority() + "\r\nUpgrade: websocket\r\n"
                            + "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                            + "Sec-WebSocket-Version: 13\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            if (in.read() < 0) {
                throw new IOException("no handshake");
            }
            byte[] heard = new byte[1 << 16];
            work(() -> {
                while (in.read(heard) >= 0) {
                    // what is said to it does not matter
                }
            });
            work(() -> {
                while (true) {
                    out.write(frames);
                }
            });
        }
    }

    /** Work on a socket, which ends when the socket is closed. */
    private interface SocketWork {
        void run() throws IOException;
    }

    void begin() {
        threads.forEach(Thread::start);
    }

    private void work(SocketWork work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException closed) {
                        // by the test, or by the edge
                    }
                },
                "flood");
        thread.setDaemon(true);
        threads.add(thread);
    }

    /** Frames masked with zeros. */
    private static byte[] frames() {
        byte[] command = "{\"op\":\"ping\",\"id\":1}".getBytes(StandardCharsets.US_ASCII);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < FRAMES_A_WRITE; i++) {
            out.write(RawSocket.FIN | RawSocket.TEXT);
            out.write(0x80 | command.length);
            out.writeBytes(new byte[4]);
            out.writeBytes(command);
        }
        return out.toByteArray();
    }

    @Override
    public void close() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
        for (Thread thread : threads) {
            try {
                thread.join(5_000);
            } catch (InterruptedException cut) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
