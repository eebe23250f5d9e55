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
        /** 0 = never. */
        final long expiresMs;
        /** Records that changed it, this one's own not among them. */
        final List<Long> changedBy = new ArrayList<>();

        Message(LoggedRecord sent, long seq, long expirySeconds) {
            this.sent = sent;
            this.seq = seq;
            expiresMs = expirySeconds == 0 ? 0 : sent.tsMs() + 1_000 * expirySeconds;
            body = sent.record().body();
        }

        String from() {
            return sent.record().from();
        }

        boolean isNotice() {
            return sent.record().kind().equals("notice");
        }

        boolean isExpired(long atMs) {
            return expiresMs > 0 && atMs >= expiresMs;
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
    /** For how many seconds messages of a conversation live; none = for ever. */
    final Map<ConversationKey, Long> expiries = new HashMap<>();

    private final Map<String, Side> sides = new HashMap<>();
    /** By index: of records that move a mark, whom they tell. */
    final Map<Long, Outcome.Marked> moves = new HashMap<>();
    /** By owner and index: of records that move marks which the owner is told of, the other side. */
    final Map<String, TreeMap<Long, String>> marked = new HashMap<>();
    /** By index: the code of what is refused, null of what is not. */
    final Map<Long, ErrorCode> refusals = new HashMap<>();

    final ReferenceOwn own;
    private final Windows windows;

    Reference(Iterable<LoggedRecord> log, long upTo, InboundConfig config) {
        windows = config.windows();
        own = new ReferenceOwn(config.strangerMessages());
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
        if (r.op() == DirectRecord.Op.SETTINGS) {
            own.settle(r);
            return null;
        }
        List<Message> all = conversations.computeIfAbsent(ConversationKey.of(r), k -> new ArrayList<>());
        Side side = side(r, r.from(), r.to());
        boolean blocked = side(r, r.to(), r.from()).blocks;
        ErrorCode barred = blocked ? ErrorCode.BLOCKED : null;
        if (!blocked && !"notice".equals(r.kind())) {
            barred = own.refused(r, all, r.op() == DirectRecord.Op.SEND);
        }
        switch (r.op()) {
            case SEND -> {
                String mid = Rules.messageId(r);
                if (!messages.containsKey(mid)) {
                    if (barred != null) {
                        return barred;
                    }
                    long lives = expiries.getOrDefault(ConversationKey.of(r), 0L);
                    Message message = new Message(logged, all.size() + 1L, lives);
                    messages.put(mid, message);
                    all.add(message);
                }
            }
            case ASK -> {
                return messages.containsKey(Rules.messageId(r)) ? null : ErrorCode.TEXT_REFUSED;
            }
            case READ -> {
                long upTo = Math.min(r.seq(), all.size());
                if (upTo > side.read) {
                    side.read = upTo;
                    side.readTold = blocked ? side.readTold : upTo;
                    moved(logged, upTo, !blocked);
                }
            }
            case DELIVERED -> {
                long upTo = Math.min(r.seq(), all.size());
                if (upTo > Math.max(side.read, side.delivered)) {
                    side.delivered = upTo;
                    side.deliveredTold = blocked ? side.deliveredTold : upTo;
                    moved(logged, upTo, !blocked);
                }
            }
            case CLEAR -> {
                long upTo = Math.min(r.seq(), all.size());
                if (upTo > 0 && upTo >= side.cleared) {
                    side.cleared = upTo;
                    marked(logged, r.from(), r.to());
                    side.notes.add(logged.index());
                }
            }
            case BLOCK, UNBLOCK -> {
                boolean wanted = r.op() == DirectRecord.Op.BLOCK;
                if (side.blocks != wanted) {
                    side.blocks = wanted;
                    side.notes.add(logged.index());
                }
            }
            case EXPIRE -> {
                if (barred != null) {
                    return barred;
                }
                if (expiries.getOrDefault(ConversationKey.of(r), 0L) != r.seq()) {
                    expiries.put(ConversationKey.of(r), r.seq());
                    side.notes.add(logged.index());
                    side(r, r.to(), r.from()).notes.add(logged.index());
                }
            }
            case RELATE -> {
                if (own.relate(r)) {
                    side.notes.add(logged.index());
                }
            }
            default -> {
                return change(logged, messages.get(r.mid()), side, barred);
            }
        }
        return null;
    }

    private void moved(LoggedRecord logged, long upTo, boolean told) {
        DirectRecord r = logged.record();
        moves.put(logged.index(), new Outcome.Marked(upTo, true, told));
        marked(logged, r.from(), r.to());
        if (told) {
            marked(logged, r.to(), r.from());
        }
    }

    private void marked(LoggedRecord logged, String owner, String peer) {
        marked.computeIfAbsent(owner, k -> new TreeMap<>()).put(logged.index(), peer);
    }

    private ErrorCode change(LoggedRecord logged, Message message, Side side, ErrorCode barred) {
        DirectRecord r = logged.record();
        if (r.op() == DirectRecord.Op.RECALL
                && message != null
                && message.recalled
                && message.from().equals(r.from())
                && ConversationKey.of(message.sent.record()).equals(ConversationKey.of(r))) {
            return null;
        }
        if (message == null
                || ((message.recalled || message.isExpired(logged.tsMs())) && r.op() != DirectRecord.Op.HIDE)
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
                if (barred != null) {
                    return barred;
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
                if (barred != null) {
                    return barred;
                }
                message.signs.put(r.from(), r.body());
                message.changedBy.add(logged.index());
            }
            default -> {
                side.hidden.add(message.seq);
                side.notes.add(logged.index());
            }
        }
        return null;
    }
}
