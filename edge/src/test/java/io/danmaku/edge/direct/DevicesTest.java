package io.danmaku.edge.direct;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

final class DevicesTest {
    private final Devices devices = new Devices(2);
    private final HeldDevice first = new HeldDevice("ann", "1");
    private final HeldDevice second = new HeldDevice("ann", "2");

    @Test
    void aUserHasAllDevicesThatCameAndDidNotGo() {
        assertTrue(devices.add(first));
        assertTrue(devices.add(second));
        assertEquals(List.of(first, second), devices.of("default", "ann"));
        assertTrue(devices.remove(first));
        assertFalse(devices.remove(first));
        assertEquals(List.of(second), devices.of("default", "ann"));
        assertEquals(List.of(), devices.of("other", "ann"));
    }

    @Test
    void withItsLastDeviceAUserIsForgotten() {
        devices.add(first);
        devices.remove(first);
        assertEquals(0, devices.users());
    }

    @Test
    void aUserHasNoMoreDevicesThanTheBound() {
        devices.add(first);
        devices.add(second);
        HeldDevice third = new HeldDevice("ann", "3");
        assertFalse(devices.add(third));
        assertFalse(devices.contains(third));
        assertFalse(devices.remove(third));
        assertEquals(2, devices.of("default", "ann").size());
    }
}
