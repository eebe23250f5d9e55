package io.danmaku.dm.conversation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.dm.account.Writers;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.json.DirectBody;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.json.OwnFields;
import io.danmaku.protocol.log.DirectMessage;
import io.danmaku.protocol.log.DirectRecord;
import io.danmaku.protocol.log.Revision;
import io.danmaku.protocol.room.Ids;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;

/** What a record may ask, and what it makes of its conversation. */
public final class Rules {
    /** Bodies of a message that are kept and told, the first one counted. */
    public static final int VERSIONS_MAX = 200;

    /** Most characters of a sign at a message. */
    private static final int SIGN_CHARS_MAX = 32;

    private static final String NO_EXPIRY =
            "seconds is 0 or " + OwnFields.EXPIRY_SECONDS_MIN + ".." + OwnFields.EXPIRY_SECONDS_MAX;
    private static final String TEXT = "text";
    private static final String CUSTOM = "custom";
    private static final int ID_BYTES = 16;
    private static final long SECOND_MS = 1_000;

    private Rules() {}

    /** Why a record is refused, or null. The same for the API, which asks before it appends, and for the owner. */
    public static Refusal check(DirectRecord r) {
        if (!Ids.isTenant(r.tenant()) || !Ids.isUser(r.from())) {
            return Refusal.of(ErrorCode.BAD_FIELD, "tenant or sender is not an identifier");
        }
        if (r.op() == DirectRecord.Op.SETTINGS) {
            return checkSettings(r);
        }
        if (!Ids.isUser(r.to())) {
            return Refusal.of(ErrorCode.BAD_FIELD, "the peer is not a user id");
        }
        if (r.from().equals(r.to())) {
            return Refusal.of(ErrorCode.BAD_FIELD, "nobody writes to oneself");
        }
        return switch (r.op()) {
            case SEND -> checkSend(r);
            case ASK -> checkCid(r);
            case READ, DELIVERED, CLEAR -> r.seq() < 1 ? Refusal.of(ErrorCode.BAD_FIELD, "seq is 1 or more") : null;
            case EDIT, RECALL, REACT, HIDE -> checkChange(r);
            case BLOCK, UNBLOCK, SETTINGS -> null;
            case RELATE -> checkOwn(OwnFields.RELATION, own(r));
            case EXPIRE -> OwnFields.isExpiry(r.seq()) ? null : Refusal.of(ErrorCode.BAD_FIELD, NO_EXPIRY);
        };
    }

    private static Refusal checkCid(DirectRecord r) {
        return Ids.isCid(r.cid()) ? null : Refusal.of(ErrorCode.BAD_FIELD, "cid is 1..64 printable ASCII characters");
    }

    private static Refusal checkSend(DirectRecord r) {
        Refusal refusal = checkCid(r);
        if (refusal != null) {
            return refusal;
        }
        if (!r.mid().isEmpty() && !Ids.isMessage(r.mid())) {
            return Refusal.of(ErrorCode.BAD_FIELD, "reply is the mid of a message");
        }
        return checkContent(r.kind(), r.body());
    }

    /** Why nobody can send this, or null. */
    public static Refusal checkContent(String kind, String body) {
        if (!DirectBody.isKind(kind)) {
            return Refusal.of(ErrorCode.UNSUPPORTED, "there is no kind of message by this name");
        }
        return checkBody(kind, body);
    }

    private static Refusal checkBody(String kind, String body) {
        String fault = DirectBody.fault(kind, body);
        if (fault != null) {
            return Refusal.of(ErrorCode.BAD_FIELD, fault);
        }
        return DirectBody.isTooLong(kind, body) ? Refusal.of(ErrorCode.TOO_LONG, "body is too long") : null;
    }

    private static Refusal checkChange(DirectRecord r) {
        if (!Ids.isMessage(r.mid())) {
            return Refusal.of(ErrorCode.BAD_FIELD, "mid is that of a message");
        }
        if (r.op() == DirectRecord.Op.REACT && (r.body() == null || !isSign(r.body()))) {
            return Refusal.of(ErrorCode.BAD_FIELD, "sign is a text of up to " + SIGN_CHARS_MAX + " characters");
        }
        // of an edit's body more is known when its message is
        return r.op() == DirectRecord.Op.EDIT ? checkBody(TEXT.equals(r.kind()) ? TEXT : CUSTOM, r.body()) : null;
    }

    private static Refusal checkSettings(DirectRecord r) {
        ObjectNode change = own(r);
        if (change == null || !r.to().isEmpty() || !change.path(Writers.AT).canConvertToLong()) {
            return Refusal.of(ErrorCode.BAD_FIELD, "settings have a time and no peer");
        }
        return checkOwn(OwnFields.SETTINGS, change.deepCopy().without(Writers.AT));
    }

    private static Refusal checkOwn(OwnFields fields, ObjectNode change) {
        String fault = change == null ? "the change is not one JSON object" : fields.fault(change);
        return fault == null ? null : Refusal.of(ErrorCode.BAD_FIELD, fault);
    }

    /** What a RELATE or SETTINGS changes, or null where that is no object. */
    public static ObjectNode own(DirectRecord r) {
        try {
            return r.body() != null && Json.MAPPER.readTree(r.body()) instanceof ObjectNode change ? change : null;
        } catch (JsonProcessingException notJson) {
            return null;
        }
    }

    private static boolean isSign(String sign) {
        return sign.length() <= SIGN_CHARS_MAX
                && Ids.isUnicode(sign)
                && sign.chars().noneMatch(c -> Character.isISOControl(c) || Character.isWhitespace(c));
    }

    /**
     * Why a record may not change a message, or null. A function of the log: what came to the message after the record counts for nothing.
     *
     * @param message null when there is none by this id
     * @param withinMs for how long after it was sent a message may be edited, and recalled
     */
    public static Refusal checkChange(LoggedRecord logged, StoredMessage message, Windows withinMs) {
        DirectRecord r = logged.record();
        boolean theirs = message != null
                && message.logIndex() < logged.index()
                && message.conversation().equals(ConversationKey.of(r));
        // what was taken back, or has gone by itself, can still be hidden: its place is there
        boolean gone = theirs
                && (message.goneBefore(logged.index()) || message.message().expiredAt(logged.tsMs()));
        if (!theirs || (gone && r.op() != DirectRecord.Op.HIDE)) {
            return Refusal.of(ErrorCode.NOT_FOUND, "there is no such message in this conversation");
        }
        long ageMs = logged.tsMs() - message.message().tsMs();
        boolean own = message.message().from().equals(r.from());
        return switch (r.op()) {
            case EDIT -> {
                Refusal refusal = own ? within(ageMs, withinMs.editMs()) : notOwn();
                yield refusal == null ? checkEdit(r, message.message().kind()) : refusal;
            }
            case RECALL -> own ? within(ageMs, withinMs.recallMs()) : notOwn();
            default -> null;
        };
    }

    /** Whether a record asks for a recall that its sender had before it: asked again, it is answered as at first. */
    public static boolean isRecalledAlready(LoggedRecord logged, StoredMessage message) {
        DirectRecord r = logged.record();
        return r.op() == DirectRecord.Op.RECALL
                && message != null
                && message.message().from().equals(r.from())
                && message.conversation().equals(ConversationKey.of(r))
                && message.goneBefore(logged.index());
    }

    private static Refusal checkEdit(DirectRecord r, String kind) {
        if (DirectBody.isForServers(kind)) {
            return Refusal.of(ErrorCode.FORBIDDEN, "a " + kind + " is not edited: take it back and send another one");
        }
        if (TEXT.equals(kind) != TEXT.equals(r.kind())) {
            return Refusal.of(ErrorCode.BAD_FIELD, "the body is of another kind than the message's");
        }
        return checkBody(kind, r.body());
    }

    private static Refusal notOwn() {
        return Refusal.of(ErrorCode.FORBIDDEN, "this is for who has sent the message");
    }

    private static Refusal within(long ageMs, long windowMs) {
        return ageMs <= windowMs ? null : Refusal.of(ErrorCode.TOO_LATE, "the message is too old for this");
    }

    /** A message after a record that may change it. One that is changed by a later record already stays as it is. */
    public static DirectMessage changed(LoggedRecord logged, DirectMessage message) {
        DirectRecord r = logged.record();
        Revision before = message.revision();
        long number = logged.index() + 1;
        if (before.number() > number) {
            return message;
        }
        return switch (r.op()) {
            case EDIT -> message.with(r.body(), before.edited(number, logged.tsMs()));
            case RECALL -> message.with("", before.recalled(number, logged.tsMs()));
            case REACT ->
                message.with(
                        message.body(), before.reacted(number, message.from().equals(r.from()), r.body()));
            default -> message;
        };
    }

    /** The id of the message that a SEND makes, however often it is sent, and that an ASK is about. No field can hold the separator. */
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

    /**
     * The message that a SEND makes in a conversation that stood at {@code before}.
     *
     * @param livesMs for how long from the record's time on, 0 = for ever
     */
    public static StoredMessage message(LoggedRecord logged, Place before, long livesMs) {
        DirectRecord r = logged.record();
        ConversationKey key = ConversationKey.of(r);
        Place after = before.next(r.to().equals(key.low()), DirectBody.isForServers(r.kind()));
        DirectMessage message = new DirectMessage(
                messageId(r),
                r.from(),
                r.to(),
                after.seq(),
                r.kind(),
                r.body(),
                logged.tsMs(),
                r.mid(),
                Revision.NONE,
                livesMs == 0 ? 0 : logged.tsMs() + livesMs);
        return new StoredMessage(
                r.tenant(),
                message,
                logged.partition(),
                logged.index(),
                after.receivedBy(key, r.to()),
                after.notices());
    }

    /**
     * How long a message lives, 0 = for ever.
     *
     * @param expirySeconds that its conversation says, 0 = nothing
     * @param relayMs that the operator says, 0 = nothing; the shorter one counts
     */
    public static long livesMs(long expirySeconds, long relayMs) {
        long expiryMs = expirySeconds * SECOND_MS;
        return expiryMs == 0 || relayMs == 0 ? expiryMs + relayMs : Math.min(expiryMs, relayMs);
    }

    /** Whether a stored message is what this very record made, and not an earlier one with the same cid. */
    public static boolean madeBy(StoredMessage stored, LoggedRecord logged) {
        return stored.partition() == logged.partition() && stored.logIndex() == logged.index();
    }

    /** Up to where a READ, a DELIVERED or a CLEAR goes: nobody has read what is not there yet. */
    public static long upTo(DirectRecord r, Place before) {
        return Math.min(r.seq(), before.seq());
    }
}
