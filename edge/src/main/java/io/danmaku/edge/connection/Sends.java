package io.danmaku.edge.connection;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.edge.check.Checks;
import io.danmaku.edge.gate.Earlier;
import io.danmaku.edge.gate.SendGate;
import io.danmaku.edge.policy.RoomTable;
import io.danmaku.edge.presence.PresenceReporter;
import io.danmaku.edge.roomlog.OpenRoom;
import io.danmaku.node.redis.Sayings;
import io.danmaku.protocol.command.Command;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.json.EventDetail;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.RoomRecord;
import io.danmaku.protocol.room.ExternalCheck;
import io.danmaku.protocol.room.Hold;
import io.danmaku.protocol.room.Role;
import io.danmaku.protocol.room.RoomState;
import java.util.List;

/**
 * Appends what the gate let through: some chats when other edges' memory of the sender was asked, those of rooms that want it so when the product's own
 * service was. On the connection's event loop.
 */
final class Sends {
    private static final long RETRY_MS = 1_000;
    /** The next chat while one is being checked: most services answer sooner. */
    private static final long CHECKING_RETRY_MS = 200;

    private final RoomTable table;
    private final SendGate gate;
    private final Checks checks;
    private final Sayings sayings;
    private final PresenceReporter presence;
    private final long node;

    /** @param node incarnation of this edge, which waits for what it appends */
    Sends(RoomTable table, SendGate gate, Checks checks, Sayings sayings, PresenceReporter presence, long node) {
        this.table = table;
        this.gate = gate;
        this.checks = checks;
        this.sayings = sayings;
        this.presence = presence;
        this.node = node;
    }

    /** A send that passed the gate, and waits under a number for its result. */
    record Passed(
            Connection connection, Membership in, Command.Send send, SendGate.Verdict verdict, Role role, long sendId) {
        OpenRoom room() {
            return in.room;
        }

        void refused(Refusal refusal) {
            connection.loop().pending().failed(sendId, refusal);
        }
    }

    /** Why a chat has to wait for another one of the connection, or null. */
    static Refusal waits(Connection connection, RoomState room) {
        return connection.checking && room != null && room.policy().externalCheck()
                ? Refusal.retry(ErrorCode.BUSY, "your chat before is still being looked at", CHECKING_RETRY_MS)
                : null;
    }

    void go(Passed p) {
        ExternalCheck service = p.verdict.check() ? table.check(p.connection.tenant()) : null;
        // from here on: the next one must not overtake it
        p.connection.checking |= service != null;
        if (p.verdict.earlier() == null || !p.verdict.earlier().unknown()) {
            check(p, service);
            return;
        }
        sayings.of(p.verdict.earlier().key())
                .onComplete(asked -> p.connection.loop().eventLoop().execute(() -> {
                    Refusal refusal = recalled(p, asked.succeeded() ? asked.result() : null);
                    if (refusal == null) {
                        check(p, service);
                    } else {
                        p.connection.checking &= service == null;
                        refuse(p, refusal);
                    }
                }));
    }

    /** @param known null when there was no answer: the room is lenient, as if nothing was said before */
    private Refusal recalled(Passed p, List<Sayings.Saying> known) {
        RoomState room = table.room(p.room().live().key());
        Refusal refusal = meanwhile(p, room);
        if (refusal != null || known == null) {
            return refusal;
        }
        return gate.recalled(
                p.connection.claims(),
                room,
                p.send,
                p.verdict.earlier(),
                known,
                p.room().live().spoken(),
                System.currentTimeMillis());
    }

    private void check(Passed p, ExternalCheck service) {
        if (service == null) {
            append(p, p.verdict.shadowed(), p.verdict.held());
            return;
        }
        checks.ask(service, chat(p))
                .onComplete(asked -> p.connection.loop().eventLoop().execute(() -> {
                    p.connection.checking = false;
                    checked(p, service, asked.succeeded() ? asked.result() : Checks.Answer.DOWN);
                }));
    }

    /** The text as it was sent: words are masked only in what is told. */
    private static ObjectNode chat(Passed p) {
        return Json.object()
                .put("tenant", p.connection.tenant())
                .put("room", p.room().live().key().room())
                .put("user", p.connection.user())
                .put("name", p.connection.claims().name())
                .put("text", p.send.detail().get("text").textValue())
                .put("cid", p.send.cid())
                .put("ts", System.currentTimeMillis());
    }

    private void checked(Passed p, ExternalCheck service, Checks.Answer answer) {
        RoomState room = table.room(p.room().live().key());
        Refusal refusal = meanwhile(p, room);
        Hold.Why held = holds(service, answer) && p.verdict.held() == null ? Hold.Why.CHECK : p.verdict.held();
        if (refusal == null) {
            refusal = refusal(service, answer);
        }
        if (refusal == null && held != null) {
            refusal = SendGate.unkept(room);
        }
        if (refusal != null) {
            refuse(p, refusal);
            return;
        }
        boolean shadowed = p.verdict.shadowed()
                || answer == Checks.Answer.SHADOW
                || gate.isShadowed(
                        p.connection.claims(), p.connection.address, room, p.role, System.currentTimeMillis());
        append(p, shadowed, held);
    }

    /** What was decided while a chat waited and forbids it, or null. */
    private Refusal meanwhile(Passed p, RoomState room) {
        boolean there = p.connection.rooms().get(p.send.room()) == p.in && p.in.viewer != null;
        return there
                ? gate.again(
                        p.connection.claims(), p.connection.address, room, p.send.type(), System.currentTimeMillis())
                : Commands.notJoined();
    }

    private static void refuse(Passed p, Refusal refusal) {
        p.connection.quota().unsend();
        p.refused(refusal);
    }

    private static boolean holds(ExternalCheck service, Checks.Answer answer) {
        return answer == Checks.Answer.HOLD
                || (answer == Checks.Answer.DOWN && service.whenDown() == ExternalCheck.WhenDown.HOLD);
    }

    private static Refusal refusal(ExternalCheck service, Checks.Answer answer) {
        if (answer == Checks.Answer.REFUSE) {
            return Refusal.of(ErrorCode.TEXT_REFUSED, "it is not wanted here");
        }
        return answer == Checks.Answer.DOWN && service.whenDown() == ExternalCheck.WhenDown.REFUSE
                ? Refusal.retry(ErrorCode.UNAVAILABLE, "chats cannot be looked at now", RETRY_MS)
                : null;
    }

    private void append(Passed p, boolean shadowed, Hold.Why why) {
        RoomState room = table.room(p.room().live().key());
        Hold held = why == null || room == null ? null : Hold.of(why, room.policy(), System.currentTimeMillis());
        byte[] record = new RoomRecord(
                        p.send.type(),
                        p.verdict.deliveryClass(),
                        p.verdict.ranking(),
                        shadowed,
                        p.role.weight(),
                        node,
                        p.sendId,
                        p.connection.user(),
                        p.send.cid(),
                        p.verdict.key(),
                        held,
                        EventDetail.fragment(p.send.type(), p.connection.claims(), p.verdict.detail()))
                .encode();
        Earlier earlier = p.verdict.earlier();
        if (earlier != null) {
            Sayings.Saying saying = new Sayings.Saying(earlier.likeness(), p.send.cid(), System.currentTimeMillis());
            sayings.add(earlier.key(), saying, earlier.reachMs());
        }
        presence.sent(p.room().live().key());
        p.connection.quota().sent();
        p.room().append(record, refusal -> p.connection.loop().eventLoop().execute(() -> p.refused(refusal)));
    }
}
