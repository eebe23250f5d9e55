package io.danmaku.standalone.check;

import io.danmaku.standalone.check.History.Begin;
import io.danmaku.standalone.check.History.Change;
import io.danmaku.standalone.check.History.Device;
import io.danmaku.standalone.check.History.Intent;
import io.danmaku.standalone.check.History.Message;
import io.danmaku.standalone.check.History.Outcome;
import io.danmaku.standalone.check.History.Send;
import io.danmaku.standalone.check.History.Side;
import io.danmaku.standalone.check.History.Stir;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The rules about devices that come late, and about pushes while nothing is killed. */
final class JudgeOfDevices {
    /** After the hub is whole again so much time is given to find out where everybody is. */
    static final long CALM_AFTER_US = 10_000_000;
    /** What is sent so shortly before the next part dies may not be pushed any more. */
    private static final long CALM_UNTIL_US = 1_000_000;

    /** Of fewer nothing is said: each push may be lost. */
    static final int PUSHES_MIN = 30;

    private static final double PUSHED_SHARE_MIN = 0.5;

    private record Stretch(long from, long till) {}

    private final History history;
    private final Evidence evidence;
    private final Findings findings;
    private int calmTimes;

    JudgeOfDevices(History history, Evidence evidence, Findings findings) {
        this.history = history;
        this.evidence = evidence;
        this.findings = findings;
    }

    /** Returns how many calm times had so much in them that they were judged. */
    int judge() {
        aLateDeviceMissesNothing();
        aLateDeviceBeginsAtItsPosition();
        pushesComeInCalmTimes();
        return calmTimes;
    }

    /** What a late device read when it began and what sync told it are all there is: nothing lies between the two. */
    private void aLateDeviceMissesNothing() {
        history.begins.values().forEach(begin -> {
            Device device = begin.device();
            Set<Message> synced = new HashSet<>(history.synced.get(device));
            evidence.whole().forEach((side, messages) -> {
                if (side.user() == device.user()) {
                    Set<Message> read = new HashSet<>(begin.histories().getOrDefault(side.peer(), List.of()));
                    messages.stream()
                            .filter(message -> !synced.contains(message) && !read.contains(message))
                            .filter(message -> !mayBeMissing(begin, side, message))
                            .forEach(message -> findings.fault(
                                    "aLateDeviceMissesNothing", message, device + " was told this in no way"));
                }
            });
        });
    }

    /** What was there before may lie below the pages that were read, or be hidden or cleared. */
    private boolean mayBeMissing(Begin begin, Side side, Message message) {
        if (evidence.begunAt(Evidence.intentOf(message)) > begin.till()) {
            return false;
        }
        Long from = begin.from().get(side.peer());
        return from == null
                || message.seq() < from
                || evidence.isHidden(side, message, Change::possible)
                || evidence.clears(side).stream()
                        .anyMatch(clear -> clear.outcome() != Outcome.REFUSED && clear.seq() >= message.seq());
    }

    /** It is told by sync nothing that sync had told another device of its user before, unless that was changed. */
    private void aLateDeviceBeginsAtItsPosition() {
        history.begins.forEach((device, begin) -> {
            Map<Message, Long> known = history.firstSynced.getOrDefault(device.user(), Map.of());
            history.synced.get(device).stream()
                    .filter(message ->
                            known.getOrDefault(message, Long.MAX_VALUE) < begin.at() && !evidence.isChanged(message))
                    .forEach(message -> findings.fault(
                            "aLateDeviceBeginsAtItsPosition",
                            message,
                            device + " was answered this, which lies before its position of " + begin.at() + " us"));
        });
    }

    /** While all parts are there, and some time after the last one came back, most of what is acknowledged is pushed as well. */
    private void pushesComeInCalmTimes() {
        Map<Device, Set<Message>> pushed = new HashMap<>();
        history.pushed.forEach((device, messages) -> pushed.put(device, new HashSet<>(messages)));
        for (Stretch calm : calm()) {
            long wanted = 0;
            long came = 0;
            for (Intent intent : evidence.calls().keySet()) {
                Send sent = evidence.firstAcknowledged(intent);
                if (sent == null || sent.at() < calm.from || sent.till() > calm.till) {
                    continue;
                }
                Message message = evidence.answered(intent);
                for (int number = 0; number < history.setup.devices(); number++) {
                    wanted++;
                    came += pushed.get(new Device(intent.to(), number)).contains(message) ? 1 : 0;
                }
            }
            if (wanted < PUSHES_MIN) {
                continue;
            }
            calmTimes++;
            if (came < wanted * PUSHED_SHARE_MIN) {
                findings.fault(
                        "pushesComeInCalmTimes",
                        new Side(0, -1),
                        0,
                        "",
                        "from " + calm.from + " to " + calm.till + " us only " + came + " of " + wanted + " came");
            }
        }
    }

    private List<Stretch> calm() {
        List<Stretch> calm = new ArrayList<>();
        long from = CALM_AFTER_US;
        for (Stir stir : history.stirs) {
            if (stir.whole()) {
                from = stir.at() + CALM_AFTER_US;
            } else {
                calm.add(new Stretch(from, stir.at() - CALM_UNTIL_US));
                from = Long.MAX_VALUE;
            }
        }
        calm.add(new Stretch(from, Long.MAX_VALUE));
        return calm;
    }
}
