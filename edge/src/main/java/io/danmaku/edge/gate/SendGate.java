package io.danmaku.edge.gate;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.danmaku.edge.broadcast.LastSpoken;
import io.danmaku.edge.policy.RoomTable;
import io.danmaku.node.address.Address;
import io.danmaku.node.words.Likeness;
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
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.room.RoomPolicy;
import io.danmaku.protocol.room.RoomState;
import io.danmaku.protocol.room.Sanction;
import io.danmaku.protocol.room.WordList;
import io.danmaku.protocol.token.Claims;
import java.time.Duration;

/** Checks a send in a room. Any thread. */
public final class SendGate {
    private static final int SLOW_SENDERS_MAX = 200_000;
    /** So long the same cid is the same send; the log knows it as a repeat a little longer. */
    private static final long SAME_SEND_MS = LastSpoken.SAME_SEND_MS;

    private record Sender(RoomKey room, String user) {}

    private record Said(RoomKey room, String user, long likeness) {}

    private record Last(long atMs, String cid) {}

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
     */
    public record Verdict(
            Refusal refusal,
            ObjectNode detail,
            DeliveryClass deliveryClass,
            String key,
            boolean ranking,
            boolean shadowed,
            Hold.Why held,
            boolean check) {}

    private final RoomTable table;
    private final WordFilters words;
    /**
     * When a user last sent a chat here, per room with slow mode: what is not read back from the log yet. A full table forgets the eldest:
     * slow mode is then lenient.
     */
    private final Cache<Sender, Last> lastSent = Caffeine.newBuilder()
            .maximumSize(SLOW_SENDERS_MAX)
            .expireAfterWrite(Duration.ofMillis(RoomPolicy.SLOW_MODE_MS_MAX))
            .build();

    /** What users said here, per room with {@code uniqueSeconds}; as above. */
    private final Cache<Said, Last> saidLast = Caffeine.newBuilder()
            .maximumSize(SLOW_SENDERS_MAX)
            .expireAfterWrite(Duration.ofSeconds(RoomPolicy.UNIQUE_SECONDS_MAX))
            .build();

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
        if (viewersChat) {
            WordFilter.Verdict found =
                    words.check(room, checked.detail().get("text").textValue());
            if (found.action() == WordList.Action.REFUSE) {
                return refuse(Refusal.of(ErrorCode.TEXT_REFUSED, "it has a word that is not wanted here"));
            }
            held = why(room.policy(), found.action(), checked.detail());
            refusal = held == null ? null : unkept(room);
            refusal = refusal == null ? chatRules(claims, room, role, send, checked.detail(), spoken, nowMs) : refusal;
            if (refusal != null) {
                return refuse(refusal);
            }
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
                viewersChat && room.policy().externalCheck());
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

    /** The rules about chats of those who may not speak freely. Only what none of them refuses is taken note of. */
    private Refusal chatRules(
            Claims claims,
            RoomState room,
            Role role,
            Command.Send send,
            ObjectNode detail,
            LastSpoken spoken,
            long nowMs) {
        RoomPolicy policy = room.policy();
        String text = detail.get("text").textValue();
        Refusal refusal = style(policy.styles(), detail);
        refusal = refusal == null && policy.emoteOnly() ? onlyEmotes(detail) : refusal;
        refusal = refusal == null ? TextRules.check(policy, text) : refusal;
        if (refusal != null) {
            return refusal;
        }
        Said saying = policy.uniqueSeconds() == 0 ? null : new Said(room.key(), claims.user(), Likeness.of(text));
        Last said = saying == null ? null : saidLast.getIfPresent(saying);
        boolean again = said != null && isSameSend(said, send.cid(), nowMs);
        refusal = said == null || again ? null : unique(said, policy.uniqueSeconds(), nowMs);
        refusal =
                refusal == null ? slowMode(claims, room, policy.slowModeMs(role), send.cid(), spoken, nowMs) : refusal;
        if (refusal == null && saying != null && !again) {
            saidLast.put(saying, new Last(nowMs, send.cid()));
        }
        return refusal;
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

    private Refusal slowMode(Claims claims, RoomState room, long interval, String cid, LastSpoken spoken, long nowMs) {
        if (interval == 0) {
            return null;
        }
        long waitMs = spoken.waitMs(claims.user(), cid, interval, nowMs);
        if (waitMs > 0) {
            return slow(waitMs);
        }
        Sender sender = new Sender(room.key(), claims.user());
        Last sent = new Last(nowMs, cid);
        Last last = lastSent.asMap().putIfAbsent(sender, sent);
        if (last == null || isSameSend(last, cid, nowMs)) {
            return null; // the same send again: its outcome was not known
        }
        if (nowMs - last.atMs >= interval) {
            lastSent.put(sender, sent);
            return null;
        }
        return slow(interval - (nowMs - last.atMs));
    }

    private static boolean isSameSend(Last last, String cid, long nowMs) {
        return last.cid.equals(cid) && nowMs - last.atMs < SAME_SEND_MS;
    }

    private static Refusal slow(long waitMs) {
        return Refusal.retry(ErrorCode.SLOW_MODE, "the room is in slow mode", waitMs);
    }

    private static Refusal unique(Last said, int windowSeconds, long nowMs) {
        long waitMs = said.atMs + windowSeconds * 1_000L - nowMs;
        return waitMs > 0 ? Refusal.retry(ErrorCode.REPEATED, "you said that already", waitMs) : null;
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
        return new Verdict(refusal, null, null, "", false, false, null, false);
    }
}
