package io.danmaku.edge.policy;

import io.danmaku.node.address.Address;
import io.danmaku.protocol.log.StateKeys;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.room.RoomState;
import io.danmaku.protocol.room.Sanction;
import io.danmaku.protocol.token.Claims;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * All sanctions, and who of those who are here they are about. What is about users in one room is found by its key. Of devices, of addresses
 * and of all rooms of an owner there is an index by place: most places have none, and there nothing is looked for. Read by any thread; what
 * concerns one place is written by one thread.
 */
final class SanctionTable {
    /** By state key: a room can have many, and a gate asks for one. */
    private final Map<String, Sanction> byKey = new ConcurrentHashMap<>();

    private final Map<RoomKey, Place> rooms = new ConcurrentHashMap<>();
    /** By tenant and owner. */
    private final Map<String, Map<String, Place>> owners = new ConcurrentHashMap<>();

    /** What is in force in one room of devices and addresses, or for all rooms of an owner of anybody. */
    private static final class Place {
        private static final Spoken[] NONE = {};

        /** Of users and devices. */
        private final Map<String, Sanction> named = new ConcurrentHashMap<>();
        /** Of addresses; another array with each change. */
        private volatile Spoken[] ranges = NONE;

        private static String name(String target, Sanction.Kind kind) {
            return target + "/" + kind.wireName();
        }

        void put(Sanction sanction) {
            if (sanction.address() == null) {
                named.put(name(sanction.target(), sanction.kind()), sanction);
            } else {
                Spoken[] others = without(sanction);
                Spoken[] all = Arrays.copyOf(others, others.length + 1);
                all[others.length] = Spoken.of(sanction);
                ranges = all;
            }
        }

        void remove(Sanction sanction) {
            if (sanction.address() == null) {
                named.remove(name(sanction.target(), sanction.kind()));
            } else {
                ranges = without(sanction);
            }
        }

        private Spoken[] without(Sanction sanction) {
            return Arrays.stream(ranges)
                    .filter(other -> other.sanction().kind() != sanction.kind()
                            || !other.sanction().address().equals(sanction.address()))
                    .toArray(Spoken[]::new);
        }

        boolean isEmpty() {
            return named.isEmpty() && ranges.length == 0;
        }

        /** The one of a kind about a user or a device that holds, or null. */
        Sanction named(String target, Sanction.Kind kind, RoomState room, long nowMs) {
            return named.isEmpty() ? null : holding(named.get(name(target, kind)), room, nowMs);
        }

        /** Of those of a kind about a device or an address the one that ends last, or null. */
        Sanction elsewise(Claims claims, Address address, Sanction.Kind kind, RoomState room, long nowMs) {
            Sanction found = claims.account().device().isEmpty()
                    ? null
                    : named(Sanction.ofDevice(claims.account().device()), kind, room, nowMs);
            if (address == null) {
                return found;
            }
            for (Spoken spoken : ranges) {
                if (spoken.sanction().kind() == kind && spoken.range().contains(address)) {
                    found = later(found, holding(spoken.sanction(), room, nowMs));
                }
            }
            return found;
        }
    }

    /** @param sanction null when the record is gone */
    void take(String key, Sanction sanction) {
        Sanction before = sanction == null ? byKey.remove(key) : byKey.put(key, sanction);
        if (sanction != null && sanction.untilMs() > 0) {
            // in the place of the one before, so that there is no moment without
            index(sanction, true);
        } else if (before != null) {
            // a lifted one stays as a record for a while: in the index it would only cost
            index(before, false);
        }
    }

    private void index(Sanction sanction, boolean in) {
        RoomKey key = sanction.room();
        if (key.namesOwner()) {
            owners.computeIfAbsent(key.tenant(), tenant -> new ConcurrentHashMap<>())
                    .compute(key.owner(), (owner, place) -> changed(place, sanction, in));
        } else if (sanction.user() == null) {
            rooms.compute(key, (room, place) -> changed(place, sanction, in));
        }
    }

    /** @return null when there is nothing left in it */
    private static Place changed(Place known, Sanction sanction, boolean in) {
        Place place = known == null ? new Place() : known;
        if (in) {
            place.put(sanction);
        } else {
            place.remove(sanction);
        }
        return place.isEmpty() ? null : place;
    }

    /**
     * The sanction of a kind that holds for somebody in a room now, or null; of several the one that ends last.
     *
     * @param address null = not known
     * @param alone whether only what is about the user counts
     */
    Sanction find(RoomState room, Claims claims, Address address, boolean alone, Sanction.Kind kind, long nowMs) {
        Sanction found = ofUser(room, claims.user(), kind, nowMs);
        if (alone) {
            return found;
        }
        Place here = rooms.get(room.key());
        if (here != null) {
            found = later(found, here.elsewise(claims, address, kind, room, nowMs));
        }
        Place everywhere = everywhere(room);
        return everywhere == null ? found : later(found, everywhere.elsewise(claims, address, kind, room, nowMs));
    }

    /** The one about a user that holds in a room now, wherever the user is connected from, or null. */
    Sanction ofUser(RoomState room, String user, Sanction.Kind kind, long nowMs) {
        Sanction found = holding(byKey.get(StateKeys.sanction(room.key(), user, kind)), room, nowMs);
        Place everywhere = everywhere(room);
        return everywhere == null ? found : later(found, everywhere.named(user, kind, room, nowMs));
    }

    /** What holds in all rooms of a room's owner, or null. */
    private Place everywhere(RoomState room) {
        Map<String, Place> owned = owners.get(room.key().tenant());
        return owned == null ? null : owned.get(room.owner());
    }

    private static Sanction holding(Sanction sanction, RoomState room, long nowMs) {
        return sanction != null && sanction.holds(room, nowMs) ? sanction : null;
    }

    private static Sanction later(Sanction one, Sanction other) {
        return one == null || (other != null && other.untilMs() > one.untilMs()) ? other : one;
    }
}
