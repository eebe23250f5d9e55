package io.danmaku.dm.store;

/** Into which partitions of a table rows are cut. Fixed: changing a width would lose the rows that are there. */
final class Buckets {
    /** Messages of one side of a conversation in one bucket: about 1 MB. */
    static final long MESSAGES = 10_000;
    /** Indexes of one partition of the log in one bucket of an owner's log. */
    static final long LOG_INDEXES = 1 << 20;
    /** Indexes of one partition of the log in one cell of marks: as many rows of an owner it has at most. */
    static final long MARKS = 1 << 10;

    private Buckets() {}

    static long ofMessage(long seq) {
        return (seq - 1) / MESSAGES;
    }

    static long ofLog(long logIndex) {
        return logIndex / LOG_INDEXES;
    }

    static long ofMark(long logIndex) {
        return logIndex / MARKS;
    }
}
