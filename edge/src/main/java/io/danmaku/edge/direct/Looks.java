package io.danmaku.edge.direct;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.node.redis.Directory;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.json.Json;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Who looks at whom, and what each was told. dm-service says whom somebody may see; it is asked when a look begins, once in a while, and when it
 * may have changed. Whether those are online the directory says, asked in rounds for all together. On one thread, but for {@link #look},
 * {@link #gone} and {@link #mayHaveChanged}; time comes in.
 */
final class Looks {
    /** Peers that all devices here look at, counted for each device. */
    static final int LOOKED_AT_MAX = 20_000;
    /** Users asked for in one batch. */
    static final int BATCH_MAX = 1_000;
    /** From the beginning of one round to that of the next. */
    static final long ROUND_MS = 1_000;
    /** How long dm-service's word holds. */
    static final long ASK_AGAIN_MS = 50_000;
    /** When it could not be asked. */
    static final long ASK_FAILED_MS = 5_000;
    /** Who could not ask for so long sees nobody any more. */
    static final long UNSURE_MS_MAX = 120_000;
    /** Looks that are asked for again at a time. */
    static final int ASKING_MAX = 16;

    private final Devices devices;
    private final Executor thread;
    private final Asking asking;
    private final Function<List<Directory.User>, Future<List<Boolean>>> directory;
    private final Map<Device, Look> looks = new HashMap<>();
    private final TreeSet<Look> due =
            new TreeSet<>(Comparator.<Look>comparingLong(look -> look.dueMs).thenComparingLong(look -> look.number));
    private final Map<Directory.User, Watched> watched = new HashMap<>();
    private final AtomicLong lookedAt = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();
    private List<Directory.User> round = List.of();
    private int roundAt;
    private long roundDueMs;
    private boolean inFlight;
    private long batches;
    /** Grows when it may have changed whom somebody sees: an answer that was asked for before may be older. */
    private long changes;

    private long lastNumber;
    private int askingAgain;
    private long nowMs;

    /** Asks dm-service whom a device may see, and whether they are there. */
    interface Asking {
        CompletionStage<Outcome> ask(Device device, List<String> peers);
    }

    /** What one device looks at. */
    private static final class Look {
        final Device device;
        final List<String> peers;
        final long number;
        /** What the device was told, of those that it may see. */
        final Map<String, Boolean> told = new HashMap<>();
        /** By peer: the newest batch when it began to be watched. What that one says may be older than what was told. */
        final Map<String, Long> since = new HashMap<>();

        long dueMs;
        long confirmedMs;

        Look(Device device, List<String> peers, long number) {
            this.device = device;
            this.peers = peers;
            this.number = number;
        }
    }

    /** Somebody who is looked at. */
    private static final class Watched {
        final Set<Look> by = new HashSet<>();
        boolean online;
        /** Whether somebody looks who may have been told otherwise. */
        boolean fresh = true;
    }

    /**
     * @param thread runs a task on the one thread
     * @param directory whether users are online, in their order
     */
    Looks(
            Devices devices,
            Executor thread,
            Asking asking,
            Function<List<Directory.User>, Future<List<Boolean>>> directory) {
        this.devices = devices;
        this.thread = thread;
        this.asking = asking;
        this.directory = directory;
    }

    /** A device looks at these from now on, and at no others; {@code ok} says which of them it may see, and whether they are online. From any thread. */
    CompletionStage<Outcome> look(Device device, List<String> peers) {
        CompletableFuture<Outcome> answer = new CompletableFuture<>();
        thread.execute(() -> begin(device, peers, answer));
        return answer;
    }

    private void begin(Device device, List<String> peers, CompletableFuture<Outcome> answer) {
        if (peers.isEmpty()) {
            drop(device);
            ObjectNode none = Json.object();
            none.putArray("online");
            answer.complete(new Outcome.Done(none));
            return;
        }
        Look before = looks.get(device);
        if (lookedAt.get() + peers.size() - (before == null ? 0 : before.peers.size()) > LOOKED_AT_MAX) {
            answer.complete(Outcome.refused(ErrorCode.BUSY, "this edge looks at as many as it may"));
            return;
        }
        long changesBefore = changes;
        ask(device, peers, outcome -> {
            // one that is gone meanwhile, or gets no pushes, looks at nobody
            if (outcome instanceof Outcome.Done done && devices.contains(device)) {
                drop(device);
                Look look = new Look(device, peers, ++lastNumber);
                looks.put(device, look);
                lookedAt.addAndGet(peers.size());
                online(done.ok()).forEach((peer, online) -> {
                    look.told.put(peer, online);
                    watch(look, peer);
                });
                confirmed(look);
                if (changes != changesBefore) {
                    due.remove(look);
                    look.dueMs = nowMs;
                    due.add(look);
                }
            }
            answer.complete(outcome);
        });
    }

    /** The answer comes on the thread. */
    private void ask(Device device, List<String> peers, Consumer<Outcome> taker) {
        asking.ask(device, peers)
                .whenComplete((outcome, bug) -> thread.execute(() -> taker.accept(
                        bug == null ? outcome : Outcome.refused(ErrorCode.INTERNAL, "something went wrong here"))));
    }

    private static Map<String, Boolean> online(ObjectNode ok) {
        Map<String, Boolean> online = new LinkedHashMap<>();
        for (JsonNode one : ok.path("online")) {
            online.put(one.path("peer").asText(), one.path("online").asBoolean());
        }
        return online;
    }

    private void confirmed(Look look) {
        look.confirmedMs = nowMs;
        look.dueMs = nowMs + ASK_AGAIN_MS;
        due.add(look);
    }

    private void watch(Look look, String peer) {
        Watched one = watched.computeIfAbsent(new Directory.User(look.device.tenant(), peer), first -> new Watched());
        one.by.add(look);
        one.fresh = true;
        look.since.put(peer, batches);
    }

    private void unwatch(Look look, String peer) {
        look.since.remove(peer);
        Directory.User user = new Directory.User(look.device.tenant(), peer);
        Watched one = watched.get(user);
        if (one != null && one.by.remove(look) && one.by.isEmpty()) {
            watched.remove(user);
        }
    }

    /** A device is gone, and looks at nobody any more. From any thread. */
    void gone(Device device) {
        thread.execute(() -> drop(device));
    }

    private void drop(Device device) {
        Look look = looks.remove(device);
        if (look != null) {
            due.remove(look);
            lookedAt.addAndGet(-look.peers.size());
            List.copyOf(look.since.keySet()).forEach(peer -> unwatch(look, peer));
        }
    }

    /** Whether users may see somebody may have changed: it is asked again now. From any thread. */
    void mayHaveChanged(String tenant, List<String> users, String of) {
        thread.execute(() -> {
            changes++;
            for (String user : users) {
                for (Device device : devices.of(tenant, user)) {
                    Look look = looks.get(device);
                    if (look != null && look.peers.contains(of)) {
                        // one that is being asked for is not among them: its answer may be older
                        if (due.remove(look)) {
                            look.dueMs = nowMs;
                            due.add(look);
                        } else {
                            look.dueMs = -1;
                        }
                    }
                }
            }
        });
    }

    /** To be called often: begins rounds, and asks again whom one may see. */
    void turn(long now) {
        nowMs = now;
        while (askingAgain < ASKING_MAX && !due.isEmpty() && due.first().dueMs <= now) {
            askAgain(due.pollFirst());
        }
        if (!inFlight && now >= roundDueMs && !watched.isEmpty()) {
            roundDueMs = now + ROUND_MS;
            round = new ArrayList<>(watched.keySet());
            roundAt = 0;
            nextBatch();
        }
    }

    private void askAgain(Look look) {
        askingAgain++;
        look.dueMs = 0;
        ask(look.device, look.peers, outcome -> {
            askingAgain--;
            if (looks.get(look.device) != look) {
                return;
            }
            boolean atOnce = look.dueMs < 0;
            if (outcome instanceof Outcome.Done done) {
                see(look, online(done.ok()).keySet());
                confirmed(look);
            } else {
                failures.incrementAndGet();
                if (nowMs - look.confirmedMs > UNSURE_MS_MAX) {
                    see(look, Set.of());
                }
                look.dueMs = nowMs + ASK_FAILED_MS;
                due.add(look);
            }
            if (atOnce) {
                due.remove(look);
                look.dueMs = nowMs;
                due.add(look);
            }
        });
    }

    /** Those whom a device may not see any more are told as gone; of those whom it may see now the next round tells. */
    private void see(Look look, Set<String> visible) {
        ArrayNode changes = Json.MAPPER.createArrayNode();
        for (String peer : List.copyOf(look.since.keySet())) {
            if (!visible.contains(peer)) {
                unwatch(look, peer);
                if (Boolean.TRUE.equals(look.told.remove(peer))) {
                    add(changes, peer, false);
                }
            }
        }
        for (String peer : look.peers) {
            if (visible.contains(peer) && !look.since.containsKey(peer)) {
                watch(look, peer);
            }
        }
        push(look.device, changes);
    }

    private void nextBatch() {
        if (roundAt >= round.size()) {
            round = List.of();
            return;
        }
        List<Directory.User> users = round.subList(roundAt, Math.min(round.size(), roundAt + BATCH_MAX));
        roundAt += users.size();
        long batch = ++batches;
        inFlight = true;
        directory
                .apply(users)
                .onComplete(asked -> thread.execute(() -> {
                    inFlight = false;
                    if (asked.succeeded()) {
                        tell(users, asked.result(), batch);
                        nextBatch();
                    } else {
                        // what was told stands until the directory is back
                        failures.incrementAndGet();
                        round = List.of();
                    }
                }));
    }

    private void tell(List<Directory.User> users, List<Boolean> online, long batch) {
        Map<Look, ArrayNode> changes = new LinkedHashMap<>();
        for (int i = 0; i < users.size(); i++) {
            Watched one = watched.get(users.get(i));
            boolean now = online.get(i);
            if (one == null || (one.online == now && !one.fresh)) {
                continue;
            }
            one.online = now;
            one.fresh = false;
            String peer = users.get(i).id();
            for (Look look : one.by) {
                if (look.since.get(peer) >= batch || !look.device.reads()) {
                    // the next round tells what holds then
                    one.fresh = true;
                } else if (!Boolean.valueOf(now).equals(look.told.put(peer, now))) {
                    add(changes.computeIfAbsent(look, first -> Json.MAPPER.createArrayNode()), peer, now);
                }
            }
        }
        changes.forEach((look, told) -> push(look.device, told));
    }

    private static void add(ArrayNode changes, String peer, boolean online) {
        changes.addObject().put("peer", peer).put("online", online);
    }

    private static void push(Device device, ArrayNode changes) {
        if (!changes.isEmpty()) {
            device.pushSurely(Json.bytes(Json.object().set("dmOnline", changes)));
        }
    }

    /** Peers that devices here look at. */
    long lookedAt() {
        return lookedAt.get();
    }

    /** Questions to the directory, and repeated ones to dm-service, that were not answered. */
    long failures() {
        return failures.get();
    }
}
