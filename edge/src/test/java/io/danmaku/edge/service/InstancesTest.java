package io.danmaku.edge.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.node.config.ConfigurationException;
import io.danmaku.node.config.Settings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class InstancesTest {
    private static final URI A = URI.create("http://127.0.0.1:1");
    private static final URI B = URI.create("http://127.0.0.1:2");
    private static final URI C = URI.create("http://127.0.0.1:3");

    private final Set<URI> away = new HashSet<>();
    private final List<URI> asked = new ArrayList<>();

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private long nowMs;

    private Instances instances(URI... addresses) {
        return new Instances("dm-service", List.of(addresses), registry, () -> TimeUnit.MILLISECONDS.toNanos(nowMs));
    }

    @Test
    void oneIsAskedUntilItFailsAndThenTheNextOne() {
        Instances instances = instances(A, B);
        assertEquals(A, ask(instances).result());
        away.add(A);
        assertEquals(B, ask(instances).result());
        away.clear();
        assertEquals(B, ask(instances).result());
        away.add(B);
        assertEquals(A, ask(instances).result());
        assertEquals(List.of(A, A, B, B, B, A), asked);
    }

    @Test
    void twoAreAskedAtMostAndWhoComesNextAsksTheThird() {
        Instances instances = instances(A, B, C);
        away.addAll(Set.of(A, B));
        assertTrue(ask(instances).failed());
        assertEquals(C, ask(instances).result());
        assertEquals(List.of(A, B, C), asked);
    }

    @Test
    void theFirstOneIsAskedAgainSomeTimeAfterItWasLeft() {
        Instances instances = instances(A, B);
        away.add(A);
        assertEquals(B, ask(instances).result());
        away.clear();
        nowMs += Instances.BACK_AFTER_MS;
        assertEquals(B, ask(instances).result());
        nowMs++;
        assertEquals(A, ask(instances).result());
        assertEquals(
                1,
                registry.counter("danmaku.service.left", "service", "dm-service")
                        .count());
    }

    @Test
    void whatMayHaveBeenDoneIsAskedOfNobodyElse() {
        Instances instances = instances(A, B);
        away.add(A);
        Future<URI> asking = instances.ask(this::answer, lost -> false);
        assertTrue(asking.failed());
        assertEquals(List.of(A), asked);
        assertEquals(B, ask(instances).result());
    }

    @Test
    void leavingOneThatIsNotAskedChangesNothing() {
        Instances instances = instances(A, B, C);
        instances.leave(C, "test");
        instances.leave(B, "test");
        assertEquals(A, ask(instances).result());
        instances.leave(A, "test");
        instances.leave(A, "test");
        assertEquals(B, ask(instances).result());
    }

    @Test
    void aSingleOneIsAskedOnceAndAgainByWhoComesNext() {
        Instances instances = instances(A);
        away.add(A);
        assertTrue(ask(instances).failed());
        away.clear();
        assertEquals(A, ask(instances).result());
        assertEquals(List.of(A, A), asked);
    }

    @Test
    void addressesAreReadWithTheirPorts() {
        assertEquals(
                List.of(URI.create("http://a.example:8082"), URI.create("http://10.0.0.7:80")),
                read("\"http://a.example:8082/, http://10.0.0.7\""));
        assertEquals(List.of(URI.create("http://[::1]:8082")), read("[\"http://[::1]:8082\"]"));
    }

    @Test
    void whatIsNoAddressStopsTheStartWithTheKeysName() {
        for (String bad : List.of(
                "\"\"",
                "\",\"",
                "\"dm.example:8082\"",
                "\"https://dm.example:8082\"",
                "\"http://dm.example:8082/api\"",
                "\"http://dm.example:8082?x=1\"",
                "\"http://who@dm.example:8082\"",
                "\"http://dm.example:70000\"",
                "\"http://dm_1.example:8082\"",
                "\"http://a b:1\"",
                "\"" + "http://a:1,".repeat(17) + "\"")) {
            ConfigurationException stops = assertThrows(ConfigurationException.class, () -> read(bad), bad);
            assertTrue(stops.getMessage().startsWith("dmService.url: "), stops.getMessage());
        }
    }

    private static List<URI> read(String value) {
        return Instances.read(Settings.parse("dmService.url = " + value), "dmService.url");
    }

    private Future<URI> ask(Instances instances) {
        return instances.ask(this::answer, lost -> true);
    }

    private Future<URI> answer(URI instance) {
        asked.add(instance);
        return away.contains(instance) ? Future.failedFuture("away") : Future.succeededFuture(instance);
    }
}
