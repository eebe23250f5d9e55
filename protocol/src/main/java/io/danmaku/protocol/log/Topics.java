package io.danmaku.protocol.log;

import io.danmaku.protocol.room.Durability;
import io.danmaku.protocol.room.RoomKey;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/**
 * The names of all topics, and what decides which one is used. Names carry tenant and epoch, so that a re-created room
 * never reads an old one's log. The namespaces and their policies are set up by {@code node.pulsar}.
 */
public final class Topics {
    /** Pulsar tenant of the hub. */
    public static final String TENANT = "danmaku";

    /** Namespace of room logs. */
    public static final String ROOMS = TENANT + "/room";
    /** Namespace of what room-service decided: compacted, kept for ever. */
    public static final String STATE = TENANT + "/state";
    /** Namespace of who is where and how many: short-lived. */
    public static final String LIVE = TENANT + "/live";
    /** Namespace of direct messages on their way in: kept until written, for ever if need be. */
    public static final String DIRECT = TENANT + "/direct";
    /** Namespace of direct messages on their way out, one topic per node: gone with its node. */
    public static final String DELIVERY = TENANT + "/delivery";

    /** Namespace of what is told to products' backends: short-lived, but for what could not be told. */
    public static final String HOOKS = TENANT + "/hooks";

    /** Rooms are spread over so many state topics. Fixed: changing it would orphan state. */
    public static final int STATE_GROUPS = 16;
    /** Conversations are spread over so many partitions of the inbound topic. Fixed at install: sequence numbers hang on it. */
    public static final int DIRECT_PARTITIONS = 16;

    /** The one subscription of the inbound topic: what it has not acknowledged is not stored yet. */
    public static final String DIRECT_SUBSCRIPTION = "dm-service";

    private Topics() {}

    public static String room(RoomKey key, String epoch, Durability durability) {
        String domain = durability == Durability.LOGGED ? "persistent://" : "non-persistent://";
        return domain + ROOMS + "/" + key.tenant() + "." + key.room() + "." + epoch;
    }

    public static String state(int group) {
        return "persistent://" + STATE + "/rooms-" + group;
    }

    /** The state topic that a room's decisions go to, 0..{@link #STATE_GROUPS}-1: CRC-32 of {@code tenant/room}. */
    public static int stateGroup(RoomKey key) {
        CRC32 crc = new CRC32();
        crc.update(key.toString().getBytes(StandardCharsets.US_ASCII));
        return (int) (crc.getValue() % STATE_GROUPS);
    }

    /** Deltas, snapshots and leases of the edges; keyed by edge incarnation. */
    public static String membership() {
        return "persistent://" + LIVE + "/membership";
    }

    /** room-service asks edges for snapshots here. */
    public static String membershipRequests() {
        return "non-persistent://" + LIVE + "/membership-requests";
    }

    /** What edges see in rooms that may be a raid; whoever decides for the room listens. */
    public static String raidSigns() {
        return "non-persistent://" + LIVE + "/raid-signs";
    }

    /** Numbers of each room, keyed by room, compacted. */
    public static String stats() {
        return "persistent://" + LIVE + "/stats";
    }

    /** Partitioned, {@link #DIRECT_PARTITIONS}; keyed by conversation. */
    public static String directInbound() {
        return "persistent://" + DIRECT + "/inbound";
    }

    /**
     * The partition of the inbound topic that a conversation's records belong to. It is what a Pulsar producer with its
     * default settings makes of the key, so that every producer agrees.
     *
     * @param conversation see {@link DirectRecord#conversation()}
     */
    public static int directPartition(String conversation) {
        return (conversation.hashCode() & Integer.MAX_VALUE) % DIRECT_PARTITIONS;
    }

    /** One partition of the inbound topic, by its own name. */
    public static String directInbound(int partition) {
        return directInbound() + "-partition-" + partition;
    }

    /** Results and deliveries for one node, by its incarnation. */
    public static String delivery(String incarnation) {
        return "persistent://" + DELIVERY + "/" + incarnation;
    }

    /** Events on their way to webhooks: {@link HookRecord}s. */
    public static String hookOutbox() {
        return "persistent://" + HOOKS + "/outbox";
    }

    /** Those that were not taken, each until it is its time to be tried again. */
    public static String hookRetries() {
        return "persistent://" + HOOKS + "/retries";
    }

    /** Those that were tried for the last time. */
    public static String hookDead() {
        return "persistent://" + HOOKS + "/dead";
    }
}
