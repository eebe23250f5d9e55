package io.danmaku.standalone.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PortsTest {
    private static final Ports PORTS = new Ports(List.of(1, 2, 3), 4, List.of(5), 6, 7, 8, 9, 10, 11);

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

    @Test
    void severalServicesOfAKindHaveNumbersAndOneDmServiceHasNone() {
        assertEquals(List.of("edge-1", "edge-2", "edge-3"), PORTS.edgeNames());
        assertEquals(List.of("dm-service"), PORTS.dmNames());
        Ports two = new Ports(List.of(1), 4, List.of(5, 12), 6, 7, 8, 9, 10, 11);
        assertEquals(List.of("edge-1"), two.edgeNames());
        assertEquals(List.of("dm-service-1", "dm-service-2"), two.dmNames());
        assertEquals(
                Map.of("--edge-port", List.of(1), "--room-port", List.of(4), "--more-dm-port", List.of(12)),
                two.services(List.of("dm-service-1")));
    }

    @Test
    void furtherPortsPassThoseOfOthers() {
        assertEquals(List.of(80, 83, 85), Ports.several(3, 80, 83, List.of(84)));
        assertEquals(List.of(83, 84), Ports.several(2, 83, 83, List.of()));
        List<Integer> tooFar = Ports.several(3, 80, 65_535, List.of());
        assertEquals(List.of(80, 65_535, 65_536), tooFar);
        assertEquals(
                List.of("--more-edges-port: 65536 is no port"),
                Ports.problems(Map.of("--more-edges-port", List.of(65_536))));
    }
}
