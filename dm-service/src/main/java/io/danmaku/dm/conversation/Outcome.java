package io.danmaku.dm.conversation;

import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.log.DirectMessage;

/** What has become of a record. Told only after all that it changes is written. */
public sealed interface Outcome {

    /** A message is stored: to be acknowledged and shown. Told again when its record is handled again. */
    record Stored(DirectMessage message) implements Outcome {}

    /** The record repeats an earlier one: to be acknowledged with the first one's result, and not shown again. */
    record Repeat(DirectMessage first) implements Outcome {}

    /**
     * Somebody has read, or got, messages.
     *
     * @param seq up to where, after this record
     * @param moved whether this record has moved the mark: the user's devices are to be told
     * @param toPeer whether those of the other side are, too
     */
    record Marked(long seq, boolean moved, boolean toPeer) implements Outcome {}

    /** A message has changed: both are to be shown its newest form. */
    record Changed(DirectMessage message) implements Outcome {}

    /**
     * Something else has changed.
     *
     * @param told as the devices of who asked are told it
     * @param toldOther as those of the other side are; null = they are not
     */
    record Noted(String told, String toldOther) implements Outcome {
        /** For who asked only. */
        public Noted(String told) {
            this(told, null);
        }
    }

    /**
     * Who may write to who asked is written in this partition.
     *
     * @param writers what holds here now: {@link io.danmaku.dm.account.Writers#text()}
     */
    record Settled(String writers) implements Outcome {}

    /** Nothing was written, and nothing will be. */
    record Refused(Refusal refusal) implements Outcome {}
}
