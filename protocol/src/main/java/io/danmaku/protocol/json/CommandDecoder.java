package io.danmaku.protocol.json;

import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.command.Command;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.event.EventType;
import io.danmaku.protocol.room.DeviceKind;
import io.danmaku.protocol.room.Ids;
import io.danmaku.protocol.token.Tokens;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Reads one text frame of a client into a {@link Command}. Checks form only; whether it may be carried out is for the
 * gate. Never throws for what a client sent.
 */
public final class CommandDecoder {
    /** Most events that one {@code history}, and offsets that one {@code join … last}, can ask for. */
    public static final int LIMIT_MAX = 500;

    /** Most users whom one connection sees online or not. */
    public static final int LOOKED_AT_MAX = 50;

    private static final int HISTORY_DEFAULT = 50;
    private static final int CONTACTS_MAX = 200;
    private static final int SYNC_DEFAULT = 100;
    private static final long ID_MAX = (1L << 53) - 1;
    private static final int BODY_CHARS_MAX = DirectBody.OBJECT_CHARS_MAX;
    /** Most characters of a sign at a message: an emoji of many parts. */
    private static final int SIGN_CHARS_MAX = 32;

    private static final int POSITION_CHARS_MAX = 512;
    private static final Set<String> BOXES = Set.of("inbox", "requests");

    /** Most messages of one report, and characters of its reason. */
    public static final int REPORTED_MAX = 20;

    public static final int REASON_CHARS_MAX = 200;

    private CommandDecoder() {}

    /**
     * What a frame said: the command, or why it is none.
     *
     * @param id the client's number for the command, or -1 when there was none to read
     * @param command null when refused
     * @param refusal null when read
     */
    public record Decoded(long id, Command command, Refusal refusal) {}

    private static final class BadField extends Exception {
        private static final long serialVersionUID = 1L;

        final ErrorCode code;

        BadField(String message) {
            this(ErrorCode.BAD_FIELD, message);
        }

        BadField(ErrorCode code, String message) {
            super(message, null, false, false);
            this.code = code;
        }
    }

    /** @param utf8 the payload of a text frame */
    public static Decoded decode(byte[] utf8) {
        JsonNode root;
        try {
            root = Json.MAPPER.readTree(utf8);
        } catch (StreamConstraintsException tooMuch) {
            return refused(-1, ErrorCode.BAD_JSON, "nested deeper than " + Json.NESTING_MAX + ", or a value too long");
        } catch (IOException notJson) {
            return refused(-1, ErrorCode.BAD_JSON, "the frame is not one JSON object");
        }
        if (!(root instanceof ObjectNode frame)) {
            return refused(-1, ErrorCode.BAD_JSON, "the frame is not one JSON object");
        }
        JsonNode idNode = frame.get("id");
        if (idNode == null || !idNode.isIntegralNumber() || !idNode.canConvertToLong()) {
            return refused(-1, ErrorCode.BAD_COMMAND, "id is a whole number");
        }
        long id = idNode.longValue();
        if (id < 0 || id > ID_MAX) {
            return refused(-1, ErrorCode.BAD_COMMAND, "id is 0.." + ID_MAX);
        }
        if (!Json.isWritable(frame)) {
            return refused(id, ErrorCode.BAD_JSON, "a text has half of a surrogate pair");
        }
        JsonNode op = frame.get("op");
        if (op == null || !op.isTextual()) {
            return refused(id, ErrorCode.BAD_COMMAND, "op is a string");
        }
        try {
            Command command = command(op.textValue(), frame);
            return command == null
                    ? refused(id, ErrorCode.UNKNOWN_COMMAND, "there is no such op")
                    : new Decoded(id, command, null);
        } catch (BadField bad) {
            return refused(id, bad.code, bad.getMessage());
        }
    }

    private static Decoded refused(long id, ErrorCode code, String message) {
        return new Decoded(id, null, Refusal.of(code, message));
    }

    private static Command command(String op, ObjectNode f) throws BadField {
        return switch (op) {
            case "auth" -> auth(f);
            case "join" -> join(f);
            case "leave" -> new Command.Leave(room(f));
            case "send" -> send(f);
            case "history" ->
                new Command.History(room(f), number(f, "before", 1, ID_MAX, Long.MAX_VALUE), (int)
                        number(f, "limit", 1, LIMIT_MAX, HISTORY_DEFAULT));
            case "dm.send" -> dmSend(f);
            case "dm.read" -> new Command.DmRead(peer(f), number(f, "seq", 1, ID_MAX, -1));
            case "dm.delivered" -> new Command.DmDelivered(peer(f), number(f, "seq", 1, ID_MAX, -1));
            case "dm.edit" ->
                new Command.DmEdit(
                        peer(f), mid(f, "mid"), body(f), f.get("body").isTextual());
            case "dm.recall" -> new Command.DmRecall(peer(f), mid(f, "mid"));
            case "dm.react" -> new Command.DmReact(peer(f), mid(f, "mid"), text(f, "sign", 0, SIGN_CHARS_MAX));
            case "dm.hide" -> new Command.DmHide(peer(f), mid(f, "mid"));
            case "dm.clear" -> new Command.DmClear(peer(f), number(f, "seq", 1, ID_MAX, -1));
            case "dm.block" -> new Command.DmBlock(peer(f), true);
            case "dm.unblock" -> new Command.DmBlock(peer(f), false);
            case "dm.expiry" -> new Command.DmExpiry(peer(f), expiry(f));
            case "dm.relation" -> new Command.DmRelation(peer(f), own(f, OwnFields.RELATION));
            case "dm.settings" -> new Command.DmSettings(settings(f));
            case "dm.report" ->
                new Command.DmReport(
                        peer(f),
                        mids(f),
                        f.hasNonNull("category") ? text(f, "category", 1, 32) : "",
                        text(f, "reason", 1, REASON_CHARS_MAX));
            case "dm.sync" ->
                new Command.DmSync(f.hasNonNull("pos") ? text(f, "pos", 1, POSITION_CHARS_MAX) : null, (int)
                        number(f, "limit", 1, LIMIT_MAX, SYNC_DEFAULT));
            case "dm.history" ->
                new Command.DmHistory(id(f, "peer", Ids::isUser), number(f, "before", 1, ID_MAX, Long.MAX_VALUE), (int)
                        number(f, "limit", 1, LIMIT_MAX, HISTORY_DEFAULT));
            case "dm.contacts" ->
                new Command.DmContacts(
                        f.hasNonNull("cursor") ? text(f, "cursor", 1, POSITION_CHARS_MAX) : null,
                        (int) number(f, "limit", 1, CONTACTS_MAX, HISTORY_DEFAULT),
                        box(f));
            case "dm.typing" -> new Command.DmTyping(peer(f));
            case "dm.look" -> new Command.DmLook(peers(f));
            case "ping" -> new Command.Ping();
            default -> null;
        };
    }

    private static Command.Auth auth(ObjectNode f) throws BadField {
        DeviceKind client = client(f);
        if (!f.hasNonNull("guest")) {
            return new Command.Auth(text(f, "token", 1, Tokens.TOKEN_CHARS_MAX), null, client);
        }
        if (f.hasNonNull("token")) {
            throw new BadField("auth has token or guest, not both");
        }
        return new Command.Auth(null, id(f, "guest", Ids::isTenant), client);
    }

    private static DeviceKind client(ObjectNode f) throws BadField {
        if (!f.hasNonNull("client")) {
            return null;
        }
        DeviceKind kind = DeviceKind.ofWireName(f.get("client").textValue());
        if (kind == null) {
            throw new BadField("client is web, ios, android, desktop, tv, bot or other");
        }
        return kind;
    }

    private static Command.Join join(ObjectNode f) throws BadField {
        long since = number(f, "since", 0, ID_MAX, -1);
        int last = (int) number(f, "last", 0, LIMIT_MAX, -1);
        if (f.hasNonNull("since") && f.hasNonNull("last")) {
            throw new BadField("join has since or last, not both");
        }
        return new Command.Join(room(f), since, last, f.hasNonNull("epoch") ? id(f, "epoch", Ids::isEpoch) : null);
    }

    private static Command.Send send(ObjectNode f) throws BadField {
        EventType type = EventType.ofWireName(text(f, "t", 1, 32));
        if (type == null) {
            throw new BadField("t is not a type of event");
        }
        if (!(f.get("d") instanceof ObjectNode detail)) {
            throw new BadField("d is an object");
        }
        return new Command.Send(room(f), type, id(f, "cid", Ids::isCid), detail);
    }

    private static Command.DmSend dmSend(ObjectNode f) throws BadField {
        String kind = text(f, "kind", 1, 32);
        String body = body(f);
        if (DirectBody.isKind(kind) && DirectBody.kept(kind, f.get("body")) == null) {
            throw new BadField("body of the kind text is a text, of others an object");
        }
        return new Command.DmSend(
                id(f, "to", Ids::isUser),
                id(f, "cid", Ids::isCid),
                kind,
                body,
                f.hasNonNull("reply") ? mid(f, "reply") : "");
    }

    /** A text, or the JSON of an object. */
    private static String body(ObjectNode f) throws BadField {
        JsonNode n = f.get("body");
        String body = n == null ? "" : n.isObject() ? n.toString() : n.isTextual() ? n.textValue() : "";
        if (body.isEmpty()) {
            throw new BadField("body is a text or an object, and not empty");
        }
        if (body.length() > BODY_CHARS_MAX) {
            throw new BadField(ErrorCode.TOO_LONG, "body has more than " + BODY_CHARS_MAX + " characters");
        }
        return body;
    }

    private static ObjectNode own(ObjectNode f, OwnFields fields) throws BadField {
        ObjectNode change = fields.pick(f);
        String fault = fields.fault(change);
        if (fault != null) {
            throw new BadField(fault);
        }
        return change;
    }

    private static ObjectNode settings(ObjectNode f) throws BadField {
        return OwnFields.SETTINGS.pick(f).isEmpty() ? Json.object() : own(f, OwnFields.SETTINGS);
    }

    private static long expiry(ObjectNode f) throws BadField {
        long seconds = number(f, "seconds", 0, OwnFields.EXPIRY_SECONDS_MAX, -1);
        if (!OwnFields.isExpiry(seconds)) {
            throw new BadField("seconds is 0 or a whole number of " + OwnFields.EXPIRY_SECONDS_MIN + ".."
                    + OwnFields.EXPIRY_SECONDS_MAX);
        }
        return seconds;
    }

    private static String box(ObjectNode f) throws BadField {
        return f.hasNonNull("box") ? id(f, "box", BOXES::contains) : null;
    }

    private static String mid(ObjectNode f, String field) throws BadField {
        return id(f, field, Ids::isMessage);
    }

    private static List<String> peers(ObjectNode f) throws BadField {
        Set<String> peers = new LinkedHashSet<>();
        if (f.get("peers") instanceof ArrayNode array && array.size() <= LOOKED_AT_MAX) {
            for (JsonNode peer : array) {
                if (!peer.isTextual() || !Ids.isUser(peer.textValue())) {
                    throw new BadField("peers are user ids");
                }
                peers.add(peer.textValue());
            }
            return List.copyOf(peers);
        }
        throw new BadField("peers is an array of at most " + LOOKED_AT_MAX + " user ids");
    }

    private static List<String> mids(ObjectNode f) throws BadField {
        Set<String> mids = new LinkedHashSet<>();
        if (f.get("mids") instanceof ArrayNode array && array.size() <= REPORTED_MAX) {
            for (JsonNode mid : array) {
                if (!mid.isTextual() || !Ids.isMessage(mid.textValue())) {
                    throw new BadField("mids are ids of messages");
                }
                mids.add(mid.textValue());
            }
        }
        if (mids.isEmpty()) {
            throw new BadField("mids is an array of 1.." + REPORTED_MAX + " ids of messages");
        }
        return List.copyOf(mids);
    }

    private static String peer(ObjectNode f) throws BadField {
        return id(f, "peer", Ids::isUser);
    }

    private static String room(ObjectNode f) throws BadField {
        return id(f, "room", Ids::isRoom);
    }

    private static String id(ObjectNode f, String field, Predicate<String> form) throws BadField {
        JsonNode n = f.get(field);
        if (n == null || !n.isTextual() || !form.test(n.textValue())) {
            throw new BadField(field + " is missing or not of its form");
        }
        return n.textValue();
    }

    private static String text(ObjectNode f, String field, int min, int max) throws BadField {
        JsonNode n = f.get(field);
        if (n == null
                || !n.isTextual()
                || n.textValue().length() < min
                || n.textValue().length() > max) {
            throw new BadField(field + " is a string of " + min + ".." + max + " characters");
        }
        return n.textValue();
    }

    /** A whole number; {@code absent} stands for a missing one, unless absent is -1 and the field is required by its range. */
    private static long number(ObjectNode f, String field, long min, long max, long absent) throws BadField {
        JsonNode n = f.get(field);
        if (n == null || n.isNull()) {
            if (absent < 0 && min > 0) {
                throw new BadField(field + " is missing");
            }
            return absent;
        }
        if (!n.isIntegralNumber() || !n.canConvertToLong() || n.longValue() < min || n.longValue() > max) {
            throw new BadField(field + " is a whole number of " + min + ".." + max);
        }
        return n.longValue();
    }
}
