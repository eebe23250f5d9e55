package io.danmaku.standalone.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PortsTest {
    private static final Ports PORTS = new Ports(List.of(1, 2, 3), 4, 5, 6, 7, 8, 9, 10, 11);

    @Test
    void theServicesWantOnePortEach() {
        assertEquals(
                Map.of(
                        "--edge-port", List.of(1),
                        "--more-edges-port", List.of(2, 3),
                        "--room-port", List.of(4),
                        "--dm-port", List.of(5)),
                PORTS.services());
    }

    @Test
    void whoRunsElsewhereWantsNoPortHere() {
        assertEquals(
                Map.of("--more-edges-port", List.of(3), "--dm-port", List.of(5)),
                PORTS.services(List.of("room-service", "edge-1", "edge-2")));
        assertEquals(
                Map.of("--edge-port", List.of(1), "--room-port", List.of(4)),
                PORTS.services(List.of("dm-service", "edge-2", "edge-3")));
    }
}
