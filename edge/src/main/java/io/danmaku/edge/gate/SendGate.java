package io.danmaku.edge.gate;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.edge.broadcast.LastSpoken;
import io.danmaku.edge.policy.RoomTable;
import io.danmaku.node.address.Address;
import io.danmaku.node.redis.Sayings;
import io.danmaku.node.words.WordFilter;
import io.danmaku.node.words.WordFilters;
import io.danmaku.protocol.command.Command;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.event.DeliveryClass;
import io.danmaku.protocol.event.EventType;
import io.danmaku.protocol.json.AppJson;
import io.danmaku.protocol.json.ChatMarks;
import io.danmaku.protocol.json.EventDetail;
import io.danmaku.protocol.room.ChatStyles;
import io.danmaku.protocol.room.Durability;
import io.danmaku.protocol.room.Hold;
import io.danmaku.protocol.room.Links;
import io.danmaku.protocol.room.Permission;
import io.danmaku.protocol.room.Role;
import io.danmaku.protocol.room.RoomPolicy;
import io.danmaku.protocol.room.RoomState;
import io.danmaku.protocol.room.Sanction;
import io.danmaku.protocol.room.WordList;
import io.danmaku.protocol.token.Claims;
import java.util.List;

/** Checks a send in a room. Any thread. */
public final class SendGate {
    /**
     * What the gate says.
     *
     * @param refusal null when the send may go on
     * @param detail the event's detail as it is kept
     * @param deliveryClass that of the type, or of the kind that the room declares
     * @param key conflation key of a LATEST event, else empty
     * @param ranking never sampled away
     * @param shadowed acknowledged, and told to nobody
     * @param held why it waits for a moderator, null = it does not
     * @param check whether the product's own service is to be asked, before it goes on
     * @param earlier what other edges are to know of it, and perhaps know, before it goes on; null = nothing
     */
    public record Verdict(
            Refusal refusal,
            ObjectNode detail,
            DeliveryClass deliveryClass,
            String key,
            boolean ranking,
            boolean shadowed,
            Hold.Why held,
            boolean check,
            Earlier earlier) {}

    private final RoomTable table;
    private final WordFilters words;
    private final Frequency frequency = new Frequency();

    /** @param words lists of words that are not wanted */
    public SendGate(RoomTable table, WordFilters words) {
        this.table = table;
        this.words = words;
    }

    /**
     * Checks a send.
     *
     * @param address where it comes from, null = not known
     * @param room null when the room is forgotten already
     * @param spoken what the room's log says of who spoke when
     * @param nowMs Unix time
     */
    public Verdict check(
            Claims claims, Address address, RoomState room, Command.Send send, LastSpoken spoken, long nowMs) {
        if (room == null || !room.open()) {
            return refuse(Refusal.of(ErrorCode.ROOM_CLOSED, "the room is closed"));
        }
        Role role = table.role(claims, room);
        AppJson.Checked app = send.type() == EventType.APP ? AppJson.check(send.detail(), room.policy()) : null;
        if (app != null && app.refusal() != null) {
            return refuse(app.refusal());
        }
        DeliveryClass deliveryClass =
                app == null ? send.type().deliveryClass() : app.kind().deliveryClass();
        Role weakest = app == null ? weakest(send.type()) : app.kind().from();
        Refusal refusal = permission(claims, address, room, send.type(), deliveryClass, weakest, role, nowMs);
        if (refusal != null) {
            return refuse(refusal);
        }
        EventDetail.Checked checked =
                EventDetail.check(send.type(), send.detail(), room.policy().textLengthMax());
        if (checked.refusal() != null) {
            return refuse(checked.refusal());
        }
        boolean ranking = role.may(Permission.SPEAK_FREELY);
        boolean shadowed = isShadowed(claims, address, room, role, nowMs);
        boolean viewersChat = !ranking && send.type() == EventType.CHAT;
        Hold.Why held = null;
        Earlier earlier = null;
        if (viewersChat) {
            WordFilter.Verdict found =
                    words.check(room, checked.detail().get("text").textValue());
            if (found.action() == WordList.Action.REFUSE) {
                return refuse(Refusal.of(ErrorCode.TEXT_REFUSED, "it has a word that is not wanted here"));
            }
            held = why(room.policy(), found.action(), checked.detail());
            refusal = held == null ? null : unkept(room);
            refusal = refusal == null ? chatRules(room.policy(), checked.detail()) : refusal;
            if (refusal != null) {
                return refuse(refusal);
            }
            Frequency.Chat chat = Frequency.Chat.of(room, role, claims.user(), send.cid(), found.text(), spoken);
            refusal = frequency.check(chat, nowMs);
            if (refusal != null) {
                return refuse(refusal);
            }
            earlier = frequency.earlier(chat, nowMs);
            ChatMarks.mask(checked.detail(), found.text());
            shadowed |= found.action() == WordList.Action.SHADOW;
        }
        return new Verdict(
                null,
                checked.detail(),
                deliveryClass,
                app == null ? checked.key() : app.key(),
                ranking,
                shadowed,
                held,
                viewersChat && room.policy().externalCheck(),
                earlier);
    }

    /** What holds a chat back, or null. */
    private static Hold.Why why(RoomPolicy policy, WordList.Action found, ObjectNode detail) {
        if (found == WordList.Action.HOLD) {
            return Hold.Why.WORDS;
        }
        if (policy.links() == Links.HELD && TextRules.hasLink(detail.get("text").textValue())) {
            return Hold.Why.LINKS;
        }
        return policy.holdAll() ? Hold.Why.ALL : null;
    }

    /** Why a chat that is to be held cannot be, or null. */
    public static Refusal unkept(RoomState room) {
        return room.durability() == Durability.EPHEMERAL
                ? Refusal.of(
                        ErrorCode.TEXT_REFUSED, "a moderator would have to see it first, and this room keeps nothing")
                : null;
    }

    /** What was decided while a send waited and forbids it, or null. */
    public Refusal again(Claims claims, Address address, RoomState room, EventType type, long nowMs) {
        if (room == null || !room.open()) {
            return Refusal.of(ErrorCode.ROOM_CLOSED, "the room is closed");
        }
        Refusal refusal = permission(
                claims, address, room, type, type.deliveryClass(), weakest(type), table.role(claims, room), nowMs);
        return refusal == null ? exclusion(claims, address, room, nowMs) : refusal;
    }

    /**
     * Whether nobody is to hear of what a user does in a room.
     *
     * @param address where it comes from, null = not known
     */
    public boolean isShadowed(Claims claims, Address address, RoomState room, Role role, long nowMs) {
        return table.sanction(room, claims, address, role, Sanction.Kind.SHADOW, nowMs) != null;
    }

    private Refusal permission(
            Claims claims,
            Address address,
            RoomState room,
            EventType type,
            DeliveryClass deliveryClass,
            Role weakest,
            Role role,
            long nowMs) {
        RoomPolicy policy = room.policy();
        if (room.durability() == Durability.EPHEMERAL && deliveryClass == DeliveryClass.RELIABLE) {
            return Refusal.of(ErrorCode.UNSUPPORTED, "an ephemeral room carries no RELIABLE " + type.wireName());
        }
        if (!role.atLeast(weakest.or(policy.whoMaySend().weakest()))) {
            return Refusal.of(ErrorCode.FORBIDDEN, "your role may not send " + type.wireName() + " here");
        }
        Sanction mute = table.sanction(room, claims, address, role, Sanction.Kind.MUTE, nowMs);
        if (mute != null) {
            return refusal(ErrorCode.MUTED, "you are muted here", mute, nowMs);
        }
        return role.atLeast(Role.MEMBER)
                ? null
                : Newcomers.check(policy, claims, room.key().room(), nowMs);
    }

    /** Of all types but {@code app}, whose kinds say it themselves. */
    private static Role weakest(EventType type) {
        return switch (type) {
            case CHAT, LIKE -> Permission.CHAT.weakest();
            case ANNOUNCE, STATE -> Permission.ANNOUNCE.weakest();
            default -> Role.VIEWER; // refused by EventDetail: no client sends it
        };
    }

    /**
     * What a user said before, here and on other edges, has become known, while a chat waited for it that passed.
     *
     * @param sayings newest first
     * @return why it is too much after all, or null
     */
    public Refusal recalled(
            Claims claims,
            RoomState room,
            Command.Send send,
            Earlier earlier,
            List<Sayings.Saying> sayings,
            LastSpoken spoken,
            long nowMs) {
        Frequency.Chat chat = new Frequency.Chat(
                room, table.role(claims, room), claims.user(), send.cid(), earlier.likeness(), spoken);
        return frequency.recalled(chat, earlier, sayings, nowMs);
    }

    /** The rules about chats of those who may not speak freely, but for how often. */
    private static Refusal chatRules(RoomPolicy policy, ObjectNode detail) {
        Refusal refusal = style(policy.styles(), detail);
        refusal = refusal == null && policy.emoteOnly() ? onlyEmotes(detail) : refusal;
        return refusal == null ? TextRules.check(policy, detail.get("text").textValue()) : refusal;
    }

    private static Refusal style(ChatStyles styles, ObjectNode detail) {
        boolean scrolls = detail.get("mode").textValue().equals(EventDetail.MODE_DEFAULT);
        boolean plain = scrolls
                && detail.get("color").textValue().equals(EventDetail.COLOR_DEFAULT)
                && detail.get("size").intValue() == EventDetail.SIZE_DEFAULT;
        boolean allowed = switch (styles) {
            case ALL -> true;
            case SCROLL -> scrolls;
            case PLAIN -> plain;
        };
        return allowed
                ? null
                : Refusal.of(ErrorCode.TEXT_REFUSED, "chats here are of the styles " + styles.wireName() + " only");
    }

    private static Refusal onlyEmotes(ObjectNode detail) {
        return ChatMarks.hasOnlyEmotes(detail)
                ? null
                : Refusal.of(ErrorCode.TEXT_REFUSED, "chats here have emotes and spaces only");
    }

    /**
     * Why somebody may not be in a room, or null.
     *
     * @param address where somebody comes from, null = not known
     */
    public Refusal exclusion(Claims claims, Address address, RoomState room, long nowMs) {
        if (claims.isGuest() && !room.policy().guests()) {
            return Refusal.of(ErrorCode.FORBIDDEN, "this room takes no guests: connect with a token");
        }
        Sanction ban = table.exclusion(room, claims, address, nowMs);
        return ban == null ? null : refusal(ErrorCode.BANNED, "you are banned from this room", ban, nowMs);
    }

    /** Without an end there is no time at which asking again can succeed. */
    private static Refusal refusal(ErrorCode code, String message, Sanction sanction, long nowMs) {
        return sanction.untilMs() == Sanction.FOREVER_MS
                ? Refusal.of(code, message)
                : Refusal.retry(code, message, sanction.untilMs() - nowMs);
    }

    private static Verdict refuse(Refusal refusal) {
        return new Verdict(refusal, null, null, "", false, false, null, false, null);
    }
}
