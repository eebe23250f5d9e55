package io.danmaku.standalone.hub;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** Asks a hub's Redis as an operator does: what it holds, or to forget it. */
public final class RedisLine {
    private static final int ANSWER_MS = 5_000;

    private RedisLine() {}

    /**
     * The first line of the answer to a command, in Redis' own form: {@code +OK}, {@code :1}, {@code $-1} for what there is not.
     *
     * @param command words without spaces or quotes in them
     */
    public static String ask(TestHub hub, String command) throws IOException {
        URI redis = URI.create(hub.address("redis"));
        try (Socket socket = new Socket(redis.getHost(), redis.getPort())) {
            socket.setSoTimeout(ANSWER_MS);
            socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
            return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
                    .readLine();
        }
    }
}
