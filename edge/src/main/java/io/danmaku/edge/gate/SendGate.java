package io.danmaku.edge.gate;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.danmaku.edge.policy.RoomTable;
import io.danmaku.protocol.command.Command;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.event.DeliveryClass;
import io.danmaku.protocol.event.EventType;
import io.danmaku.protocol.json.EventDetail;
import io.danmaku.protocol.room.Durability;
import io.danmaku.protocol.room.Role;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.room.RoomPolicy;
import io.danmaku.protocol.room.RoomState;
import io.danmaku.protocol.room.Sanction;
import io.danmaku.protocol.token.Claims;
import java.time.Duration;

/** Checks a send in a room. Any thread. */
public final class SendGate {
    private static final int SLOW_SENDERS_MAX = 200_000;
    /** So long the same cid is the same send; the log knows it as a repeat a little longer. */
    private static final long SAME_SEND_MS = 50_000;

    private record Sender(RoomKey room, String user) {}

    private record Last(long atMs, String cid) {}

    /**
     * What the gate says.
     *
     * @param refusal null when the send may go on
     * @param detail the event's detail as it is kept
     * @param key conflation key of a LATEST event, else empty
     * @param ranking sent by a host or moderator
     */
    public record Verdict(Refusal refusal, ObjectNode detail, String key, boolean ranking) {}

    private final RoomTable table;
    /** When a user last sent a chat, per room with slow mode; a full table forgets the eldest: slow mode is then lenient. */
    private final Cache<Sender, Last> lastSent = Caffeine.newBuilder()
            .maximumSize(SLOW_SENDERS_MAX)
            .expireAfterWrite(Duration.ofMillis(RoomPolicy.SLOW_MODE_MS_MAX))
            .build();

    public SendGate(RoomTable table) {
        this.table = table;
    }

    /**
     * Checks a send.
     *
     * @param room null when the room is forgotten already
     * @param nowMs Unix time, for sanctions
     */
    public Verdict check(Claims claims, RoomState room, Command.Send send, long nowMs) {
        if (room == null || !room.open()) {
            return refuse(Refusal.of(ErrorCode.ROOM_CLOSED, "the room is closed"));
        }
        Role role = claims.roleIn(room.key().room());
        Refusal refusal = permission(claims, room, send.type(), role, nowMs);
        if (refusal != null) {
            return refuse(refusal);
        }
        EventDetail.Checked checked =
                EventDetail.check(send.type(), send.detail(), room.policy().textLengthMax());
        if (checked.refusal() != null) {
            return refuse(checked.refusal());
        }
        boolean ranking = role.atLeast(Role.MODERATOR);
        // last, because it takes note of the send
        refusal = ranking || send.type() != EventType.CHAT ? null : slowMode(claims, room, send.cid(), nowMs);
        return refusal != null ? refuse(refusal) : new Verdict(null, checked.detail(), checked.key(), ranking);
    }

    private Refusal permission(Claims claims, RoomState room, EventType type, Role role, long nowMs) {
        if (room.durability() == Durability.EPHEMERAL && type.deliveryClass() == DeliveryClass.RELIABLE) {
            return Refusal.of(ErrorCode.UNSUPPORTED, "an ephemeral room carries no " + type.wireName());
        }
        if (!role.atLeast(weakest(type, room.policy()))) {
            return Refusal.of(ErrorCode.FORBIDDEN, "your role may not send " + type.wireName() + " here");
        }
        Sanction mute = table.mute(room, claims.user(), nowMs);
        return mute == null || role == Role.HOST
                ? null
                : Refusal.retry(ErrorCode.MUTED, "you are muted here", mute.untilMs() - nowMs);
    }

    private static Role weakest(EventType type, RoomPolicy policy) {
        Role byType = switch (type) {
            case CHAT, LIKE -> Role.VIEWER;
            case ANNOUNCE, STATE, APP -> Role.MODERATOR;
            default -> Role.VIEWER; // refused by EventDetail: no client sends it
        };
        Role byPolicy = policy.whoMaySend().weakest();
        return byType.atLeast(byPolicy) ? byType : byPolicy;
    }

    private Refusal slowMode(Claims claims, RoomState room, String cid, long nowMs) {
        long interval = room.policy().slowModeMs();
        if (interval == 0) {
            return null;
        }
        Sender sender = new Sender(room.key(), claims.user());
        Last sent = new Last(nowMs, cid);
        Last last = lastSent.asMap().putIfAbsent(sender, sent);
        if (last == null || (last.cid.equals(cid) && nowMs - last.atMs < SAME_SEND_MS)) {
            return null; // the same send again: its outcome was not known
        }
        if (nowMs - last.atMs >= interval) {
            lastSent.put(sender, sent);
            return null;
        }
        return Refusal.retry(ErrorCode.SLOW_MODE, "the room is in slow mode", interval - (nowMs - last.atMs));
    }

    private static Verdict refuse(Refusal refusal) {
        return new Verdict(refusal, null, "", false);
    }
}
