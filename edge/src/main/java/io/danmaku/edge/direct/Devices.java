package io.danmaku.edge.direct;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/** The devices on this edge by user. Any thread. */
final class Devices {
    private record User(String tenant, String id) {}

    private final int perUserMax;
    private final ConcurrentHashMap<User, List<Device>> byUser = new ConcurrentHashMap<>();

    Devices(int perUserMax) {
        this.perUserMax = perUserMax;
    }

    /** Enters a device; false when its user has too many here. */
    boolean add(Device device) {
        List<Device> now = byUser.compute(key(device), (user, devices) -> {
            if (devices == null) {
                return List.of(device);
            }
            if (devices.size() >= perUserMax) {
                return devices;
            }
            // copied, so that a push walks a list that stays: users have few devices
            List<Device> more = new ArrayList<>(devices.size() + 1);
            more.addAll(devices);
            more.add(device);
            return List.copyOf(more);
        });
        return now.contains(device);
    }

    /** Takes a device out; false when it is not there. */
    boolean remove(Device device) {
        boolean[] found = new boolean[1];
        byUser.computeIfPresent(key(device), (user, devices) -> {
            List<Device> rest = devices.stream().filter(d -> d != device).toList();
            found[0] = rest.size() < devices.size();
            return rest.isEmpty() ? null : rest;
        });
        return found[0];
    }

    boolean contains(Device device) {
        return of(device.tenant(), device.user()).contains(device);
    }

    /** A user's devices here. */
    List<Device> of(String tenant, String user) {
        return byUser.getOrDefault(new User(tenant, user), List.of());
    }

    /** All, by user; what changes meanwhile may be in it or not. */
    Iterator<List<Device>> all() {
        return byUser.values().iterator();
    }

    int users() {
        return byUser.size();
    }

    private static User key(Device device) {
        return new User(device.tenant(), device.user());
    }
}
