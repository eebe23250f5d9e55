package io.danmaku.standalone.lifecycle;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/** Knocks at an edge's door again and again, each time on a connection of its own, and remembers what was answered. */
public final class Handshakes {
    private static final int TIMEOUT_MS = 5_000;
    /** Stands for a connection that was not taken, or ended without an answer. */
    public static final String REFUSED = "refused";

    private Handshakes() {}

    /** Knocks until the condition is false; heads and bodies of the answers in their order. */
    static CompletableFuture<List<String>> knock(URI edge, BooleanSupplier on) {
        return CompletableFuture.supplyAsync(() -> {
            List<String> answers = new ArrayList<>();
            while (on.getAsBoolean()) {
                answers.add(once(edge));
            }
            return answers;
        });
    }

    /** Knocks once; head and body of the answer. */
    public static String once(URI edge) {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(TIMEOUT_MS);
            socket.connect(new InetSocketAddress(edge.getHost(), edge.getPort()), TIMEOUT_MS);
            socket.getOutputStream()
                    .write(("GET /ws HTTP/1.1\r\nHost: " + edge.getAuthority() + "\r\nUpgrade: websocket\r\n"
                                    + "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                                    + "Sec-WebSocket-Version: 13\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            byte[] said = new byte[4_096];
            int length = 0;
            // a problem's body ends with its object
            while (length < said.length) {
                int read = socket.getInputStream().read(said, length, said.length - length);
                if (read < 0) {
                    break;
                }
                length += read;
                String text = new String(said, 0, length, StandardCharsets.US_ASCII);
                if (text.startsWith("HTTP/1.1 101 ") || text.endsWith("}")) {
                    return text;
                }
            }
            return REFUSED;
        } catch (IOException refused) {
            return REFUSED;
        }
    }
}
