package io.danmaku.dm.conversation;

import io.danmaku.protocol.log.DirectMessage;

/**
 * A message with everything that its rows are made of: all of them can be written again from its content.
 *
 * @param partition of the inbound log
 * @param logIndex of the record in that partition
 * @param receivedByRecipient messages that the recipient has received in this conversation, this one included
 * @param notices those of the conversation that the product has sent, this one included
 */
public record StoredMessage(
        String tenant, DirectMessage message, int partition, long logIndex, long receivedByRecipient, long notices) {

    /** In a conversation without notices. */
    public StoredMessage(String tenant, DirectMessage message, int partition, long logIndex, long receivedByRecipient) {
        this(tenant, message, partition, logIndex, receivedByRecipient, 0);
    }

    /** Whoever did not receive a message sent it, so both sides' counts add up to the number of messages. */
    public long receivedBySender() {
        return message.seq() - receivedByRecipient;
    }

    /** Whether it was recalled by a record before one of the same log. */
    public boolean goneBefore(long otherIndex) {
        // nothing changes a message behind its recall
        return message.revision().recalled() && message.revision().number() <= otherIndex;
    }

    public ConversationKey conversation() {
        return ConversationKey.of(tenant, message.from(), message.to());
    }

    /** How far the conversation is with this message. */
    public Place place() {
        boolean toLow = message.to().equals(conversation().low());
        return new Place(message.seq(), toLow ? receivedByRecipient : receivedBySender(), notices);
    }
}
