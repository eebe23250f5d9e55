package io.danmaku.protocol.log;

/**
 * What has become of a message since it was sent.
 *
 * @param number grows with every change of the message: the log index of the newest; 0 = none
 * @param editedMs broker's time of the newest edit, 0 = none
 * @param recalledMs broker's time at which it was taken back, 0 = it was not; nothing changes it after that
 * @param bySender what the sender has set as a sign at it, empty = nothing
 * @param byRecipient the same of the recipient
 * @param relayedMs when its body went because all devices had it, 0 = it did not; not of the log, and no change
 */
public record Revision(
        long number, long editedMs, long recalledMs, String bySender, String byRecipient, long relayedMs) {
    /** As it was sent. */
    public static final Revision NONE = new Revision(0, 0, 0, "", "");

    public Revision {
        bySender = bySender == null ? "" : bySender;
        byRecipient = byRecipient == null ? "" : byRecipient;
    }

    /** Of one whose body did not go before its time. */
    public Revision(long number, long editedMs, long recalledMs, String bySender, String byRecipient) {
        this(number, editedMs, recalledMs, bySender, byRecipient, 0);
    }

    public boolean recalled() {
        return recalledMs > 0;
    }

    /** After an edit. */
    public Revision edited(long byNumber, long atMs) {
        return new Revision(byNumber, atMs, recalledMs, bySender, byRecipient);
    }

    /** After it was taken back. */
    public Revision recalled(long byNumber, long atMs) {
        return new Revision(byNumber, editedMs, atMs, "", "", relayedMs);
    }

    /** After one side has set or (empty) taken away its sign. */
    public Revision reacted(long byNumber, boolean sender, String sign) {
        return new Revision(
                byNumber, editedMs, recalledMs, sender ? sign : bySender, sender ? byRecipient : sign, relayedMs);
    }
}
