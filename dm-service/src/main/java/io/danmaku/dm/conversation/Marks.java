package io.danmaku.dm.conversation;

/** How far the two sides of a conversation have said that they are. What the other one was told of it may be less. */
public record Marks(Side low, Side high) {
    public static final Marks NONE = new Marks(Side.NONE, Side.NONE);

    /**
     * A mark.
     *
     * @param seq up to which message, 0 = none
     * @param setBy log index of the record that set it, -1 = none
     */
    public record Mark(long seq, long setBy) {
        public static final Mark NONE = new Mark(0, -1);
    }

    /** One side: what it has read, and what its devices have got besides. */
    public record Side(Mark read, Mark delivered) {
        public static final Side NONE = new Side(Mark.NONE, Mark.NONE);

        /** Up to where it is read, or delivered; what is read is delivered. */
        public long seq(boolean ofRead) {
            return ofRead ? read.seq : Math.max(read.seq, delivered.seq);
        }

        /**
         * Whether a record moves a mark. The one that has set it does so whenever it is handled: of its rows only some may be there. One that asks
         * for where the mark was already does not.
         */
        public boolean isMoved(boolean ofRead, long seq, long logIndex) {
            Mark own = ofRead ? read : delivered;
            return seq > seq(ofRead) || (seq == own.seq && logIndex == own.setBy);
        }

        /** With one mark where a record has put it. */
        public Side with(boolean ofRead, Mark mark) {
            return ofRead ? new Side(mark, delivered) : new Side(read, mark);
        }
    }

    public Side of(ConversationKey key, String user) {
        return user.equals(key.low()) ? low : high;
    }

    /** With another side of one user. */
    public Marks with(ConversationKey key, String user, Side side) {
        return user.equals(key.low()) ? new Marks(side, high) : new Marks(low, side);
    }
}
