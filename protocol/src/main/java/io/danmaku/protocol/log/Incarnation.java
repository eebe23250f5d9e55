package io.danmaku.protocol.log;

import java.security.SecureRandom;

/**
 * One life of one process. A restarted node is another incarnation, so that nothing meant for the old one (results,
 * leases) reaches the new one.
 */
public record Incarnation(long number) {
    private static final SecureRandom RANDOM = new SecureRandom();

    /** A new one; 63 random bits, never 0 (0 stands for "no node" in records). */
    public static Incarnation create() {
        return new Incarnation(1 + (RANDOM.nextLong() >>> 1) % (Long.MAX_VALUE - 1));
    }

    /** The incarnation of a text made by {@link #toString()}. */
    public static Incarnation parse(String text) {
        return new Incarnation(Long.parseUnsignedLong(text, 36));
    }

    /** Base 36: fit for topic names and keys. */
    @Override
    public String toString() {
        return Long.toUnsignedString(number, 36);
    }
}
