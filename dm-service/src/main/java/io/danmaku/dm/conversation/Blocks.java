package io.danmaku.dm.conversation;

/** Who of the two of a conversation lets nothing come from the other one. */
public record Blocks(boolean lowBlocks, boolean highBlocks) {

    /** Whether this user blocks the other one. */
    public boolean by(ConversationKey key, String user) {
        return user.equals(key.low()) ? lowBlocks : highBlocks;
    }

    /** After this user has blocked the other one, or not any more. */
    public Blocks with(ConversationKey key, String user, boolean blocked) {
        return user.equals(key.low()) ? new Blocks(blocked, highBlocks) : new Blocks(lowBlocks, blocked);
    }
}
