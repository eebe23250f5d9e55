package io.danmaku.standalone.check;

import io.danmaku.standalone.check.History.Contact;
import io.danmaku.standalone.check.History.Read;
import io.danmaku.standalone.check.History.Side;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The rules about what somebody's devices have got: at least what is read, so reads raise that mark too. */
final class JudgeOfDelivered {
    private final Evidence evidence;
    private final Findings findings;
    private final Map<Side, Contact> contacts;

    JudgeOfDelivered(Evidence evidence, Findings findings) {
        this.evidence = evidence;
        this.findings = findings;
        contacts = evidence.contacts();
    }

    void judge() {
        deliveredMarksNeverFall();
        deliveredIsThatOfTheModel();
        thePeerIsToldWhatIsDelivered();
    }

    /** All that raises the mark of what a side has got. */
    private List<Read> asked(Side side) {
        List<Read> all = new ArrayList<>(evidence.reads(side));
        all.addAll(evidence.deliveries(side));
        return all;
    }

    /** A delivery is answered with its number or a higher one that was asked for or read, and never with less than an answer before. */
    private void deliveredMarksNeverFall() {
        evidence.deliveries().forEach((side, all) -> {
            Set<Read> deliveries = new HashSet<>(all);
            Rising.neverFalls("deliveredMarksNeverFall", findings, side, asked(side), deliveries::contains);
        });
    }

    /** In the end the mark is the highest that was answered, of a read or a delivery, or one above whose answer is missing. */
    private void deliveredIsThatOfTheModel() {
        contacts.forEach((side, contact) -> {
            Set<Long> possible = Rising.possible(asked(side));
            if (!possible.contains(contact.marks().delivered())) {
                String what = "delivered is up to " + contact.marks().delivered() + ", it can be " + possible;
                findings.fault("deliveredIsThatOfTheModel", side, 0, "", what);
            }
        });
    }

    /** The peer is told the same mark; where it has blocked the other one meanwhile, as of what is read. */
    private void thePeerIsToldWhatIsDelivered() {
        contacts.forEach((side, contact) -> {
            Contact other = contacts.get(side.other());
            if (other == null) {
                return;
            }
            List<Read> all = asked(side);
            List<Read> unsure = all.stream()
                    .filter(read -> evidence.mayBeKeptBack(side, read))
                    .toList();
            Set<Long> possible = new TreeSet<>(Set.of(0L));
            long least = Math.max(
                    toldAtLeast(evidence.reads(side), unsure, evidence.reads(side)),
                    toldAtLeast(evidence.deliveries(side), unsure, all));
            possible.addAll(toldAtMost(side, evidence.reads(side), evidence.reads(side)));
            possible.addAll(toldAtMost(side, evidence.deliveries(side), all));
            long told = other.marks().peerDelivered();
            boolean good = unsure.isEmpty()
                    ? told == contact.marks().delivered()
                    : told >= least && told <= contact.marks().delivered() && possible.contains(told);
            if (!good) {
                findings.fault(
                        "thePeerIsToldWhatIsDelivered",
                        side,
                        0,
                        "",
                        "delivered is up to " + contact.marks().delivered() + ", the peer is told " + told
                                + ", with blocks at " + unsure + " at least " + least);
            }
        });
    }

    /** The highest that was carried out without a block, unless one in a block may have been there before. */
    private static long toldAtLeast(List<Read> asked, List<Read> unsure, List<Read> raising) {
        return asked.stream()
                .filter(read -> read.acknowledged()
                        && unsure.stream()
                                .noneMatch(one ->
                                        raising.contains(one) && one.seq() >= read.seq() && one.at() < read.till()))
                .mapToLong(Read::seq)
                .max()
                .orElse(0);
    }

    private List<Long> toldAtMost(Side side, List<Read> asked, List<Read> raising) {
        return asked.stream()
                .filter(read -> !evidence.isKeptBack(side, read, read.end()) && Rising.mayMove(read, raising))
                .map(Read::seq)
                .toList();
    }
}
