package io.danmaku.dm.conversation;

/** Up to which message each side of a conversation has read, 0 = none. */
public record ReadMarks(long low, long high) {
    public static final ReadMarks NONE = new ReadMarks(0, 0);

    public long of(ConversationKey key, String reader) {
        return reader.equals(key.low()) ? low : high;
    }

    /** With one side's mark at {@code seq} if that is further. */
    public ReadMarks raise(ConversationKey key, String reader, long seq) {
        return reader.equals(key.low())
                ? new ReadMarks(Math.max(low, seq), high)
                : new ReadMarks(low, Math.max(high, seq));
    }
}
