package io.danmaku.room.room;

/** A room's epoch: its creation in Unix milliseconds, in base 36. Later rooms of one id have larger ones. */
final class Epoch {
    private static final int BASE = 36;

    private Epoch() {}

    static String of(long createdAtMs) {
        return Long.toString(createdAtMs, BASE);
    }

    /** A creation time that makes an epoch larger than a former one, even when the clock has gone back. */
    static long after(String former, long nowMs) {
        return Math.max(nowMs, Long.parseLong(former, BASE) + 1);
    }
}
