package io.danmaku.standalone.direct;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.DirectRecord;
import io.danmaku.protocol.log.Topics;
import io.danmaku.protocol.room.Ids;
import io.danmaku.standalone.client.Answer;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.OwnService;
import io.danmaku.standalone.hub.TestHub;
import io.danmaku.standalone.system.Witness;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * The CQL store stands still and people go on writing: what they write waits in the log, and neither dm-service nor an edge holds more of it
 * than its bounds say, however much it is.
 */
class DirectMemoryIT {
    private static final int CONVERSATIONS = 8;
    /** Of each conversation: enough for dm-service to hold all that it may, which is 192 records of a partition, and then more than that again. */
    private static final int FIRST = 250;

    private static final int THEN = 350;
    private static final int ALL = FIRST + THEN;
    private static final int BODY_CHARS = 4_000;
    private static final int PAGE = 100;

    /** Records of a partition in work at a time. */
    private static final int WORKING_MAX = 64;

    private static final long BETWEEN_NS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long COLLECT_S_MAX = 60;
    /** Seconds, where the machine has nothing else to do. */
    private static final Duration STORED_MAX = Duration.ofMinutes(3);

    /** What 192 records of each of the partitions take, and what a service needs to ask and wait. */
    private static final double HELD_MIB_MAX = 32;
    /** What comes after that takes nothing more. Were the 2,800 messages held, they would take 11 at the least. */
    private static final double MORE_MIB_MAX = 6;

    private static final double MIB = 1 << 20;
    private static final int READINGS = 3;

    private final TestHub hub = TestHub.get();
    private final String run = "-" + Long.toString(System.nanoTime(), 36);
    /** Conversations of different partitions: who writes, and to whom. */
    private final Map<Witness, String> conversations = new LinkedHashMap<>();

    @Test
    void whatWaitsWhileTheStoreStandsStillIsNotHeldInMemoryAndIsThereInOrderAfterwards() throws Exception {
        try (Clients clients = new Clients(1)) {
            connect(clients);
            for (Witness writer : conversations.keySet()) {
                assertTrue(
                        writer.wait(writer.client().request(message(writer, 0))).acknowledged());
            }
            Map<String, Double> before = liveMib();
            hub.pause("cassandra");
            try {
                write(1, FIRST);
                Map<String, Double> held = liveMib();
                write(FIRST + 1, ALL);
                Map<String, Double> heldThen = liveMib();
                System.out.printf(
                        "live heap, MiB: before %s, with %d messages waiting %s, with %d %s%n",
                        before, CONVERSATIONS * FIRST, held, CONVERSATIONS * ALL, heldThen);
                for (String part : before.keySet()) {
                    assertTrue(held.get(part) - before.get(part) < HELD_MIB_MAX, part + ": " + before + held);
                    assertTrue(heldThen.get(part) - held.get(part) < MORE_MIB_MAX, part + ": " + held + heldThen);
                }
                double working = OwnService.metric(hub.dmService(), "danmaku_dm_records_working");
                assertTrue(working <= WORKING_MAX * CONVERSATIONS, "in work: " + working);
            } finally {
                hub.resume("cassandra");
            }
            for (Witness writer : conversations.keySet()) {
                allIsThereInOrder(writer);
            }
        }
    }

    private void connect(Clients clients) {
        boolean[] taken = new boolean[Topics.DIRECT_PARTITIONS];
        for (int i = 0; conversations.size() < CONVERSATIONS; i++) {
            String from = "writer" + i + run;
            String to = "reader" + i + run;
            int partition = Topics.directPartition(
                    DirectRecord.upTo(DirectRecord.Op.READ, Ids.DEFAULT_TENANT, from, to, 1, "", 1)
                            .conversation());
            if (!taken[partition]) {
                taken[partition] = true;
                int edge = 1 + conversations.size() % TestHub.EDGES;
                conversations.put(Witness.connect(clients, hub, from, hub.adminToken(from), edge), to);
            }
        }
    }

    private ObjectNode message(Witness writer, int number) {
        String cid = Integer.toString(number);
        return Json.object()
                .put("op", "dm.send")
                .put("to", conversations.get(writer))
                .put("cid", cid)
                .put("kind", "text")
                .put("body", cid + " " + "x".repeat(BODY_CHARS - cid.length() - 1));
    }

    /** Everybody writes messages of these numbers, without waiting for answers between them; all answers say that nobody knows yet. */
    private void write(int first, int last) {
        List<CompletableFuture<Answer>> asked = new ArrayList<>();
        for (int number = first; number <= last; number++) {
            for (Witness writer : conversations.keySet()) {
                asked.add(writer.client().request(message(writer, number)));
            }
            LockSupport.parkNanos(BETWEEN_NS);
        }
        Witness any = conversations.keySet().iterator().next();
        for (CompletableFuture<Answer> one : asked) {
            assertEquals("pending", any.wait(one).code());
        }
    }

    /** What is reachable of each service's heap, in MiB. */
    /** The least of some readings: between a collection and its reading there is new garbage. */
    private Map<String, Double> liveMib() throws Exception {
        Map<String, Double> live = new LinkedHashMap<>();
        for (int i = 0; i < READINGS; i++) {
            live.merge("dm-service", liveMib("dm-service", hub.dmService()), Math::min);
            for (int edge = 1; edge <= TestHub.EDGES; edge++) {
                live.merge("edge-" + edge, liveMib("edge-" + edge, hub.edge(edge)), Math::min);
            }
        }
        return live;
    }

    private double liveMib(String part, URI at) throws Exception {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        Process collect = new ProcessBuilder(jcmd.toString(), Long.toString(hub.pid(part)), "GC.run")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertTrue(collect.waitFor(COLLECT_S_MAX, TimeUnit.SECONDS));
        assertEquals(0, collect.exitValue(), "jcmd");
        double mib = OwnService.metric(at, "jvm_memory_used_bytes", "area=\"heap\"") / MIB;
        return Math.round(mib * 10) / 10.0;
    }

    private void allIsThereInOrder(Witness writer) throws Exception {
        String peer = conversations.get(writer);
        Eventually.await(STORED_MAX, "all is stored", () -> {
            Answer last = writer.wait(writer.client().request(message(writer, ALL)));
            assertTrue(last.acknowledged(), last::toString);
            assertEquals(ALL + 1, last.ok().get("seq").asInt(), "in the order in which they were written");
            return true;
        });
        List<JsonNode> history = new DirectClient(peer).history(hub.dmService(), writer.user(), PAGE);
        assertEquals(
                IntStream.rangeClosed(1, ALL + 1).boxed().toList(),
                history.stream().map(message -> message.get("seq").asInt()).toList());
        assertEquals(
                IntStream.rangeClosed(0, ALL).mapToObj(Integer::toString).toList(),
                history.stream()
                        .map(message -> message.get("body").asText().split(" ", 2)[0])
                        .toList(),
                "each once, in its place");
    }
}
