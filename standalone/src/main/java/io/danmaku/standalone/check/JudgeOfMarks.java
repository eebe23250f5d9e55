package io.danmaku.standalone.check;

import io.danmaku.standalone.check.History.Contact;
import io.danmaku.standalone.check.History.Device;
import io.danmaku.standalone.check.History.MarkTold;
import io.danmaku.standalone.check.History.Marks;
import io.danmaku.standalone.check.History.MarksSynced;
import io.danmaku.standalone.check.History.Message;
import io.danmaku.standalone.check.History.Note;
import io.danmaku.standalone.check.History.Outcome;
import io.danmaku.standalone.check.History.Read;
import io.danmaku.standalone.check.History.Side;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The rules about how far somebody has read, what is told of that, and what somebody has cleared: numbers that only rise, on one side of a conversation. */
final class JudgeOfMarks {
    private final History history;
    private final Evidence evidence;
    private final Findings findings;
    private final Map<Side, Contact> contacts;

    JudgeOfMarks(History history, Evidence evidence, Findings findings) {
        this.history = history;
        this.evidence = evidence;
        this.findings = findings;
        contacts = evidence.contacts();
    }

    void judge() {
        readMarksNeverFall();
        unreadIsThatOfTheModel();
        thePeerIsToldTheMark();
        onlyMarksThatWereSetAreTold();
        noMarkReachesWhoBlocksItsReader();
        syncTellsTheMarks();
        syncedUnreadIsThatOfTheModel();
        clearedIsGoneForWhoClearedIt();
        ownDevicesAreToldWhatIsCleared();
    }

    /** Unread is what one received above one's mark and has not cleared; the mark is one that it can be. */
    private void unreadIsThatOfTheModel() {
        contacts.forEach(this::unreadIsThatOfTheModel);
    }

    private void unreadIsThatOfTheModel(Side side, Contact contact) {
        String rule = "unreadIsThatOfTheModel";
        Set<Long> marks = Rising.possible(evidence.reads(side));
        if (!marks.contains(contact.marks().read())) {
            findings.fault(rule, side, 0, "", "the mark is " + contact.marks().read() + ", it can be " + marks);
        }
        Set<Long> unread = new TreeSet<>();
        for (long cleared : cleared(side)) {
            unread.add(received(side, Math.max(contact.marks().read(), cleared), Long.MAX_VALUE));
        }
        if (!unread.contains(contact.unread())) {
            findings.fault(
                    rule,
                    side,
                    0,
                    "",
                    contact.unread() + " are told as unread, received after "
                            + contact.marks().read() + " and not cleared were " + unread);
        }
    }

    /** Up to where a side can have cleared: its history begins behind that, and shows what comes then. */
    private Set<Long> fitting(Side side) {
        Set<Message> shown = new HashSet<>(history.histories.getOrDefault(side, List.of()));
        Set<Long> cleared = new TreeSet<>();
        for (long upTo : Rising.possible(evidence.clears(side))) {
            boolean fits = evidence.of(side).stream()
                    .allMatch(message -> message.seq() <= upTo
                            ? !shown.contains(message)
                            : shown.contains(message) || evidence.isHidden(side, message, change -> true));
            if (fits) {
                cleared.add(upTo);
            }
        }
        return cleared;
    }

    private Set<Long> cleared(Side side) {
        List<Read> asked = evidence.clears(side);
        Set<Long> fitting = asked.isEmpty() ? Set.of() : fitting(side);
        return fitting.isEmpty() ? Set.of(Rising.least(asked)) : fitting;
    }

    /**
     * The peer is told the same mark; less only where it has blocked the reader meanwhile: then at least what was read without a block and was
     * not the mark already, and nothing that was read in one.
     */
    private void thePeerIsToldTheMark() {
        contacts.forEach((side, contact) -> {
            Contact other = contacts.get(side.other());
            if (other == null) {
                return;
            }
            List<Read> reads = evidence.reads(side);
            List<Read> unsure = reads.stream()
                    .filter(read -> evidence.mayBeKeptBack(side, read))
                    .toList();
            Set<Long> possible = new TreeSet<>(Set.of(0L));
            long least = 0;
            for (Read read : reads) {
                // one that stood there already is told to nobody
                if (!evidence.isKeptBack(side, read, read.end()) && Rising.mayMove(read, reads)) {
                    possible.add(read.seq());
                }
                boolean told = read.acknowledged()
                        && unsure.stream().noneMatch(one -> one.seq() >= read.seq() && one.at() < read.till());
                least = told ? Math.max(least, read.seq()) : least;
            }
            long told = other.marks().peerRead();
            boolean good = unsure.isEmpty()
                    ? told == contact.marks().read()
                    : told >= least && told <= contact.marks().read() && possible.contains(told);
            if (!good) {
                findings.fault(
                        "thePeerIsToldTheMark",
                        side,
                        0,
                        "",
                        "the mark is " + contact.marks().read() + ", the peer is told " + told + ", with blocks at "
                                + unsure + " at least " + least);
            }
        });
    }

    /** A read is answered with its number or a higher one that was asked for, and never with less than an earlier answer; so is a clear. */
    private void readMarksNeverFall() {
        for (Map<Side, List<Read>> asked : List.of(evidence.reads(), evidence.clears())) {
            asked.forEach((side, all) -> Rising.neverFalls("readMarksNeverFall", findings, side, all, read -> true));
        }
    }

    /** Which reads or deliveries can have made a mark that was told. */
    private List<Read> made(MarkTold mark) {
        Side side = side(mark);
        return (mark.read() ? evidence.reads(side) : evidence.deliveries(side))
                .stream()
                        .filter(read -> read.seq() == mark.seq() && read.at() < mark.at())
                        .toList();
    }

    /** Devices of the two are told marks that one of them has set, and nobody else is. */
    private void onlyMarksThatWereSetAreTold() {
        for (MarkTold mark : history.marks) {
            int user = mark.device().user();
            if (made(mark).isEmpty() || (user != mark.reader() && user != mark.peer())) {
                findings.fault("onlyMarksThatWereSetAreTold", side(mark), mark.seq(), "", told(mark));
            }
        }
    }

    /** Whoever has blocked somebody is not told of what that one reads or gets after that. */
    private void noMarkReachesWhoBlocksItsReader() {
        for (MarkTold mark : history.marks) {
            Side side = side(mark);
            List<Read> made = made(mark);
            if (mark.device().user() == mark.peer()
                    && !made.isEmpty()
                    && made.stream()
                            .allMatch(read -> evidence.isKeptBack(side, read, Math.min(read.end(), mark.at())))) {
                findings.fault("noMarkReachesWhoBlocksItsReader", side, mark.seq(), "", told(mark));
            }
        }
    }

    /** Sync alone tells each device the marks that its contacts have in the end; one that came late has those of its first contacts till then. */
    private void syncTellsTheMarks() {
        Map<Device, Map<Integer, Marks>> last = new HashMap<>();
        history.begins.forEach((device, begin) -> begin.contacts()
                .forEach((peer, contact) ->
                        last.computeIfAbsent(device, d -> new HashMap<>()).put(peer, contact.marks())));
        history.syncedMarks.forEach(marks ->
                last.computeIfAbsent(marks.device(), device -> new HashMap<>()).put(marks.peer(), marks.marks()));
        for (Device device : history.synced.keySet()) {
            contacts.forEach((side, contact) -> {
                if (side.user() == device.user()) {
                    Marks told = last.getOrDefault(device, Map.of()).getOrDefault(side.peer(), Marks.NONE);
                    if (!told.equals(contact.marks())) {
                        String what = device + " was told " + told + ", the contact is " + contact;
                        findings.fault("syncTellsTheMarks", side, 0, "", what);
                    }
                }
            });
        }
    }

    /** What sync says is unread is what one received above the mark and what is cleared, up to a message that is not older than the newest one known. */
    private void syncedUnreadIsThatOfTheModel() {
        for (MarksSynced told : history.syncedMarks) {
            Side side = new Side(told.device().user(), told.peer());
            Set<Long> cleared = new TreeSet<>();
            long least = 0;
            for (Read clear : evidence.clears(side)) {
                if (clear.outcome() != Outcome.REFUSED && clear.at() < told.till()) {
                    cleared.add(clear.seq());
                }
                least = clear.till() < told.at() ? Math.max(least, clear.answered()) : least;
            }
            cleared.add(least);
            Set<Long> unread = new TreeSet<>();
            for (long upTo : cleared) {
                if (upTo >= least) {
                    unread.add(received(side, Math.max(told.marks().read(), upTo), told.lastSeq()));
                }
            }
            long known = evidence.of(side).stream()
                    .filter(message -> evidence.answeredAt(Evidence.intentOf(message)) < told.at())
                    .mapToLong(Message::seq)
                    .max()
                    .orElse(0);
            if (!unread.contains(told.unread()) || told.lastSeq() < known) {
                String what = told + ", it can be " + unread + ", and " + known + " was known";
                findings.fault("syncedUnreadIsThatOfTheModel", side, told.lastSeq(), "", what);
            }
        }
    }

    private long received(Side side, long above, long upTo) {
        return evidence.of(side).stream()
                .filter(message -> message.from() != side.user() && message.seq() > above && message.seq() <= upTo)
                .count();
    }

    private static Side side(MarkTold mark) {
        return new Side(mark.reader(), mark.peer());
    }

    private static String told(MarkTold mark) {
        return mark.device() + " was told the mark at " + mark.at() + " us";
    }

    /** What is cleared is not in the history of who cleared it, and all above it is. */
    private void clearedIsGoneForWhoClearedIt() {
        String rule = "clearedIsGoneForWhoClearedIt";
        evidence.clears().forEach((side, all) -> {
            long least = Rising.least(all);
            history.histories.getOrDefault(side, List.of()).stream()
                    .filter(message -> message.seq() <= least)
                    .forEach(message ->
                            findings.fault(rule, message, Plan.name(side.user()) + " has cleared it and still has it"));
            if (fitting(side).isEmpty()) {
                findings.fault(
                        rule, side, 0, "", "the history fits none of what can be cleared: " + Rising.possible(all));
            }
        });
    }

    /** Whether a device came late, and all that counts may have been cleared by then. */
    private boolean wasBefore(Device device, List<Read> clears) {
        if (!history.isLate(device)) {
            return false;
        }
        long from = history.begins.get(device).till();
        return Rising.least(clears.stream().filter(clear -> clear.at() < from).toList()) == Rising.least(clears);
    }

    /** All own devices are told up to where something is cleared, and nobody else's are. */
    private void ownDevicesAreToldWhatIsCleared() {
        Map<Device, Map<Side, Long>> told = new HashMap<>();
        Set<Side> sides = new TreeSet<>(evidence.clears().keySet());
        for (Note note : history.notes) {
            if (note.what().equals("cleared")) {
                Side side = new Side(note.device().user(), note.peer());
                sides.add(side);
                told.computeIfAbsent(note.device(), device -> new HashMap<>())
                        .merge(side, Long.parseLong(note.value()), Math::max);
            }
        }
        for (Device device : history.synced.keySet()) {
            for (Side side : sides) {
                long upTo = told.getOrDefault(device, Map.of()).getOrDefault(side, 0L);
                Set<Long> possible = Rising.possible(evidence.clears(side));
                if (wasBefore(device, evidence.clears(side))) {
                    possible.add(0L);
                }
                if (side.user() == device.user() && !possible.contains(upTo)) {
                    findings.fault(
                            "ownDevicesAreToldWhatIsCleared",
                            side,
                            upTo,
                            "",
                            device + " was told that it is cleared up to " + upTo + ", it can be " + possible);
                }
            }
        }
    }
}
