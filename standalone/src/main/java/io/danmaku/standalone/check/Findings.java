package io.danmaku.standalone.check;

import io.danmaku.standalone.check.History.Intent;
import io.danmaku.standalone.check.History.Message;
import io.danmaku.standalone.check.History.Side;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The faults that rules find. */
final class Findings {
    /** So many faults of a rule are named; all are counted. */
    static final int NAMED_MAX = 20;

    private final List<Fault> faults = new ArrayList<>();
    private final Map<String, Integer> counts = new TreeMap<>();

    List<Fault> faults() {
        return List.copyOf(faults);
    }

    Map<String, Integer> counts() {
        return counts;
    }

    void fault(String rule, Message message, String what) {
        fault(rule, new Side(message.from(), message.to()), message.seq(), message.mid(), what);
    }

    void fault(String rule, Intent intent, long seq, String mid, String what) {
        fault(rule, new Side(intent.from(), intent.to()), seq, mid, what);
    }

    void fault(String rule, Side side, long seq, String mid, String what) {
        if (counts.merge(rule, 1, Integer::sum) <= NAMED_MAX) {
            faults.add(new Fault(rule, side.user(), side.peer(), seq, mid, what));
        }
    }
}
