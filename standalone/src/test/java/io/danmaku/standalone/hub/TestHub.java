package io.danmaku.standalone.hub;

import io.danmaku.protocol.room.Ids;
import io.danmaku.protocol.room.Role;
import io.danmaku.protocol.token.Claims;
import io.danmaku.protocol.token.Tokens;
import io.danmaku.standalone.folder.DataFolder;
import io.danmaku.standalone.folder.Secret;
import io.danmaku.standalone.supervise.UpRecord;
import io.danmaku.standalone.supervise.UpRecord.PartRecord;
import io.danmaku.standalone.supervise.UpRecord.PartState;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The one hub that the integration tests of a JVM share: real engines, room-service, dm-service and two edges, each a process of its
 * own. It starts with the first test that asks for it and stops at the end of the JVM. Tests keep apart by room and user ids, and leave
 * every part running.
 */
public final class TestHub {
    public static final int EDGES = 2;
    public static final Duration BACK_MAX = Duration.ofMinutes(3);

    private static final Duration TOKEN_TTL = Duration.ofHours(2);
    /** Names the hub's folder: JVMs that run tests side by side have different ones. */
    private static final String FOLDER = "danmaku.it.hub";

    /** A tenant that may have {@link #CRAMPED_ROOMS} rooms, two sanctions, and lists of 150 words. */
    public static final String CRAMPED = "cramped";

    public static final int CRAMPED_ROOMS = 3;

    /** What would take hours, or thousands of rooms, otherwise. */
    private static final Map<String, String> QUICK = Map.of(
            "DANMAKU_QUOTA_TENANTS", CRAMPED + ": sanctions=2 words=150 rooms=" + CRAMPED_ROOMS,
            "DANMAKU_WEBHOOKS_TRIES", "4",
            "DANMAKU_WEBHOOKS_BACKOFF_MIN", "100ms",
            "DANMAKU_WEBHOOKS_BACKOFF_MAX", "1s",
            "DANMAKU_WEBHOOKS_TIMEOUT", "2s");

    private static TestHub shared;

    private final Up up;
    private final Tokens tokens;
    /** Restarts of a part when it was killed here. */
    private final Map<String, Integer> restartsBefore = new ConcurrentHashMap<>();

    private TestHub(Up up, String secret) {
        this.up = up;
        this.tokens = new Tokens(secret);
    }

    /** The shared hub, ready. */
    public static synchronized TestHub get() {
        if (shared == null) {
            try {
                List<String> options = new ArrayList<>(Up.freePorts(EDGES));
                options.add("--edges=" + EDGES);
                Up up = Up.start(Up.data(System.getProperty(FOLDER, "shared"), true), options, QUICK);
                Runtime.getRuntime().addShutdownHook(new Thread(up::close, "stop the shared hub"));
                up.awaitReady();
                shared = of(up);
            } catch (IOException cannot) {
                throw new AssertionError(cannot);
            }
        }
        return shared;
    }

    /** A ready hub that a test started for itself, and stops itself. */
    public static TestHub of(Up up) throws IOException {
        return new TestHub(up, Secret.find(new DataFolder(up.data())).orElseThrow());
    }

    /** Fails when an edge of the shared hub logged a leak; does nothing where no test asked for the hub. */
    static synchronized void assertNoLeaks() {
        if (shared == null) {
            return;
        }
        for (int edge = 1; edge <= EDGES; edge++) {
            Path log = Path.of(shared.part("edge-" + edge).log());
            try {
                List<String> leaks = Leaks.in(log);
                if (!leaks.isEmpty()) {
                    throw new AssertionError("edge-" + edge + " leaks, see " + log + ": " + leaks);
                }
            } catch (IOException unreadable) {
                throw new AssertionError(unreadable);
            }
        }
    }

    /** HTTP address of an edge, from 1. */
    public URI edge(int number) {
        return URI.create(edges().get(number - 1));
    }

    /** WebSocket address of an edge, from 1. */
    public URI webSocket(int number) {
        return URI.create(edges().get(number - 1).replaceFirst("^http", "ws") + "/ws");
    }

    public URI roomService() {
        return URI.create(address("roomService"));
    }

    public URI dmService() {
        return URI.create(address("dmService"));
    }

    /** Any address that {@code up.json} names: pulsar, pulsarAdmin, redis, cql, cqlDatacenter, roomService, dmService. */
    public String address(String name) {
        return String.valueOf(up.record().addresses().get(name));
    }

    /** What {@code --data} names for this hub. */
    public Path dataFolder() {
        return up.data();
    }

    /** Signs claims with the hub's own secret. */
    public String token(Claims claims) {
        return tokens.sign(claims);
    }

    /** A viewer's token. */
    public String token(String user) {
        return token(claims(user, Map.of(), false));
    }

    /** The token of the room's host. */
    public String hostToken(String user, String room) {
        return token(claims(user, Map.of(room, Role.HOST), false));
    }

    /** The token of a product's backend. */
    public String adminToken() {
        return adminToken("backend");
    }

    /** The token of a user who may do everything, and send as fast as a backend. */
    public String adminToken(String user) {
        return token(claims(user, Map.of(), true));
    }

    public long pid(String part) {
        return part(part).pid();
    }

    /** Names: redis, cassandra, pulsar, room-service, dm-service, edge-1, edge-2. */
    public PartRecord part(String name) {
        PartRecord part = up.record().part(name);
        if (part == null) {
            throw new AssertionError("no part " + name);
        }
        return part;
    }

    /** Kills the part's process, which the launcher then starts again. */
    public void kill9(String name) {
        PartRecord part = part(name);
        restartsBefore.put(name, part.restarts());
        if (!ProcessHandle.of(part.pid()).map(ProcessHandle::destroyForcibly).orElse(false)) {
            throw new AssertionError(name + " did not run: " + part);
        }
    }

    /** Waits until the part that {@link #kill9} killed is ready again. */
    public void awaitBack(String name) {
        int before = restartsBefore.getOrDefault(name, 0);
        Eventually.await(BACK_MAX, name + " is back", () -> {
            PartRecord part = part(name);
            return part.restarts() > before && part.state() == PartState.READY;
        });
    }

    /** Stops the part's process where it stands: it neither answers nor ends until {@link #resume}. */
    public void pause(String name) {
        signal(name, "STOP");
    }

    public void resume(String name) {
        signal(name, "CONT");
    }

    private void signal(String name, String signal) {
        signal(pid(name), signal);
    }

    static void signal(long pid, String signal) {
        try {
            Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(pid))
                    .inheritIO()
                    .start();
            if (kill.waitFor() != 0) {
                throw new AssertionError(pid + " takes no signal");
            }
        } catch (IOException cannot) {
            throw new AssertionError(cannot);
        } catch (InterruptedException cut) {
            Thread.currentThread().interrupt();
            throw new AssertionError(cut);
        }
    }

    /** The hub's data folder. */
    public Path data() {
        return up.data();
    }

    public UpRecord record() {
        return up.record();
    }

    /** What {@code up} said so far. */
    public String output() {
        return up.output();
    }

    @SuppressWarnings("unchecked")
    private List<String> edges() {
        return (List<String>) up.record().addresses().get("edges");
    }

    private static Claims claims(String user, Map<String, Role> rooms, boolean admin) {
        long expiresAtMs = System.currentTimeMillis() + TOKEN_TTL.toMillis();
        return new Claims(user, user, Ids.DEFAULT_TENANT, rooms, admin, expiresAtMs);
    }
}
