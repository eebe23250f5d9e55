package io.danmaku.standalone.system;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Clients that each write many commands at a time, and as many again as soon as these are answered: their event loop is never done, and
 * never has more to do than one such round.
 */
final class Flood implements AutoCloseable {
    private static final int COMMANDS = 250;
    private static final int LENGTH_16 = 126;

    private final List<Socket> sockets = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();

    /** Connects so many. */
    Flood(URI edge, int clients) throws IOException {
        byte[] commands = commands();
        for (int i = 0; i < clients; i++) {
            Socket socket = new Socket();
            sockets.add(socket);
            socket.connect(new InetSocketAddress(edge.getHost(), edge.getPort()));
            OutputStream out = socket.getOutputStream();
            DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
            out.write(("GET /ws HTTP/1.1\r\nHost: " + edge.getAuthority() + "\r\nUpgrade: websocket\r\n"
                            + "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                            + "Sec-WebSocket-Version: 13\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                head.append((char) in.readUnsignedByte());
            }
            Thread thread = new Thread(() -> write(out, in, commands), "flood");
            thread.setDaemon(true);
            threads.add(thread);
        }
    }

    void begin() {
        threads.forEach(Thread::start);
    }

    private static void write(OutputStream out, DataInputStream in, byte[] commands) {
        try {
            while (true) {
                out.write(commands);
                for (int i = 0; i < COMMANDS; i++) {
                    in.readUnsignedByte();
                    int length = in.readUnsignedByte();
                    in.skipNBytes(length == LENGTH_16 ? in.readUnsignedShort() : length);
                }
            }
        } catch (IOException closed) {
            // by the test, or by the edge
        }
    }

    /** Frames masked with zeros. */
    private static byte[] commands() {
        byte[] command = "{\"op\":\"ping\",\"id\":1}".getBytes(StandardCharsets.US_ASCII);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < COMMANDS; i++) {
            out.write(RawSocket.FIN | RawSocket.TEXT);
            out.write(RawSocket.MASKED | command.length);
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
