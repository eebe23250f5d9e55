package io.danmaku.dm.conversation;

import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.log.DirectMessage;
import io.danmaku.protocol.log.DirectRecord;
import io.danmaku.protocol.room.Ids;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;

/** What a record may ask, and what it makes of its conversation. */
public final class Rules {
    /** Most characters of a text message. */
    public static final int TEXT_CHARS_MAX = 4_000;

    private static final String TEXT = "text";
    private static final int ID_BYTES = 16;

    private Rules() {}

    /** Why a record is refused, or null. The same for the API, which asks before it appends, and for the owner. */
    public static Refusal check(DirectRecord r) {
        if (!Ids.isTenant(r.tenant()) || !Ids.isUser(r.from())) {
            return Refusal.of(ErrorCode.BAD_FIELD, "tenant or sender is not an identifier");
        }
        if (!Ids.isUser(r.to())) {
            return Refusal.of(ErrorCode.BAD_FIELD, "the peer is not a user id");
        }
        if (r.from().equals(r.to())) {
            return Refusal.of(ErrorCode.BAD_FIELD, "nobody writes to oneself");
        }
        return switch (r.op()) {
            case SEND -> checkSend(r);
            case READ -> r.seq() < 1 ? Refusal.of(ErrorCode.BAD_FIELD, "seq is 1 or more") : null;
        };
    }

    private static Refusal checkSend(DirectRecord r) {
        if (!Ids.isCid(r.cid())) {
            return Refusal.of(ErrorCode.BAD_FIELD, "cid is 1..64 printable ASCII characters");
        }
        if (!TEXT.equals(r.kind())) {
            return Refusal.of(ErrorCode.UNSUPPORTED, "kind is text");
        }
        if (r.body() == null || r.body().isEmpty() || !wellFormed(r.body())) {
            return Refusal.of(ErrorCode.BAD_FIELD, "body is a text of 1.." + TEXT_CHARS_MAX + " characters");
        }
        if (r.body().length() > TEXT_CHARS_MAX) {
            return Refusal.of(ErrorCode.TOO_LONG, "body is longer than " + TEXT_CHARS_MAX + " characters");
        }
        return null;
    }

    /** Half a surrogate pair has no UTF-8 form: it could be neither logged nor stored as it came. */
    private static boolean wellFormed(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                return false;
            }
        }
        return true;
    }

    /** The id of the message that a SEND makes, however often it is sent. No field can hold the separator. */
    public static String messageId(DirectRecord r) {
        String what = String.join("\n", r.tenant(), r.from(), r.to(), r.cid());
        byte[] hash = sha256().digest(what.getBytes(StandardCharsets.UTF_8));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(hash, ID_BYTES));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** The message that a SEND makes in a conversation that stood at {@code before}. */
    public static StoredMessage message(LoggedRecord logged, Place before) {
        DirectRecord r = logged.record();
        ConversationKey key = ConversationKey.of(r);
        Place after = before.next(r.to().equals(key.low()));
        DirectMessage message =
                new DirectMessage(messageId(r), r.from(), r.to(), after.seq(), r.kind(), r.body(), logged.tsMs());
        return new StoredMessage(
                r.tenant(), message, logged.partition(), logged.index(), after.receivedBy(key, r.to()));
    }

    /** Whether a stored message is what this very record made, and not an earlier one with the same cid. */
    public static boolean madeBy(StoredMessage stored, LoggedRecord logged) {
        return stored.partition() == logged.partition() && stored.logIndex() == logged.index();
    }

    /** Up to where a READ goes: nobody has read what is not there yet. */
    public static long readUpTo(DirectRecord r, Place before) {
        return Math.min(r.seq(), before.seq());
    }
}
