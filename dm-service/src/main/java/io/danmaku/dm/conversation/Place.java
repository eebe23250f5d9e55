package io.danmaku.dm.conversation;

/**
 * How far a conversation has come at some record of its log.
 *
 * @param seq number of its last message, 0 without one
 * @param receivedByLow how many of those messages the user with the lower id has received; the other one received the rest
 * @param notices how many of them the product has sent, in the name of either
 */
public record Place(long seq, long receivedByLow, long notices) {
    /** Before the first message. */
    public static final Place START = new Place(0, 0);

    /** Without notices. */
    public Place(long seq, long receivedByLow) {
        this(seq, receivedByLow, 0);
    }

    /** How many messages one side has received. */
    public long receivedBy(ConversationKey key, String user) {
        return user.equals(key.low()) ? receivedByLow : seq - receivedByLow;
    }

    /** After one more message. */
    Place next(boolean toLow, boolean notice) {
        return new Place(seq + 1, receivedByLow + (toLow ? 1 : 0), notices + (notice ? 1 : 0));
    }
}
