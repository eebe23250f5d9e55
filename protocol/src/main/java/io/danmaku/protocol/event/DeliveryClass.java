package io.danmaku.protocol.event;

import java.util.Locale;

/** How hard the hub tries to deliver an event; the promises stand in docs/protocol.md, "Delivery classes". */
public enum DeliveryClass {
    /** Ordered; sampled under overload, never late. */
    BEST_EFFORT(1),
    /** Ordered, no loss, no repeat; who was away resumes from an offset. */
    RELIABLE(2),
    /** Conflated by key: who lags gets the newest value of each key. */
    LATEST(3);

    private static final DeliveryClass[] ALL = values();
    private final int code;

    DeliveryClass(int code) {
        this.code = code;
    }

    /** The number that stands for it in records between nodes, 1..3. */
    public int code() {
        return code;
    }

    /** The class of a code. */
    public static DeliveryClass ofCode(int code) {
        return ALL[code - 1];
    }

    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The class of a wire name, or null. */
    public static DeliveryClass ofWireName(String name) {
        for (DeliveryClass c : ALL) {
            if (c.wireName().equals(name)) {
                return c;
            }
        }
        return null;
    }
}
