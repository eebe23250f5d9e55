package io.danmaku.standalone.check;

import io.danmaku.standalone.check.History.Contact;
import io.danmaku.standalone.check.History.Device;
import io.danmaku.standalone.check.History.MarkTold;
import io.danmaku.standalone.check.History.MarksSynced;
import io.danmaku.standalone.check.History.Message;
import io.danmaku.standalone.check.History.Note;
import io.danmaku.standalone.check.History.Outcome;
import io.danmaku.standalone.check.History.Read;
import io.danmaku.standalone.check.History.Side;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The rules about how far somebody has read and what somebody has cleared: numbers that only rise, on one side of a conversation. */
final class JudgeOfMarks {
    private final History history;
    private final Evidence evidence;
    private final Findings findings;
    private final Map<Side, Contact> contacts = new TreeMap<>();

    JudgeOfMarks(History history, Evidence evidence, Findings findings) {
        this.history = history;
        this.evidence = evidence;
        this.findings = findings;
        history.contacts.forEach((user, all) ->
                all.forEach(contact -> contacts.putIfAbsent(new Side(user, contact.peer()), contact)));
    }

    void judge() {
        readMarksNeverFall();
        unreadIsThatOfTheModel();
        thePeerIsToldTheMark();
        onlyMarksThatWereSetAreTold();
        noMarkReachesWhoBlocksItsReader();
        syncTellsTheMarks();
        clearedIsGoneForWhoClearedIt();
        ownDevicesAreToldWhatIsCleared();
    }

    private List<Read> reads(Side side) {
        return evidence.reads().getOrDefault(side, List.of());
    }

    /** What such numbers can be in the end: the highest that was answered, or an unanswered one above. */
    private static Set<Long> possible(List<Read> asked) {
        long least = least(asked);
        Set<Long> possible = new TreeSet<>(Set.of(least));
        asked.stream()
                .filter(read -> read.outcome() == Outcome.UNKNOWN && read.seq() > least)
                .forEach(read -> possible.add(read.seq()));
        return possible;
    }

    private static long least(List<Read> asked) {
        return asked.stream().mapToLong(Read::answered).max().orElse(0);
    }

    /** Unread is what one received above one's mark and has not cleared; the mark is one that it can be. */
    private void unreadIsThatOfTheModel() {
        contacts.forEach(this::unreadIsThatOfTheModel);
    }

    private void unreadIsThatOfTheModel(Side side, Contact contact) {
        String rule = "unreadIsThatOfTheModel";
        Set<Long> marks = possible(reads(side));
        if (!marks.contains(contact.readSeq())) {
            findings.fault(rule, side, 0, "", "the mark is " + contact.readSeq() + ", it can be " + marks);
        }
        Set<Long> unread = new TreeSet<>();
        for (long cleared : cleared(side)) {
            unread.add(evidence.of(side).stream()
                    .filter(message ->
                            message.from() != side.user() && message.seq() > Math.max(contact.readSeq(), cleared))
                    .count());
        }
        if (!unread.contains(contact.unread())) {
            findings.fault(
                    rule,
                    side,
                    0,
                    "",
                    contact.unread() + " are told as unread, received after " + contact.readSeq()
                            + " and not cleared were " + unread);
        }
    }

    /** Up to where a side can have cleared: its history begins behind that, and shows what comes then. */
    private Set<Long> fitting(Side side) {
        Set<Message> shown = new HashSet<>(history.histories.getOrDefault(side, List.of()));
        Set<Long> cleared = new TreeSet<>();
        for (long upTo : possible(evidence.clears(side))) {
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
        return fitting.isEmpty() ? Set.of(least(asked)) : fitting;
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
            List<Read> unsure = reads(side).stream()
                    .filter(read ->
                            evidence.sayings().mayBe(side.other(), Sayings.BLOCKED, Sayings.YES, read.at(), read.end()))
                    .toList();
            Set<Long> possible = new TreeSet<>(Set.of(0L));
            long least = 0;
            for (Read read : reads(side)) {
                if (!isKeptBack(side, read, read.end())) {
                    possible.add(read.seq());
                }
                boolean told = read.acknowledged()
                        && unsure.stream().noneMatch(one -> one.seq() >= read.seq() && one.at() < read.till());
                least = told ? Math.max(least, read.seq()) : least;
            }
            long told = other.peerReadSeq();
            boolean good = unsure.isEmpty()
                    ? told == contact.readSeq()
                    : told >= least && told <= contact.readSeq() && possible.contains(told);
            if (!good) {
                findings.fault(
                        "thePeerIsToldTheMark",
                        side,
                        0,
                        "",
                        "the mark is " + contact.readSeq() + ", the peer is told " + told + ", with blocks at " + unsure
                                + " at least " + least);
            }
        });
    }

    /** Whether the peer certainly blocked the reader when a mark was carried out, which was before {@code till}. */
    private boolean isKeptBack(Side side, Read read, long till) {
        return evidence.sayings().isCertain(side.other(), Sayings.BLOCKED, Sayings.YES, read.at(), till);
    }

    /** A read is answered with its number or a higher one that was asked for, and never with less than an earlier answer; so is a clear. */
    private void readMarksNeverFall() {
        evidence.reads().forEach(this::readMarksNeverFall);
        evidence.clears().forEach(this::readMarksNeverFall);
    }

    private void readMarksNeverFall(Side side, List<Read> all) {
        String rule = "readMarksNeverFall";
        PriorityQueue<Read> answeredLater = new PriorityQueue<>(Comparator.comparingLong(Read::till));
        long least = 0;
        for (Read read : all.stream().sorted(Comparator.comparingLong(Read::at)).toList()) {
            if (!read.acknowledged()) {
                continue;
            }
            while (!answeredLater.isEmpty() && answeredLater.peek().till() < read.at()) {
                least = Math.max(least, answeredLater.poll().answered());
            }
            if (read.answered() < Math.max(least, read.seq())) {
                findings.fault(
                        rule,
                        side,
                        read.seq(),
                        "",
                        "asking for it was answered " + read.answered() + ", the mark was " + least);
            } else if (all.stream().noneMatch(one -> one.seq() == read.answered() && one.at() < read.till())) {
                findings.fault(
                        rule, side, read.seq(), "", "was answered " + read.answered() + ": nobody asked for that");
            }
            answeredLater.add(read);
        }
    }

    /** Which reads can have made a mark that was told. */
    private List<Read> made(MarkTold mark) {
        return reads(side(mark)).stream()
                .filter(read -> read.seq() == mark.seq() && read.at() < mark.at())
                .toList();
    }

    /** Devices of the two are told marks that the reader has set, and nobody else is. */
    private void onlyMarksThatWereSetAreTold() {
        for (MarkTold mark : history.marks) {
            int user = mark.device().user();
            if (made(mark).isEmpty() || (user != mark.reader() && user != mark.peer())) {
                findings.fault("onlyMarksThatWereSetAreTold", side(mark), mark.seq(), "", told(mark));
            }
        }
    }

    /** Whoever has blocked a reader is not told of what is read after that. */
    private void noMarkReachesWhoBlocksItsReader() {
        for (MarkTold mark : history.marks) {
            Side side = side(mark);
            List<Read> made = made(mark);
            if (mark.device().user() == mark.peer()
                    && !made.isEmpty()
                    && made.stream().allMatch(read -> isKeptBack(side, read, Math.min(read.end(), mark.at())))) {
                findings.fault("noMarkReachesWhoBlocksItsReader", side, mark.seq(), "", told(mark));
            }
        }
    }

    /** Sync alone tells each device the marks that its contacts have in the end. */
    private void syncTellsTheMarks() {
        Map<Device, Map<Integer, MarksSynced>> last = new HashMap<>();
        history.syncedMarks.forEach(marks ->
                last.computeIfAbsent(marks.device(), device -> new HashMap<>()).put(marks.peer(), marks));
        for (Device device : history.synced.keySet()) {
            contacts.forEach((side, contact) -> {
                if (side.user() == device.user()) {
                    MarksSynced told = last.getOrDefault(device, Map.of())
                            .getOrDefault(side.peer(), new MarksSynced(device, side.peer(), 0, 0));
                    if (told.readSeq() != contact.readSeq() || told.peerReadSeq() != contact.peerReadSeq()) {
                        findings.fault("syncTellsTheMarks", side, 0, "", told + ", the contact is " + contact);
                    }
                }
            });
        }
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
            long least = least(all);
            history.histories.getOrDefault(side, List.of()).stream()
                    .filter(message -> message.seq() <= least)
                    .forEach(message ->
                            findings.fault(rule, message, Plan.name(side.user()) + " has cleared it and still has it"));
            if (fitting(side).isEmpty()) {
                findings.fault(rule, side, 0, "", "the history fits none of what can be cleared: " + possible(all));
            }
        });
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
                Set<Long> possible = possible(evidence.clears(side));
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
