package io.danmaku.protocol.event;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The closed list of events a room can carry. The code travels between nodes ({@code RoomRecord}): a new type takes
 * the next one, and none is ever used again.
 */
public enum EventType {
    CHAT(0, "chat", DeliveryClass.BEST_EFFORT),
    LIKE(1, "like", DeliveryClass.BEST_EFFORT),
    ENTER(2, "enter", DeliveryClass.BEST_EFFORT),
    GIFT(3, "gift", DeliveryClass.RELIABLE),
    SUPERCHAT(4, "superchat", DeliveryClass.RELIABLE),
    ANNOUNCE(5, "announce", DeliveryClass.RELIABLE),
    PIN(6, "pin", DeliveryClass.RELIABLE),
    DELETED(7, "deleted", DeliveryClass.RELIABLE),
    POLICY(8, "policy", DeliveryClass.RELIABLE),
    SANCTION(9, "sanction", DeliveryClass.RELIABLE),
    STATE(10, "state", DeliveryClass.LATEST),
    APP(11, "app", DeliveryClass.RELIABLE);

    private static final EventType[] BY_CODE = values();
    private static final Map<String, EventType> BY_WIRE_NAME =
            Stream.of(BY_CODE).collect(Collectors.toUnmodifiableMap(EventType::wireName, Function.identity()));

    private final byte code;
    private final String wireName;
    private final DeliveryClass deliveryClass;

    EventType(int code, String wireName, DeliveryClass deliveryClass) {
        this.code = (byte) code;
        this.wireName = wireName;
        this.deliveryClass = deliveryClass;
    }

    /** The {@code t} of the event in JSON. */
    public String wireName() {
        return wireName;
    }

    /** The class of an event of this type; of {@code app} where the room's policy declares no kinds: ask the record. */
    public DeliveryClass deliveryClass() {
        return deliveryClass;
    }

    /** The number that stands for this type in records between nodes, 0..127. */
    public byte code() {
        return code;
    }

    /** The type of a code, or null when this version does not know it (a newer node wrote it). */
    public static EventType ofCode(byte code) {
        return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
    }

    /** The type of a JSON {@code t}, or null when there is none. */
    public static EventType ofWireName(String name) {
        return BY_WIRE_NAME.get(name);
    }
}
