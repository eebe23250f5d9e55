package io.danmaku.standalone.check;

import io.danmaku.standalone.check.History.Change;
import io.danmaku.standalone.check.History.Contact;
import io.danmaku.standalone.check.History.Device;
import io.danmaku.standalone.check.History.Intent;
import io.danmaku.standalone.check.History.Message;
import io.danmaku.standalone.check.History.Outcome;
import io.danmaku.standalone.check.History.Send;
import io.danmaku.standalone.check.History.Side;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Says which promises about direct messages a history breaks. A function of the history: each rule is a method, here, in
 * {@link JudgeOfMarks}, {@link JudgeOfDelivered}, {@link JudgeOfChanges}, {@link JudgeOfPermission} or {@link JudgeOfDevices}.
 */
final class Judge {
    /**
     * What was found.
     *
     * @param faults at most {@link Findings#NAMED_MAX} of each rule
     * @param counts how many faults, by rule
     * @param calmTimes how many times without a failure there were in which pushes were looked for
     */
    record Verdict(List<Fault> faults, Map<String, Integer> counts, int calmTimes) {
        boolean good() {
            return counts.isEmpty();
        }
    }

    private final History history;
    private final Evidence evidence;
    private final Findings findings;

    private Judge(History history, Evidence evidence, Findings findings) {
        this.history = history;
        this.evidence = evidence;
        this.findings = findings;
    }

    static Verdict judge(History history) {
        Evidence evidence = new Evidence(history);
        Findings findings = new Findings();
        Judge judge = new Judge(history, evidence, findings);
        judge.evidence.eachConversation(conversation -> {
            judge.acknowledgedSendsAreInBothHistoriesOnce(conversation);
            judge.unknownOutcomesAreThereOnceOrNot(conversation);
        });
        judge.refusedSendsAreNowhere();
        judge.whatMustBeRefusedIs();
        judge.numbersHaveNoHoles();
        judge.allDevicesHoldOneOrder();
        judge.nothingForeignWasDelivered();
        judge.aRepeatGotTheFirstResult();
        judge.realTimeOrder();
        judge.contactsAreNewestFirstAndNewest();
        new JudgeOfMarks(history, evidence, findings).judge();
        new JudgeOfDelivered(evidence, findings).judge();
        new JudgeOfChanges(history, evidence, findings).judge();
        new JudgeOfPermission(history, evidence, findings).judge();
        int calmTimes = new JudgeOfDevices(history, evidence, findings).judge();
        return new Verdict(findings.faults(), findings.counts(), calmTimes);
    }

    /** The message of a good answer is there on both sides, once, as answered. */
    private void acknowledgedSendsAreInBothHistoriesOnce(Evidence.Conversation c) {
        String rule = "acknowledgedSendsAreInBothHistoriesOnce";
        for (Intent intent : c.intents()) {
            Send answered = evidence.firstAcknowledged(intent);
            if (answered == null) {
                continue;
            }
            for (Side side : List.of(c.low(), c.low().other())) {
                List<Message> there = (side.equals(c.low()) ? c.ofLow() : c.ofHigh()).getOrDefault(intent, List.of());
                String whose = intent.cid() + " in the history of " + Plan.name(side.user());
                if (there.size() != 1) {
                    findings.fault(rule, intent, answered.seq(), answered.mid(), whose + " " + there.size() + " times");
                } else if (!isAnswer(there.get(0), answered)) {
                    findings.fault(rule, intent, answered.seq(), answered.mid(), whose + " is " + there.get(0));
                }
            }
        }
    }

    /** A send without a good answer, of which one call may have been carried out, is on both sides or on neither; on both when anybody was told. */
    private void unknownOutcomesAreThereOnceOrNot(Evidence.Conversation c) {
        String rule = "unknownOutcomesAreThereOnceOrNot";
        for (Intent intent : c.intents()) {
            if (evidence.firstAcknowledged(intent) != null || evidence.isRefused(intent)) {
                continue;
            }
            List<Message> low = c.ofLow().getOrDefault(intent, List.of());
            List<Message> high = c.ofHigh().getOrDefault(intent, List.of());
            boolean lost = low.isEmpty() && evidence.isThere(intent);
            if (lost || low.size() > 1 || high.size() > 1 || !low.equals(high)) {
                findings.fault(
                        rule, intent, 0, "", intent.cid() + " is " + low + " on one side, " + high + " on the other");
            }
        }
    }

    /** What was refused, or has to be whatever was answered, is told to nobody. */
    private void refusedSendsAreNowhere() {
        for (Message message : evidence.allTold()) {
            Intent intent = Evidence.intentOf(message);
            if (evidence.isRefused(intent) || evidence.isBad(intent)) {
                findings.fault("refusedSendsAreNowhere", message, intent.cid() + " was refused, or had to be");
            }
        }
    }

    private void whatMustBeRefusedIs() {
        for (Send send : history.sends) {
            if (send.bad() && send.outcome() == Outcome.ACKNOWLEDGED) {
                findings.fault(
                        "whatMustBeRefusedIs",
                        send.intent(),
                        send.seq(),
                        send.mid(),
                        send.intent().cid() + " was taken");
            }
        }
    }

    /** Each history counts 1, 2, 3, … and both sides end at the same number. */
    private void numbersHaveNoHoles() {
        String rule = "numbersHaveNoHoles";
        evidence.whole().forEach((side, messages) -> {
            long expected = 1;
            for (Message message : messages) {
                if (message.seq() != expected) {
                    findings.fault(
                            rule,
                            message,
                            "in the history of " + Plan.name(side.user()) + " follows on " + (expected - 1));
                    expected = message.seq();
                }
                expected++;
            }
            long here = lastSeq(messages);
            long there = lastSeq(evidence.of(side.other()));
            if (here > there) {
                findings.fault(rule, side, here, "", "the other side ends at " + there);
            }
        });
    }

    /**
     * Both histories, and all that any device was told, have one message at each number. Sync alone tells each device all of them, whatever was
     * pushed: its position began before the first, unless the device came late.
     */
    private void allDevicesHoldOneOrder() {
        String rule = "allDevicesHoldOneOrder";
        evidence.whole().forEach((side, messages) -> {
            for (Message message : messages) {
                Message other = evidence.at(side.other(), message.seq());
                if (other != null && !other.equals(message)) {
                    findings.fault(rule, message, "the history of " + Plan.name(side.peer()) + " has " + other);
                }
            }
        });
        for (Device device : history.synced.keySet()) {
            Set<Message> held = new HashSet<>(history.synced.get(device));
            held.addAll(history.pushed.get(device));
            boolean late = history.isLate(device);
            if (late) {
                history.begins.get(device).histories().values().forEach(held::addAll);
            }
            for (Message message : held) {
                Message there = evidence.at(new Side(device.user(), message.peerOf(device.user())), message.seq());
                if (!message.equals(there)) {
                    findings.fault(rule, message, device + " was told this, the history has " + there);
                }
            }
            Set<Message> synced = new HashSet<>(history.synced.get(device));
            evidence.whole().forEach((side, messages) -> {
                if (side.user() == device.user() && !late) {
                    messages.stream()
                            .filter(message -> !synced.contains(message))
                            .forEach(message -> findings.fault(rule, message, device + " was never answered this"));
                }
            });
            Map<Integer, Long> last = new HashMap<>();
            for (Message message : history.synced.get(device)) {
                if (late && evidence.isChanged(message)) {
                    continue; // it may stand there for its change alone
                }
                Long before = last.put(message.peerOf(device.user()), message.seq());
                if (before != null && before >= message.seq()) {
                    findings.fault(rule, message, device + " was answered this after " + before);
                }
            }
        }
    }

    /** Nobody sees what is not from or to them, and nothing that nobody sent. */
    private void nothingForeignWasDelivered() {
        String rule = "nothingForeignWasDelivered";
        Map<Device, List<List<Message>>> told = new TreeMap<>();
        for (Map<Device, List<Message>> way : List.of(history.pushed, history.synced)) {
            way.forEach((device, messages) ->
                    told.computeIfAbsent(device, d -> new ArrayList<>()).add(messages));
        }
        history.begins.forEach((device, begin) -> told.computeIfAbsent(device, d -> new ArrayList<>())
                .addAll(begin.histories().values()));
        told.forEach((device, lists) -> lists.forEach(messages -> messages.stream()
                .filter(message -> !message.isOf(device.user()))
                .forEach(message -> findings.fault(rule, message, "was told to " + device))));
        history.histories.forEach((side, messages) -> messages.stream()
                .filter(message -> !message.isOf(side.user()) || message.peerOf(side.user()) != side.peer())
                .forEach(message -> findings.fault(
                        rule,
                        message,
                        "is in the history of " + Plan.name(side.user()) + " with " + Plan.name(side.peer()))));
        for (Message message : evidence.allTold()) {
            if (!evidence.isSent(Evidence.intentOf(message))) {
                findings.fault(rule, message, "nobody sent " + message.cid());
            }
        }
    }

    /** All good answers to one cid are the same. */
    private void aRepeatGotTheFirstResult() {
        evidence.calls().forEach((intent, all) -> {
            Send first = evidence.firstAcknowledged(intent);
            for (Send send : all) {
                if (send.outcome() == Outcome.ACKNOWLEDGED
                        && (!send.mid().equals(first.mid())
                                || send.seq() != first.seq()
                                || send.tsMs() != first.tsMs())) {
                    findings.fault(
                            "aRepeatGotTheFirstResult",
                            intent,
                            send.seq(),
                            send.mid(),
                            intent.cid() + " was answered before with seq " + first.seq() + ", mid " + first.mid()
                                    + ", ts " + first.tsMs() + ", now with ts " + send.tsMs());
                }
            }
        });
    }

    /** What somebody knew of before another message of its conversation was sent has the lower number. */
    private void realTimeOrder() {
        evidence.whole().forEach((side, messages) -> {
            Message earliest = null;
            long thereAt = Long.MAX_VALUE;
            for (Message message : downwards(messages)) {
                Intent intent = Evidence.intentOf(message);
                long at = evidence.calls().getOrDefault(intent, List.of()).stream()
                        .mapToLong(Send::at)
                        .min()
                        .orElse(Long.MAX_VALUE);
                if (earliest != null && thereAt < at && at < Long.MAX_VALUE) {
                    findings.fault(
                            "realTimeOrder",
                            message,
                            message.cid() + " was sent at " + at + " us, after " + earliest.cid() + " with seq "
                                    + earliest.seq() + " was known at " + thereAt + " us");
                }
                if (evidence.thereAt(intent) < thereAt) {
                    thereAt = evidence.thereAt(intent);
                    earliest = message;
                }
            }
        });
    }

    /** Each conversation once, with its newest message, in the order of those messages' times. */
    private void contactsAreNewestFirstAndNewest() {
        String rule = "contactsAreNewestFirstAndNewest";
        Set<Side> listed = new HashSet<>();
        history.contacts.forEach((user, contacts) -> {
            long before = Long.MAX_VALUE;
            for (Contact contact : contacts) {
                Side side = new Side(user, contact.peer());
                Message newest = evidence.newest(side);
                Message told = contact.last() != null ? contact.last() : newest;
                if (told == null) {
                    findings.fault(rule, side, 0, "", "has no message");
                    continue;
                }
                if (!listed.add(side)) {
                    findings.fault(rule, side, told.seq(), told.mid(), "is listed twice");
                }
                if (!isNewest(side, contact, newest)) {
                    findings.fault(
                            rule,
                            told,
                            "the last one to " + Plan.name(user) + " is " + contact.last() + ", the newest is "
                                    + newest);
                }
                if (told.tsMs() > before) {
                    findings.fault(rule, told, "is newer than the contact of " + Plan.name(user) + " above it");
                }
                before = told.tsMs();
            }
        });
        for (Side side : evidence.whole().keySet()) {
            Message newest = evidence.newest(side);
            if (newest != null && !listed.contains(side)) {
                findings.fault(rule, newest, Plan.name(side.user()) + " has no such contact");
            }
        }
    }

    /** What is hidden or cleared is not told as the last one, and then no other is. */
    private boolean isNewest(Side side, Contact contact, Message newest) {
        boolean mayBeGone = newest != null
                && (evidence.isHidden(side, newest, Change::possible)
                        || evidence.clears(side).stream()
                                .anyMatch(clear -> clear.outcome() != Outcome.REFUSED && clear.seq() >= newest.seq()));
        boolean isGone = newest != null
                && (evidence.isHidden(side, newest, Change::acknowledged)
                        || evidence.clears(side).stream().anyMatch(clear -> clear.answered() >= newest.seq()));
        return contact.last() == null ? mayBeGone : !isGone && contact.last().equals(newest);
    }

    private static long lastSeq(List<Message> messages) {
        return messages.stream().mapToLong(Message::seq).max().orElse(0);
    }

    private static List<Message> downwards(List<Message> messages) {
        return messages.stream()
                .sorted(Comparator.comparingLong(Message::seq).reversed())
                .toList();
    }

    private static boolean isAnswer(Message message, Send answered) {
        return message.mid().equals(answered.mid())
                && message.seq() == answered.seq()
                && message.tsMs() == answered.tsMs();
    }
}
