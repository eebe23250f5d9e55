package io.danmaku.protocol.event;

/** How hard the hub tries to deliver an event; the promises stand in docs/protocol.md, "Delivery classes". */
public enum DeliveryClass {
    /** Ordered; sampled under overload, never late. */
    BEST_EFFORT,
    /** Ordered, no loss, no repeat; who was away resumes from an offset. */
    RELIABLE,
    /** Conflated by key: who lags gets the newest value of each key. */
    LATEST
}
