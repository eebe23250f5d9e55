package io.danmaku.dm.inbound;

import io.danmaku.dm.conversation.ConversationKey;
import io.danmaku.dm.conversation.LoggedRecord;
import io.danmaku.dm.conversation.Outcome;
import io.danmaku.dm.conversation.Rules;
import io.danmaku.dm.conversation.Windows;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.log.DirectRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The simplest thing that could be true of a log: read once from its start, everything in plain maps. */
final class Reference {
    /** One message. */
    static final class Message {
        final LoggedRecord sent;
        final long seq;
        final TreeMap<Long, String> versions = new TreeMap<>();
        final Map<String, String> signs = new HashMap<>();
        String body;
        boolean recalled;
        /** Records that changed it, this one's own not among them. */
        final List<Long> changedBy = new ArrayList<>();

        Message(LoggedRecord sent, long seq) {
            this.sent = sent;
            this.seq = seq;
            body = sent.record().body();
        }

        String from() {
            return sent.record().from();
        }
    }

    /** What one user has done with a conversation. */
    static final class Side {
        final Set<Long> hidden = new HashSet<>();
        long read;
        long delivered;
        /** What the other side is told of them. */
        long readTold;

        long deliveredTold;
        long cleared;
        boolean blocks;
        /** Records by which devices of this user hear of something. */
        final Set<Long> notes = new HashSet<>();
    }

    final Map<String, Message> messages = new LinkedHashMap<>();
    final Map<ConversationKey, List<Message>> conversations = new LinkedHashMap<>();
    private final Map<String, Side> sides = new HashMap<>();
    /** By index: of records that move a mark, whom they tell. */
    final Map<Long, Outcome.Marked> moves = new HashMap<>();
    /** By index: the code of what is refused, null of what is not. */
    final Map<Long, ErrorCode> refusals = new HashMap<>();

    private final Windows windows;

    Reference(Iterable<LoggedRecord> log, long upTo, Windows windows) {
        this.windows = windows;
        for (LoggedRecord logged : log) {
            if (logged.index() <= upTo) {
                refusals.put(logged.index(), take(logged));
            }
        }
    }

    Side side(DirectRecord about, String owner, String peer) {
        return side(about.tenant(), owner, peer);
    }

    Side side(String tenant, String owner, String peer) {
        return sides.computeIfAbsent(tenant + "/" + ModelTables.pair(owner, peer), k -> new Side());
    }

    private ErrorCode take(LoggedRecord logged) {
        DirectRecord r = logged.record();
        if (Rules.check(r) != null) {
            return Rules.check(r).code();
        }
        List<Message> all = conversations.computeIfAbsent(ConversationKey.of(r), k -> new ArrayList<>());
        Side own = side(r, r.from(), r.to());
        boolean blocked = side(r, r.to(), r.from()).blocks;
        switch (r.op()) {
            case SEND -> {
                String mid = Rules.messageId(r);
                if (!messages.containsKey(mid)) {
                    if (blocked) {
                        return ErrorCode.BLOCKED;
                    }
                    Message message = new Message(logged, all.size() + 1L);
                    messages.put(mid, message);
                    all.add(message);
                }
            }
            case READ -> {
                long upTo = Math.min(r.seq(), all.size());
                if (upTo > own.read) {
                    own.read = upTo;
                    own.readTold = blocked ? own.readTold : upTo;
                    moves.put(logged.index(), new Outcome.Marked(upTo, true, !blocked));
                }
            }
            case DELIVERED -> {
                long upTo = Math.min(r.seq(), all.size());
                if (upTo > Math.max(own.read, own.delivered)) {
                    own.delivered = upTo;
                    own.deliveredTold = blocked ? own.deliveredTold : upTo;
                    moves.put(logged.index(), new Outcome.Marked(upTo, true, !blocked));
                }
            }
            case CLEAR -> {
                long upTo = Math.min(r.seq(), all.size());
                if (upTo > 0 && upTo >= own.cleared) {
                    own.cleared = upTo;
                    own.notes.add(logged.index());
                }
            }
            case BLOCK, UNBLOCK -> {
                boolean wanted = r.op() == DirectRecord.Op.BLOCK;
                if (own.blocks != wanted) {
                    own.blocks = wanted;
                    own.notes.add(logged.index());
                }
            }
            default -> {
                return change(logged, messages.get(r.mid()), own, blocked);
            }
        }
        return null;
    }

    private ErrorCode change(LoggedRecord logged, Message message, Side own, boolean blocked) {
        DirectRecord r = logged.record();
        if (r.op() == DirectRecord.Op.RECALL
                && message != null
                && message.recalled
                && message.from().equals(r.from())
                && ConversationKey.of(message.sent.record()).equals(ConversationKey.of(r))) {
            return null;
        }
        if (message == null
                || (message.recalled && r.op() != DirectRecord.Op.HIDE)
                || !ConversationKey.of(message.sent.record()).equals(ConversationKey.of(r))) {
            return ErrorCode.NOT_FOUND;
        }
        long age = logged.tsMs() - message.sent.tsMs();
        boolean mine = message.from().equals(r.from());
        switch (r.op()) {
            case EDIT -> {
                if (!mine) {
                    return ErrorCode.FORBIDDEN;
                }
                if (age > windows.editMs()) {
                    return ErrorCode.TOO_LATE;
                }
                if (blocked) {
                    return ErrorCode.BLOCKED;
                }
                message.versions.putIfAbsent(
                        message.sent.index(), message.sent.record().body());
                message.versions.put(logged.index(), r.body());
                message.body = r.body();
                message.changedBy.add(logged.index());
            }
            case RECALL -> {
                if (!mine) {
                    return ErrorCode.FORBIDDEN;
                }
                if (age > windows.recallMs()) {
                    return ErrorCode.TOO_LATE;
                }
                message.recalled = true;
                message.body = "";
                message.versions.clear();
                message.signs.clear();
                message.changedBy.add(logged.index());
            }
            case REACT -> {
                if (blocked) {
                    return ErrorCode.BLOCKED;
                }
                message.signs.put(r.from(), r.body());
                message.changedBy.add(logged.index());
            }
            default -> {
                own.hidden.add(message.seq);
                own.notes.add(logged.index());
            }
        }
        return null;
    }
}
