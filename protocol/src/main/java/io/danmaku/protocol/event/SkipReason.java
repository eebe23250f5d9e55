package io.danmaku.protocol.event;

/** The closed list of reasons for which an offset of a batch carries no event; counted in the batch's {@code skipped}. */
public enum SkipReason {
    SAMPLED(0, "sampled"),
    SLOW(1, "slow"),
    FILTERED(2, "filtered"),
    REPEAT(3, "repeat"),
    CONFLATED(4, "conflated"),
    DELETED(5, "deleted"),
    SHED(6, "shed");

    private static final SkipReason[] BY_CODE = values();
    private final byte code;
    private final String wireName;

    SkipReason(int code, String wireName) {
        this.code = (byte) code;
        this.wireName = wireName;
    }

    public String wireName() {
        return wireName;
    }

    /** A small number for tables, 0..{@link #count()}-1. */
    public byte code() {
        return code;
    }

    /** How many reasons there are: the length of a table indexed by {@link #code()}. */
    public static int count() {
        return BY_CODE.length;
    }

    public static SkipReason ofCode(int code) {
        return BY_CODE[code];
    }
}
