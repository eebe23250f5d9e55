package io.danmaku.standalone.service;

import io.danmaku.protocol.room.Ids;
import io.danmaku.protocol.room.Role;
import io.danmaku.protocol.token.Claims;
import io.danmaku.protocol.token.Tokens;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** The room that a new hub has, so that its links show something at once. */
public final class DemoRoom {
    public static final String ID = "1";

    private static final Duration LINK_TTL = Duration.ofDays(1);
    private static final Duration RETRY_INTERVAL = Duration.ofMillis(300);

    private DemoRoom() {}

    /** Creates the room when there has never been one; says why it could not, or empty. */
    public static Optional<String> ensure(String roomService, String secret, Duration atMost)
            throws InterruptedException {
        return ensure(new RoomClient(roomService, secret), ID, atMost);
    }

    /** The same for a room of another id. */
    public static Optional<String> ensure(RoomClient client, String id, Duration atMost) throws InterruptedException {
        long until = System.nanoTime() + atMost.toNanos();
        while (true) {
            String problem;
            try {
                RoomClient.Answer answer = client.read(id);
                // only where there is none: creating a room that somebody closed would begin it anew, without its log
                if (answer.code().equals("no_such_room")) {
                    answer = client.create(Map.of("id", id, "title", "Demo room", "durability", "logged"));
                }
                if (answer.ok()) {
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
