package io.danmaku.standalone.check;

import static io.danmaku.standalone.check.Sayings.BLOCKED;
import static io.danmaku.standalone.check.Sayings.NO;
import static io.danmaku.standalone.check.Sayings.YES;

import io.danmaku.standalone.check.History.Begin;
import io.danmaku.standalone.check.History.Change;
import io.danmaku.standalone.check.History.Device;
import io.danmaku.standalone.check.History.Intent;
import io.danmaku.standalone.check.History.Note;
import io.danmaku.standalone.check.History.Send;
import io.danmaku.standalone.check.History.Side;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The rules about who may write to whom: blocks, settings and relations. A message that is there was carried out between the begin of its first
 * call that was not refused and the moment when somebody first knew of it; what held all through is what it is judged by.
 */
final class JudgeOfPermission {
    private static final long AT_THE_END = Long.MAX_VALUE;

    private final History history;
    private final Evidence evidence;
    private final Findings findings;
    private final Sayings sayings;
    private final List<Taken> allTaken;
    /** By sender and recipient: from when on there may have been a message, and from when on there was one. */
    private final Map<Side, Long> firstBegun = new HashMap<>();

    private final Map<Side, Long> firstThere = new HashMap<>();

    private record Taken(Side by, long at, long till, Object what) {}

    JudgeOfPermission(History history, Evidence evidence, Findings findings) {
        this.history = history;
        this.evidence = evidence;
        this.findings = findings;
        sayings = evidence.sayings();
        allTaken = allTaken(history, evidence);
        evidence.calls().keySet().stream().filter(evidence::isThere).forEach(intent -> {
            Side side = new Side(intent.from(), intent.to());
            firstBegun.merge(side, evidence.begunAt(intent), Math::min);
            firstThere.merge(side, evidence.thereAt(intent), Math::min);
        });
    }

    void judge() {
        nothingComesFromWhoIsBlocked();
        nothingComesFromWhoMayNotWrite();
        onlyWhoIsBlockedIsRefusedSo();
        ownDevicesAreToldWhatTheirUserSays();
        whatOneSaysIsThereInTheEnd();
    }

    /** What was asked for after a block was acknowledged, and carried out before anybody thought of ending that, is refused. */
    private void nothingComesFromWhoIsBlocked() {
        for (Taken taken : allTaken) {
            if (sayings.isCertain(taken.by, BLOCKED, YES, taken.at, taken.till)) {
                findings.fault("nothingComesFromWhoIsBlocked", taken.by, 0, "", "in spite of a block: " + taken.what);
            }
        }
    }

    /** The same of a stranger where only those may write of whom one has said so. */
    private void nothingComesFromWhoMayNotWrite() {
        for (Taken taken : allTaken) {
            Set<String> writers = sayings.writers(taken.by.user(), taken.at, taken.till);
            boolean stranger = firstBegun.getOrDefault(taken.by, AT_THE_END) >= taken.till
                    && sayings.isCertain(taken.by, "accepted", NO, taken.at, taken.till)
                    && sayings.isCertain(taken.by, "contact", NO, taken.at, taken.till)
                    && (!writers.contains("followed")
                            || sayings.isCertain(taken.by, "follow", NO, taken.at, taken.till));
            if (stranger && !writers.contains(Sayings.ANYBODY)) {
                findings.fault(
                        "nothingComesFromWhoMayNotWrite",
                        taken.by,
                        0,
                        "",
                        "only " + writers + " may write: " + taken.what);
            }
        }
    }

    /** All that somebody has taken of another one: {@code by.user()} took it, {@code by.peer()} sent it, between two moments. */
    private static List<Taken> allTaken(History history, Evidence evidence) {
        List<Taken> all = new ArrayList<>();
        for (Intent intent : evidence.calls().keySet()) {
            if (evidence.isThere(intent)) {
                Side by = new Side(/* user= */ intent.to(), /* peer= */ intent.from());
                all.add(new Taken(by, evidence.begunAt(intent), evidence.thereAt(intent), intent));
            }
        }
        for (Change change : history.changes) {
            if (change.deed().reaches() && change.acknowledged()) {
                Side by = new Side(/* user= */ change.peer(), /* peer= */ change.user());
                all.add(new Taken(by, change.at(), change.till(), change));
            }
        }
        return all;
    }

    /** Nobody is refused for a block that nobody asked for, or that had ended before, nor as a stranger who may write. */
    private void onlyWhoIsBlockedIsRefusedSo() {
        String rule = "onlyWhoIsBlockedIsRefusedSo";
        for (Send send : history.sends) {
            Side taking = new Side(
                    /* user= */ send.intent().to(), /* peer= */ send.intent().from());
            if (send.code().equals(BLOCKED) && !mayBar(taking, send.at(), send.till())) {
                findings.fault(rule, taking, 0, "", send.toString());
            }
        }
        for (Change change : history.changes) {
            Side taking = new Side(/* user= */ change.peer(), /* peer= */ change.user());
            if (change.code().equals(BLOCKED) && !mayBar(taking, change.at(), change.till())) {
                findings.fault(rule, taking, 0, "", change.toString());
            }
        }
    }

    /** Whether one may refuse the other at some moment between two. */
    private boolean mayBar(Side taking, long at, long till) {
        if (sayings.mayBe(taking, BLOCKED, YES, at, till)) {
            return true;
        }
        Set<String> writers = new HashSet<>(sayings.writers(taking.user(), at, till));
        writers.remove(Sayings.ANYBODY);
        return !writers.isEmpty()
                && firstThere.getOrDefault(taking, AT_THE_END) > at
                && sayings.mayBe(taking, "accepted", NO, at, till)
                && sayings.mayBe(taking, "contact", NO, at, till)
                && (writers.contains("contacts") || sayings.mayBe(taking, "follow", NO, at, till));
    }

    /** Of all that devices are told of their users' own sayings the newest is what holds, and no other user's device is told any. */
    private void ownDevicesAreToldWhatTheirUserSays() {
        Map<Device, Map<String, Note>> newest = new HashMap<>();
        for (Note note : history.notes) {
            if (!note.what().equals("cleared")) {
                newest.computeIfAbsent(note.device(), device -> new HashMap<>())
                        .merge(note.peer() + note.what(), note, (one, other) -> one.rev() >= other.rev() ? one : other);
            }
        }
        Set<Side> sides = new HashSet<>(sayings.sides());
        history.notes.forEach(note -> sides.add(new Side(note.device().user(), note.peer())));
        for (Device device : history.synced.keySet()) {
            Map<String, Note> told = newest.getOrDefault(device, Map.of());
            for (Side side : sides) {
                if (side.user() == device.user()) {
                    ownDevicesAreToldWhatTheirUserSays(device, side, BLOCKED, told.get(side.peer() + BLOCKED));
                    Plan.RELATIONS.forEach(flag ->
                            ownDevicesAreToldWhatTheirUserSays(device, side, flag, told.get(side.peer() + flag)));
                }
            }
        }
    }

    private void ownDevicesAreToldWhatTheirUserSays(Device device, Side side, String what, Note told) {
        String value = told == null ? NO : told.value();
        Set<String> holds = sayings.possible(side, what, AT_THE_END, AT_THE_END);
        Set<String> fits = new HashSet<>(Set.of(value));
        if (told == null && history.isLate(device)) {
            // it is told what changes, and may have begun with this
            Begin begin = history.begins.get(device);
            fits.addAll(sayings.possible(side, what, begin.at(), begin.till()));
        }
        if (Collections.disjoint(holds, fits)) {
            findings.fault(
                    "ownDevicesAreToldWhatTheirUserSays",
                    side,
                    0,
                    "",
                    device + " was told last that " + what + " is " + value + ", not " + holds);
        }
    }

    /** Settings, and what contacts say of relations and requests, are what was said. */
    private void whatOneSaysIsThereInTheEnd() {
        String rule = "whatOneSaysIsThereInTheEnd";
        history.writers.forEach((user, told) -> {
            Set<String> holds = sayings.writers(user, AT_THE_END, AT_THE_END);
            if (!holds.contains(told)) {
                findings.fault(rule, new Side(user, -1), 0, "", "may write: " + told + ", not " + holds);
            }
        });
        history.relations.forEach((side, told) -> {
            for (String flag : Plan.RELATIONS) {
                Set<String> holds = sayings.possible(side, flag, AT_THE_END, AT_THE_END);
                if (!holds.contains(Boolean.toString(told.contains(flag)))) {
                    findings.fault(rule, side, 0, "", flag + " is in " + told + ", but it is " + holds);
                }
            }
            boolean stranger = evidence.of(side).stream().noneMatch(message -> message.from() == side.user());
            if (history.requests.contains(side) != (stranger && told.isEmpty())) {
                findings.fault(
                        rule,
                        side,
                        0,
                        "",
                        "is told as a request: " + history.requests.contains(side) + ", said was " + told);
            }
        });
    }
}
