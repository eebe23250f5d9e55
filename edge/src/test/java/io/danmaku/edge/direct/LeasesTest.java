package io.danmaku.edge.direct;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.node.redis.Directory;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class LeasesTest {
    private final Devices devices = new Devices(10);
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final List<List<Directory.Session>> renewed = new ArrayList<>();
    private final List<Directory.Session> removed = new ArrayList<>();
    private boolean redisThere = true;
    private Promise<Set<Directory.Session>> answer;
    private final Leases leases = new Leases(
            devices,
            tasks::add,
            () -> redisThere,
            sessions -> {
                renewed.add(sessions);
                answer = Promise.promise();
                return answer.future();
            },
            session -> {
                removed.add(session);
                return Future.succeededFuture();
            });

    @Test
    void aDeviceIsEnteredAtOnceAndRemovedAtOnce() {
        leases.turn(0);
        HeldDevice ann = come("ann", "a1");
        run();
        assertEquals(List.of(List.of(session(ann))), renewed);
        devices.remove(ann);
        leases.changed(ann);
        answered();
        assertEquals(List.of(session(ann)), removed);
    }

    @Test
    void allAreRenewedOnceAnInterval() {
        HeldDevice ann = come("ann", "a1");
        leases.turn(0);
        answered();
        renewed.clear();
        leases.turn(Directory.RENEW_INTERVAL_MS - 1);
        assertEquals(List.of(), renewed);
        leases.turn(Directory.RENEW_INTERVAL_MS);
        assertEquals(List.of(List.of(session(ann))), renewed);
    }

    @Test
    void manyAreRenewedInBatchesOneAfterTheOther() {
        leases.turn(0);
        for (int i = 0; i < Leases.BATCH_MAX * 2 + 1; i++) {
            devices.add(new HeldDevice("u" + i, "s"));
        }
        leases.turn(Directory.RENEW_INTERVAL_MS);
        assertEquals(1, renewed.size());
        leases.turn(Directory.RENEW_INTERVAL_MS + 1);
        assertEquals(1, renewed.size());
        answered();
        answered();
        assertEquals(
                List.of(Leases.BATCH_MAX, Leases.BATCH_MAX, 1),
                renewed.stream().map(List::size).toList());
    }

    @Test
    void whenRedisIsBackAllAreEnteredAgain() {
        leases.turn(0);
        redisThere = false;
        leases.turn(1);
        come("ann", "a1");
        run();
        leases.turn(2);
        assertEquals(List.of(), renewed);
        redisThere = true;
        leases.turn(3);
        assertEquals(1, renewed.size());
    }

    @Test
    void whoIsNotThereAnyMoreWhenItIsRenewedMayHaveMissedPushes() {
        HeldDevice ann = come("ann", "a1");
        HeldDevice bob = come("bob", "b1");
        leases.turn(0);
        answered(ann, bob);
        ann.hasMissed = false;
        bob.hasMissed = false;
        leases.turn(Directory.RENEW_INTERVAL_MS);
        assertFalse(bob.hasMissed, "not before it is there again");
        answered(bob);
        assertTrue(bob.hasMissed);
        assertFalse(ann.hasMissed);
    }

    @Test
    void whoComesHasMissedNothing() {
        leases.turn(0);
        HeldDevice ann = come("ann", "a1");
        run();
        answered(ann);
        assertFalse(ann.hasMissed);
    }

    @Test
    void allMayHaveMissedPushesWhileRedisWasAway() {
        HeldDevice ann = come("ann", "a1");
        leases.turn(0);
        answered(ann);
        ann.hasMissed = false;
        redisThere = false;
        leases.turn(1);
        redisThere = true;
        leases.turn(2);
        assertTrue(ann.hasMissed, "its lease may have lived on, and nobody could read it");
        ann.hasMissed = false;
        answered();
        leases.turn(2 + Directory.RENEW_INTERVAL_MS);
        answered();
        assertFalse(ann.hasMissed);
    }

    @Test
    void whoIsEnteredLongAfterItCameMayHaveMissedPushes() {
        come("ann", "a1");
        leases.turn(0);
        HeldDevice bob = come("bob", "b1");
        leases.turn(Leases.LATE_MS + 1);
        answered();
        answered(bob);
        assertTrue(bob.hasMissed);
        HeldDevice eve = come("eve", "e1");
        run();
        answered(eve);
        assertFalse(eve.hasMissed);
    }

    @Test
    void aFailureIsCountedAndTheNextRoundTriesAgain() {
        come("ann", "a1");
        leases.turn(0);
        answer.fail("away");
        run();
        assertEquals(1, leases.failures());
        leases.turn(Directory.RENEW_INTERVAL_MS);
        assertEquals(2, renewed.size());
    }

    @Test
    void manyChangesWakeTheThreadOnce() {
        leases.turn(0);
        come("ann", "a1");
        come("bob", "b1");
        assertEquals(1, tasks.size());
        run();
        assertEquals(2, renewed.get(0).size());
        assertTrue(tasks.isEmpty());
    }

    private HeldDevice come(String user, String session) {
        HeldDevice device = new HeldDevice(user, session);
        devices.add(device);
        leases.changed(device);
        return device;
    }

    private void answered(HeldDevice... entered) {
        answer.complete(Arrays.stream(entered).map(LeasesTest::session).collect(Collectors.toSet()));
        run();
    }

    private void run() {
        while (!tasks.isEmpty()) {
            tasks.remove().run();
        }
    }

    private static Directory.Session session(HeldDevice device) {
        return new Directory.Session(device.tenant(), device.user(), device.session());
    }
}
