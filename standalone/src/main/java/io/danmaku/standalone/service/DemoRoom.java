package io.danmaku.standalone.service;

import io.danmaku.protocol.room.Ids;
import io.danmaku.protocol.room.Role;
import io.danmaku.protocol.token.Claims;
import io.danmaku.protocol.token.Tokens;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** The room that a new hub has, so that its links show something at once. */
public final class DemoRoom {
    public static final String ID = "1";

    private static final Duration LINK_TTL = Duration.ofDays(1);
    private static final Duration RETRY_INTERVAL = Duration.ofMillis(300);

    private DemoRoom() {}

    /** Creates the room when it is absent; says why it could not, or empty. */
    public static Optional<String> ensure(String roomService, String secret, Duration atMost)
            throws InterruptedException {
        RoomClient client = new RoomClient(roomService, secret);
        long until = System.nanoTime() + atMost.toNanos();
        while (true) {
            String problem;
            try {
                RoomClient.Answer answer =
                        client.create(Map.of("id", ID, "title", "Demo room", "durability", "logged"));
                // a conflict is the room of an earlier run
                if (answer.ok() || answer.status() == HttpURLConnection.HTTP_CONFLICT) {
                    return Optional.empty();
                }
                problem = answer.problem();
            } catch (IOException cannot) {
                problem = String.valueOf(cannot.getMessage());
            }
            if (System.nanoTime() > until) {
                return Optional.of("room-service does not create the demo room: " + problem);
            }
            Thread.sleep(RETRY_INTERVAL.toMillis());
        }
    }

    public static String hostLink(String edge, String secret) {
        return link(edge, secret, "host", "Host", Map.of(ID, Role.HOST));
    }

    public static String viewerLink(String edge, String secret) {
        return link(edge, secret, "viewer", "Viewer", Map.of());
    }

    private static String link(String edge, String secret, String user, String name, Map<String, Role> rooms) {
        long expiresAtMs = System.currentTimeMillis() + LINK_TTL.toMillis();
        Claims claims = new Claims(user, name, Ids.DEFAULT_TENANT, rooms, false, expiresAtMs);
        return edge + "/?room=" + ID + "&token=" + new Tokens(secret).sign(claims);
    }
}
