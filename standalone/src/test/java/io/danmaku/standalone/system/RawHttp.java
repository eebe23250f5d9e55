package io.danmaku.standalone.system;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/**
 * A request byte by byte, for what no library would send, and its answer.
 *
 * @param body as JSON
 */
record RawHttp(int status, String head, JsonNode body) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int TIMEOUT_MS = 20_000;

    /**
     * Asks, and reads till the end of the connection.
     *
     * @param line the first line but for the version
     * @param headers each with its end of the line
     */
    static RawHttp ask(URI at, String line, String headers) throws IOException {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(TIMEOUT_MS);
            socket.connect(new InetSocketAddress(at.getHost(), at.getPort()), TIMEOUT_MS);
            OutputStream out = socket.getOutputStream();
            out.write(
                    (line + " HTTP/1.1\r\nHost: " + at.getAuthority() + "\r\nConnection: close\r\n" + headers + "\r\n")
                            .getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int end = answer.indexOf("\r\n\r\n");
            if (end < 0 || !answer.startsWith("HTTP/1.")) {
                throw new AssertionError("no answer: " + answer);
            }
            int status = Integer.parseInt(answer.substring(9, 12));
            return new RawHttp(status, answer.substring(0, end), JSON.readTree(answer.substring(end + 4)));
        }
    }

    /** The status and the code of a problem, which it has to be. */
    String problem() {
        if (!head.contains("application/problem+json") || body.path("status").asInt() != status) {
            throw new AssertionError("no problem: " + this);
        }
        return status + " " + body.path("code").asText();
    }
}
