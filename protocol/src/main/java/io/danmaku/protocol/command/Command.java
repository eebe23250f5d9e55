package io.danmaku.protocol.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.event.EventType;
import io.danmaku.protocol.room.DeviceKind;
import java.util.List;

/** One request of a client, checked for form (types, lengths, alphabets) but not for permission. */
public sealed interface Command {

    /**
     * Presents a token, at first or to renew it on the open connection; or comes as a guest. One of both is null.
     *
     * @param guest the tenant whose rooms the guest wants to read; its form is not checked
     * @param client what the connection is on, or null when it does not say
     */
    record Auth(String token, String guest, DeviceKind client) implements Command {
        public static Auth token(String token) {
            return new Auth(token, null, null);
        }

        public static Auth guest(String tenant) {
            return new Auth(null, tenant, null);
        }
    }

    /**
     * Starts watching a room.
     *
     * @param since last offset the client has, or -1; 0 asks for all that is kept
     * @param last ask for the newest so many offsets instead, or -1
     * @param epoch the room's epoch the client knew, or null; another one than the room's makes {@code since} void
     */
    record Join(String room, long since, int last, String epoch) implements Command {}

    record Leave(String room) implements Command {}

    /** Sends an event; {@code cid} is the client's id for it, by which a repeat is known. */
    record Send(String room, EventType type, String cid, ObjectNode detail) implements Command {}

    /** Asks for the newest {@code limit} events below offset {@code before} (Long.MAX_VALUE = from the head). */
    record History(String room, long before, int limit) implements Command {}

    /** What changes a conversation: it goes through the conversation's log. */
    sealed interface DmWrite extends Command {
        /** The other side. */
        String peer();
    }

    /**
     * Sends a direct message.
     *
     * @param body a text, or of other kinds the JSON of an object
     * @param reply id of the message that it answers, empty = none
     */
    record DmSend(String peer, String cid, String kind, String body, String reply) implements DmWrite {
        /** The same with another body. */
        public DmSend withBody(String told) {
            return new DmSend(peer, cid, kind, told, reply);
        }
    }

    record DmRead(String peer, long seq) implements DmWrite {}

    /** Says that a device has got all messages up to a number. */
    record DmDelivered(String peer, long seq) implements DmWrite {}

    /**
     * Puts another body into one's own message.
     *
     * @param text whether it is a text, else the JSON of an object
     */
    record DmEdit(String peer, String mid, String body, boolean text) implements DmWrite {
        /** The same with another body. */
        public DmEdit withBody(String told) {
            return new DmEdit(peer, mid, told, text);
        }
    }

    /** Takes one's own message back. */
    record DmRecall(String peer, String mid) implements DmWrite {}

    /** Sets a sign at a message, or (empty) takes it away. */
    record DmReact(String peer, String mid, String sign) implements DmWrite {}

    /** Hides a message from oneself. */
    record DmHide(String peer, String mid) implements DmWrite {}

    /** Hides all messages up to a number from oneself. */
    record DmClear(String peer, long seq) implements DmWrite {}

    /** Lets nothing come from the other side any more, or lets it again. */
    record DmBlock(String peer, boolean blocked) implements DmWrite {}

    /** Says for how many seconds new messages of both live, 0 = for ever: {@link io.danmaku.protocol.json.OwnFields#isExpiry}. */
    record DmExpiry(String peer, long seconds) implements DmWrite {}

    /** Says something of the other side: {@link io.danmaku.protocol.json.OwnFields#RELATION}. */
    record DmRelation(String peer, ObjectNode change) implements DmWrite {}

    /** Changes the user's settings, {@link io.danmaku.protocol.json.OwnFields#SETTINGS}; asks for them when the change is empty. */
    record DmSettings(ObjectNode change) implements Command {}
    /**
     * Tells the tenant's admins of messages.
     *
     * @param mids of messages of the conversation, 1..20, each once
     * @param category empty = none; which there are is not checked
     */
    record DmReport(String peer, List<String> mids, String category, String reason) implements Command {}

    /** Asks for direct messages after an opaque position; null = from the first one kept. */
    record DmSync(String position, int limit) implements Command {}

    /** Asks for the newest {@code limit} messages with a peer below number {@code before} (Long.MAX_VALUE = the newest). */
    record DmHistory(String peer, long before, int limit) implements Command {}

    /**
     * Asks for recent conversations, behind an opaque cursor; null = from the newest.
     *
     * @param box {@code inbox}, {@code requests}, or null = both
     */
    record DmContacts(String cursor, int limit, String box) implements Command {}

    /** Says that one is about to write to a peer. */
    record DmTyping(String peer) implements Command {}

    /** Says whom this connection wants to see online or not, instead of those of before. */
    record DmLook(List<String> peers) implements Command {}

    record Ping() implements Command {}
}
