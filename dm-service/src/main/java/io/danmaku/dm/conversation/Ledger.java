package io.danmaku.dm.conversation;

import io.danmaku.dm.account.Relation;
import io.danmaku.dm.account.Writers;
import java.util.concurrent.CompletionStage;

/**
 * What the owner of a partition asks of storage. Every call may fail, and then may or may not have taken effect; every
 * write may be given again, and of two writes to one cell the one with the higher log index stays, whatever arrives last.
 * Completions may come on any thread.
 */
public interface Ledger {

    /** The message with this id, or null. */
    CompletionStage<StoredMessage> message(String tenant, String messageId);

    /** How far the conversation was before a record. */
    CompletionStage<Before> before(ConversationKey key, long logIndex);

    /** The sides' own marks, perhaps also what records after the one in work have set. */
    CompletionStage<Marks> marks(ConversationKey key);

    /** How many messages of the conversation {@code reader} had received up to message {@code seq}, which exists. */
    CompletionStage<Long> receivedUpTo(ConversationKey key, String reader, long seq);

    /** Who blocked whom before a record. */
    CompletionStage<Blocks> blocks(ConversationKey key, long logIndex);

    /** For how many seconds messages lived before a record, 0 = for ever. */
    CompletionStage<Long> expiry(ConversationKey key, long logIndex);

    /** Up to which message the conversation is cleared for a user, 0 = not at all. */
    CompletionStage<Long> clearedUpTo(ConversationKey key, String owner);

    /** How many bodies records before one gave a message, the first one counted, as far as {@code most}; 0 of one that was not edited or is recalled. */
    CompletionStage<Integer> versionsBefore(String tenant, String messageId, long logIndex, int most);

    /** What a user said of another one before a record of their conversation. */
    CompletionStage<Relation> relation(String tenant, String owner, String peer, long logIndex);

    /** Who may write to a user, as a partition knows it before a record. */
    CompletionStage<Writers> writers(String tenant, String owner, int partition, long logIndex);

    /** Writes all rows of a message. */
    CompletionStage<Void> store(StoredMessage message);

    /** Writes a mark, on the other side too if that is to know. */
    CompletionStage<Void> store(MarkUpTo mark);

    /** Writes what else has changed. */
    CompletionStage<Void> store(Change change);

    /** All records of the partition up to {@code logIndex} are written. */
    CompletionStage<Void> finished(int partition, long logIndex);

    /**
     * A conversation before a record.
     *
     * @param place with all messages whose log index is lower
     * @param laterRows whether it has messages with a higher log index
     */
    record Before(Place place, boolean laterRows) {}
}
