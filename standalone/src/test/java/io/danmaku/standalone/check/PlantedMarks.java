package io.danmaku.standalone.check;

import static io.danmaku.standalone.check.Planted.some;
import static io.danmaku.standalone.check.PlantedContacts.change;
import static io.danmaku.standalone.check.PlantedContacts.withLast;
import static io.danmaku.standalone.check.PlantedContacts.withMarks;
import static io.danmaku.standalone.check.PlantedContacts.withUnread;

import io.danmaku.standalone.check.History.Change;
import io.danmaku.standalone.check.History.Contact;
import io.danmaku.standalone.check.History.Deed;
import io.danmaku.standalone.check.History.Device;
import io.danmaku.standalone.check.History.MarkTold;
import io.danmaku.standalone.check.History.Marks;
import io.danmaku.standalone.check.History.MarksSynced;
import io.danmaku.standalone.check.History.Message;
import io.danmaku.standalone.check.History.Note;
import io.danmaku.standalone.check.History.Outcome;
import io.danmaku.standalone.check.History.Read;
import io.danmaku.standalone.check.History.Side;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Faults of what was read and cleared that {@link Planted} puts into a good history; each is false when the history has no place for it. */
final class PlantedMarks {
    static final long FAR = 1_000;
    private static final long LATE = Long.MAX_VALUE / 2;

    private PlantedMarks() {}

    private static Read acknowledged(List<Read> reads, Random random) {
        return some(reads, random, Read::acknowledged);
    }

    private static Side side(Read read) {
        return new Side(read.user(), read.peer());
    }

    static boolean lost(History history, Random random) {
        Read read = acknowledged(history.reads, random);
        if (read == null) {
            return false;
        }
        Side side = side(read);
        long unread = SimulatedRun.unread(side, new Evidence(history).of(side), 0);
        change(
                history,
                side,
                one -> withUnread(
                        withMarks(
                                one,
                                new Marks(
                                        0,
                                        one.marks().peerRead(),
                                        one.marks().delivered(),
                                        one.marks().peerDelivered())),
                        unread));
        return notToldToThePeer(history, side);
    }

    private static boolean notToldToThePeer(History history, Side side) {
        change(
                history,
                side.other(),
                one -> withMarks(
                        one,
                        new Marks(
                                one.marks().read(),
                                0,
                                one.marks().delivered(),
                                one.marks().peerDelivered())));
        return true;
    }

    private static boolean answered(History history, Random random, long more) {
        return answered(
                history.clears.isEmpty() || random.nextBoolean() ? history.reads : history.clears, random, more);
    }

    static boolean answered(List<Read> all, Random random, long more) {
        Read read = acknowledged(all, random);
        return read != null
                && Collections.replaceAll(
                        all,
                        read,
                        new Read(
                                read.user(),
                                read.peer(),
                                read.seq(),
                                read.at(),
                                read.till(),
                                read.outcome(),
                                read.seq() + more));
    }

    static boolean answeredWithLess(History history, Random random) {
        return answered(history, random, -1);
    }

    static boolean answeredWithMore(History history, Random random) {
        return answered(history, random, FAR);
    }

    /** A block that comes later explains nothing. */
    static boolean keptBackBeforeABlock(History history, Random random) {
        Read read = some(
                history.reads,
                random,
                one -> one.acknowledged()
                        && history.reads.stream()
                                .noneMatch(other ->
                                        !other.acknowledged() && side(other).equals(side(one)))
                        && history.changes.stream()
                                .noneMatch(change -> change.deed() == Deed.BLOCK
                                        && change.user() == one.peer()
                                        && change.peer() == one.user()));
        if (read == null) {
            return false;
        }
        if (random.nextBoolean()) {
            history.changes.add(new Change(
                    Deed.BLOCK,
                    /* user= */ read.peer(),
                    /* peer= */ read.user(),
                    "",
                    "",
                    LATE,
                    LATE + 1,
                    Outcome.ACKNOWLEDGED,
                    "",
                    0));
        }
        return notToldToThePeer(history, side(read));
    }

    private static MarksSynced withRead(MarksSynced told, long read) {
        Marks m = told.marks();
        return new MarksSynced(
                told.device(),
                told.peer(),
                new Marks(read, m.peerRead(), m.delivered(), m.peerDelivered()),
                told.unread(),
                told.lastSeq(),
                told.at(),
                told.till());
    }

    static boolean olderSynced(History history, Random random) {
        MarksSynced told = some(history.syncedMarks, random, one -> one.marks().read() > 0);
        return told != null
                && history.syncedMarks.add(withRead(told, told.marks().read() - 1));
    }

    static boolean neverSynced(History history, Random random) {
        MarksSynced told = some(history.syncedMarks, random, one -> one.marks().peerRead() > 0);
        return told != null
                && history.syncedMarks.removeIf(one -> one.device().equals(told.device()) && one.peer() == told.peer());
    }

    static boolean wrongUnreadSynced(History history, Random random) {
        MarksSynced told = some(history.syncedMarks, random, one -> true);
        return told != null
                && Collections.replaceAll(
                        history.syncedMarks,
                        told,
                        new MarksSynced(
                                told.device(),
                                told.peer(),
                                told.marks(),
                                told.unread() + FAR,
                                told.lastSeq(),
                                told.at(),
                                told.till()));
    }

    /** The count is right up to there, but a newer message had been acknowledged. */
    static boolean oldLastSynced(History history, Random random) {
        Evidence evidence = new Evidence(history);
        MarksSynced told = some(
                history.syncedMarks,
                random,
                one -> evidence.of(new Side(one.device().user(), one.peer())).stream()
                        .anyMatch(message -> message.seq() == one.lastSeq()
                                && evidence.answeredAt(Evidence.intentOf(message)) < one.at()));
        if (told == null) {
            return false;
        }
        Side side = new Side(told.device().user(), told.peer());
        List<Message> all = evidence.of(side);
        Message last = all.stream()
                .filter(message -> message.seq() == told.lastSeq())
                .findFirst()
                .orElseThrow();
        boolean counted = last.from() == told.peer() && told.unread() > 0;
        return Collections.replaceAll(
                history.syncedMarks,
                told,
                new MarksSynced(
                        told.device(),
                        told.peer(),
                        told.marks(),
                        told.unread() - (counted ? 1 : 0),
                        told.lastSeq() - 1,
                        told.at(),
                        told.till()));
    }

    static boolean neverSet(History history, Random random) {
        MarkTold mark = some(history.marks, random, one -> true);
        return mark != null
                && history.marks.add(new MarkTold(
                        mark.device(), mark.read(), mark.reader(), mark.peer(), mark.seq() + FAR, mark.at()));
    }

    static boolean toldToAStranger(History history, Random random) {
        MarkTold mark = some(history.marks, random, one -> true);
        Device device = mark == null
                ? null
                : some(
                        history.synced.keySet(),
                        random,
                        one -> one.user() != mark.reader() && one.user() != mark.peer());
        return device != null
                && history.marks.add(
                        new MarkTold(device, mark.read(), mark.reader(), mark.peer(), mark.seq(), mark.at()));
    }

    static boolean toldToWhoHadBlocked(History history, Random random) {
        MarkTold mark = some(history.marks, random, one -> one.device().user() == one.peer());
        if (mark == null) {
            return false;
        }
        long first = (mark.read() ? history.reads : history.deliveries)
                .stream()
                        .filter(read -> read.user() == mark.reader() && read.peer() == mark.peer())
                        .mapToLong(Read::at)
                        .min()
                        .orElseThrow();
        return PlantedPermission.plantBlock(history, /* user= */ mark.peer(), /* peer= */ mark.reader(), first);
    }

    private static List<Message> of(History history, Read clear) {
        return new Evidence(history).of(side(clear));
    }

    private static Message below(History history, Random random, Read clear) {
        return clear == null
                ? null
                : some(
                        of(history, clear),
                        random,
                        message -> message.seq() <= clear.answered()
                                && Planted.isAcknowledged(history, message)
                                && history.changes.stream()
                                        .noneMatch(change -> change.deed() == Deed.HIDE
                                                && change.cid().equals(message.cid())));
    }

    static boolean clearedStillThere(History history, Random random) {
        Read clear = acknowledged(history.clears, random);
        Message message = below(history, random, clear);
        if (message == null) {
            return false;
        }
        history.histories
                .computeIfAbsent(side(clear), side -> new ArrayList<>())
                .add(0, message);
        return true;
    }

    /** A clear whose outcome nobody knows has taken a part of what it should. */
    static boolean clearedByHalf(History history, Random random) {
        Read clear = acknowledged(history.clears, random);
        if (clear == null || clear.answered() != clear.seq()) {
            return false;
        }
        List<Message> gone = of(history, clear).stream()
                .filter(message -> message.seq() <= clear.seq()
                        && history.changes.stream()
                                .noneMatch(change -> change.deed() == Deed.HIDE
                                        && change.cid().equals(message.cid())))
                .toList();
        history.clears.removeIf(one -> side(one).equals(side(clear)));
        history.clears.add(
                new Read(clear.user(), clear.peer(), clear.seq(), clear.at(), clear.till(), Outcome.UNKNOWN, 0));
        return gone.size() > 1
                && history.histories
                        .computeIfAbsent(side(clear), side -> new ArrayList<>())
                        .addAll(0, gone.subList(0, 1));
    }

    static boolean clearedTooFar(History history, Random random) {
        Read clear = acknowledged(history.clears, random);
        List<Message> shown = clear == null ? List.of() : history.histories.getOrDefault(side(clear), List.of());
        long most = clear == null
                ? 0
                : history.clears.stream().mapToLong(Read::seq).max().orElse(0);
        if (shown.isEmpty() || shown.get(0).seq() <= most || !Planted.isAcknowledged(history, shown.get(0))) {
            return false;
        }
        return shown.remove(shown.get(0));
    }

    static boolean clearedForThePeer(History history, Random random) {
        Read clear = acknowledged(history.clears, random);
        Message message = below(history, random, clear);
        return message != null
                && history.histories
                        .getOrDefault(side(clear).other(), List.of())
                        .remove(message);
    }

    static boolean clearedAndNeverTold(History history, Random random) {
        Read clear = acknowledged(history.clears, random);
        Message message = below(history, random, clear);
        if (message == null) {
            return false;
        }
        Device device = new Device(clear.user(), 0);
        history.pushed.get(device).removeIf(message::equals);
        return history.synced.get(device).remove(message);
    }

    static boolean clearedIsUnread(History history, Random random) {
        Read clear = acknowledged(history.clears, random);
        if (clear == null) {
            return false;
        }
        Side side = side(clear);
        Contact contact = history.contacts.get(clear.user()).stream()
                .filter(one -> one.peer() == clear.peer())
                .findFirst()
                .orElseThrow();
        long unread =
                SimulatedRun.unread(side, of(history, clear), contact.marks().read());
        change(history, side, one -> withUnread(one, unread));
        return unread > contact.unread()
                && history.clears.stream().noneMatch(one -> side(one).equals(side) && one.outcome() == Outcome.UNKNOWN);
    }

    static boolean clearedIsTheLast(History history, Random random) {
        Read clear = acknowledged(history.clears, random);
        Message newest = clear == null ? null : new Evidence(history).newest(side(clear));
        if (newest == null || newest.seq() > clear.answered()) {
            return false;
        }
        change(history, side(clear), one -> withLast(one, newest));
        return true;
    }

    static boolean clearNotTold(History history, Random random) {
        Read clear = acknowledged(history.clears, random);
        return clear != null
                && history.notes.removeIf(note -> note.what().equals("cleared")
                        && note.device().equals(new Device(clear.user(), 0))
                        && note.peer() == clear.peer());
    }

    static boolean clearToldToThePeer(History history, Random random) {
        Note note = some(history.notes, random, one -> one.what().equals("cleared"));
        return note != null
                && history.notes.add(
                        new Note(new Device(note.peer(), 0), note.peer(), note.what(), note.value(), note.rev()));
    }
}
