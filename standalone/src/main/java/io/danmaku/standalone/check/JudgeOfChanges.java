package io.danmaku.standalone.check;

import io.danmaku.standalone.check.History.Change;
import io.danmaku.standalone.check.History.Deed;
import io.danmaku.standalone.check.History.Device;
import io.danmaku.standalone.check.History.Form;
import io.danmaku.standalone.check.History.Message;
import io.danmaku.standalone.check.History.Side;
import io.danmaku.standalone.check.History.Telling;
import io.danmaku.standalone.check.History.Way;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The rules about what becomes of messages after they were sent. An outcome that is unknown may have been carried out, at
 * any time after its begin, or not at all.
 */
final class JudgeOfChanges {
    private final History history;
    private final Evidence evidence;
    private final Findings findings;
    /** By the message's cid. */
    private final Map<String, List<Change>> changes = new LinkedHashMap<>();

    private final Map<String, List<Telling>> tellings = new HashMap<>();

    JudgeOfChanges(History history, Evidence evidence, Findings findings) {
        this.history = history;
        this.evidence = evidence;
        this.findings = findings;
        for (Change change : history.changes) {
            if (!change.cid().isEmpty()) {
                changes.computeIfAbsent(change.cid(), cid -> new ArrayList<>(1)).add(change);
            }
        }
        history.tellings.forEach(
                telling -> tellings.computeIfAbsent(telling.message().cid(), cid -> new ArrayList<>())
                        .add(telling));
    }

    void judge() {
        changes.forEach((cid, all) -> {
            Message message = evidence.message(all.get(0));
            if (message != null) {
                List<Telling> told = tellings.getOrDefault(cid, List.of());
                acknowledgedChangesAreThereOnBothSides(message, all, told);
                everyDeviceEndsWithTheSameForm(message, told);
                revisionsOnlyRise(message, all, told);
                aRecallIsFinal(message, all, told);
                hiddenIsGoneForWhoHidIt(message);
            }
        });
        aRevisionSaysOneThing();
        nothingIsChangedByNobody();
    }

    /** The histories of both have every acknowledged change: the newest text and signs, or nothing of a message that was taken back. */
    private void acknowledgedChangesAreThereOnBothSides(Message message, List<Change> all, List<Telling> told) {
        String rule = "acknowledgedChangesAreThereOnBothSides";
        long newest = all.stream().mapToLong(Change::rev).max().orElse(0);
        boolean gone = all.stream().anyMatch(change -> change.deed() == Deed.RECALL && change.acknowledged());
        Set<Form> ends = new HashSet<>();
        for (Telling end : told) {
            if (end.way() != Way.HISTORY) {
                continue;
            }
            Form form = end.form();
            ends.add(form);
            String whose = "in the history of " + Plan.name(end.user()) + " it is " + form;
            if (form.rev() < newest || (form.recalled() != gone && (gone || !mayBeRecalled(all)))) {
                findings.fault(rule, message, whose + ", changes were acknowledged up to " + newest);
            } else if (!form.recalled()
                    && !(possible(all, Deed.EDIT, message.from()).contains(form.edit())
                            && possible(all, Deed.REACT, message.from()).contains(form.bySender())
                            && possible(all, Deed.REACT, message.to()).contains(form.byRecipient()))) {
                findings.fault(rule, message, whose + ", but asked was " + all);
            }
        }
        if (ends.size() > 1) {
            findings.fault(rule, message, "the two histories differ: " + ends);
        }
    }

    private static boolean mayBeRecalled(List<Change> all) {
        return all.stream().anyMatch(change -> change.deed() == Deed.RECALL && change.possible());
    }

    /** What a text or a sign can be in the end: an acknowledged one that no other came after, or one whose outcome is unknown. */
    private static Set<String> possible(List<Change> all, Deed deed, int user) {
        List<Change> asked = all.stream()
                .filter(change -> change.deed() == deed && change.user() == user && change.possible())
                .toList();
        Set<String> possible = new HashSet<>();
        if (asked.stream().noneMatch(Change::acknowledged)) {
            possible.add("");
        }
        asked.stream()
                .filter(change -> asked.stream().noneMatch(later -> later.acknowledged() && later.at() > change.end()))
                .forEach(change -> possible.add(change.text()));
        return possible;
    }

    /** The form with the highest revision that a device was told is that of the histories; so is the last message of a contact. One that came late may know nothing of a message. */
    private void everyDeviceEndsWithTheSameForm(Message message, List<Telling> told) {
        String rule = "everyDeviceEndsWithTheSameForm";
        Form end = told.stream()
                .filter(telling -> telling.way() == Way.HISTORY)
                .map(Telling::form)
                .findFirst()
                .orElse(null);
        if (end == null) {
            return;
        }
        Map<Device, Form> newest = new HashMap<>();
        for (Telling telling : told) {
            if (telling.way() == Way.CONTACT && !telling.form().equals(end)) {
                findings.fault(
                        rule, message, "is the last one to " + Plan.name(telling.user()) + " as " + telling.form());
            } else if (telling.device() >= 0) {
                newest.merge(
                        new Device(telling.user(), telling.device()),
                        telling.form(),
                        (one, other) -> one.rev() >= other.rev() ? one : other);
            }
        }
        for (Device device : history.synced.keySet()) {
            boolean untold = history.isLate(device) && !newest.containsKey(device);
            Form held = untold ? end : newest.getOrDefault(device, Form.SENT);
            if (message.isOf(device.user()) && !held.equals(end)) {
                findings.fault(rule, message, device + " holds " + held + ", the history has " + end);
            }
        }
    }

    /** A change that was asked for after another was acknowledged has the higher revision, and sync never tells a device an older one. */
    private void revisionsOnlyRise(Message message, List<Change> all, List<Telling> told) {
        String rule = "revisionsOnlyRise";
        for (Change first : all) {
            for (Change second : all) {
                boolean again = first.deed() == Deed.RECALL && second.deed() == Deed.RECALL;
                if (first.rev() > 0
                        && second.rev() > 0
                        && first.till() < second.at()
                        && (again ? first.rev() != second.rev() : first.rev() >= second.rev())) {
                    findings.fault(rule, message, second + " came after " + first);
                }
            }
        }
        Map<Device, Long> last = new HashMap<>();
        for (Telling telling : told) {
            if (telling.way() == Way.SYNC) {
                Device device = new Device(telling.user(), telling.device());
                Long before = last.put(device, telling.form().rev());
                if (before != null && before > telling.form().rev()) {
                    findings.fault(rule, message, device + " was answered " + telling.form() + " after " + before);
                }
            }
        }
    }

    /** After an acknowledged recall nothing changes a message, and nobody who asks is told what it said. */
    private void aRecallIsFinal(Message message, List<Change> all, List<Telling> told) {
        String rule = "aRecallIsFinal";
        long goneAt = all.stream()
                .filter(change -> change.deed() == Deed.RECALL && change.acknowledged())
                .mapToLong(Change::till)
                .min()
                .orElse(Long.MAX_VALUE);
        long mayBeGoneAt = all.stream()
                .filter(change -> change.deed() == Deed.RECALL && change.possible())
                .mapToLong(Change::at)
                .min()
                .orElse(Long.MAX_VALUE);
        for (Change change : all) {
            boolean changes = change.deed() == Deed.EDIT || change.deed() == Deed.REACT;
            if (changes && change.acknowledged() && change.at() > goneAt) {
                findings.fault(rule, message, "was taken back at " + goneAt + " us, and later " + change);
            }
            if (change.code().equals("not_found") && change.till() < mayBeGoneAt) {
                findings.fault(rule, message, "nobody had taken it back, and yet " + change);
            }
        }
        for (Telling telling : told) {
            if (telling.way() != Way.PUSH
                    && telling.at() > goneAt
                    && !telling.form().recalled()) {
                findings.fault(rule, message, "was taken back at " + goneAt + " us, and later " + telling);
            }
        }
    }

    /** What one has hidden is not in one's history, all own devices are told so that were there, and nobody else's are. */
    private void hiddenIsGoneForWhoHidIt(Message message) {
        String rule = "hiddenIsGoneForWhoHidIt";
        for (Side side : List.of(new Side(message.from(), message.to()), new Side(message.to(), message.from()))) {
            boolean hidden = evidence.isHidden(side, message, Change::acknowledged);
            boolean mayBe = evidence.isHidden(side, message, Change::possible);
            if (hidden && history.histories.getOrDefault(side, List.of()).contains(message)) {
                findings.fault(rule, message, Plan.name(side.user()) + " has hidden it and still has it");
            }
            history.hidden.forEach((device, mids) -> {
                boolean told = mids.contains(message.mid());
                long from = history.isLate(device) ? history.begins.get(device).till() : Long.MIN_VALUE;
                boolean mustBe =
                        evidence.isHidden(side, message, change -> change.acknowledged() && change.at() >= from);
                if (device.user() == side.user() && (told ? !mayBe : mustBe)) {
                    findings.fault(rule, message, device + (told ? " was" : " was not") + " told that it is hidden");
                }
            });
        }
    }

    /** Whoever is told of a revision of a message is told the same. */
    private void aRevisionSaysOneThing() {
        Map<Message, Map<Long, Form>> known = new HashMap<>();
        for (Telling telling : history.tellings) {
            Form form = telling.form();
            Form first = known.computeIfAbsent(telling.message(), m -> new HashMap<>())
                    .putIfAbsent(form.rev(), form);
            if (first != null && !first.equals(form)) {
                findings.fault("aRevisionSaysOneThing", telling.message(), form + " was told, and " + first);
            }
        }
    }

    /** Texts and signs are of who may change them and has asked for it, and were not refused. */
    private void nothingIsChangedByNobody() {
        for (Telling telling : history.tellings) {
            Message message = telling.message();
            Form form = telling.form();
            boolean asked = (!form.recalled() || isAsked(message, Deed.RECALL, message.from(), ""))
                    && (form.edit().isEmpty() || isAsked(message, Deed.EDIT, message.from(), form.edit()))
                    && (form.bySender().isEmpty() || isAsked(message, Deed.REACT, message.from(), form.bySender()))
                    && (form.byRecipient().isEmpty() || isAsked(message, Deed.REACT, message.to(), form.byRecipient()));
            if (!asked) {
                findings.fault("nothingIsChangedByNobody", message, "nobody made this of it: " + form);
            }
        }
    }

    private boolean isAsked(Message message, Deed deed, int user, String text) {
        return changes.getOrDefault(message.cid(), List.of()).stream()
                .anyMatch(change -> change.deed() == deed
                        && change.user() == user
                        && change.text().equals(text)
                        && change.possible());
    }
}
