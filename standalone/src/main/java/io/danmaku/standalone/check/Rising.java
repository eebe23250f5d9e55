package io.danmaku.standalone.check;

import io.danmaku.standalone.check.History.Outcome;
import io.danmaku.standalone.check.History.Read;
import io.danmaku.standalone.check.History.Side;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/** Numbers of one side of a conversation that only rise: what is asked of them, and what they can be. */
final class Rising {
    private Rising() {}

    /** The highest that was answered. */
    static long least(List<Read> asked) {
        return asked.stream().mapToLong(Read::answered).max().orElse(0);
    }

    /** What such a number can be in the end: the highest that was answered, or an unanswered one above. */
    static Set<Long> possible(List<Read> asked) {
        long least = least(asked);
        Set<Long> possible = new TreeSet<>(Set.of(least));
        asked.stream()
                .filter(read -> read.outcome() == Outcome.UNKNOWN && read.seq() > least)
                .forEach(read -> possible.add(read.seq()));
        return possible;
    }

    /** Whether it can have moved the number: nothing as high was answered before it was asked. */
    static boolean mayMove(Read read, List<Read> asked) {
        return asked.stream().noneMatch(before -> before.till() < read.at() && before.answered() >= read.seq());
    }

    /**
     * Each is answered with its number or a higher one that was asked for, and never with less than an earlier answer.
     *
     * @param asked all that raise the number
     * @param judged those whose answers tell it
     */
    static void neverFalls(String rule, Findings findings, Side side, List<Read> asked, Predicate<Read> judged) {
        PriorityQueue<Read> answeredLater = new PriorityQueue<>(Comparator.comparingLong(Read::till));
        long least = 0;
        for (Read read :
                asked.stream().sorted(Comparator.comparingLong(Read::at)).toList()) {
            if (!read.acknowledged()) {
                continue;
            }
            while (!answeredLater.isEmpty() && answeredLater.peek().till() < read.at()) {
                least = Math.max(least, answeredLater.poll().answered());
            }
            answeredLater.add(read);
            if (!judged.test(read)) {
                continue;
            }
            if (read.answered() < Math.max(least, read.seq())) {
                String what = "asking for it was answered " + read.answered() + ", the mark was " + least;
                findings.fault(rule, side, read.seq(), "", what);
            } else if (asked.stream().noneMatch(one -> one.seq() == read.answered() && one.at() < read.till())) {
                String what = "was answered " + read.answered() + ": nobody asked for that";
                findings.fault(rule, side, read.seq(), "", what);
            }
        }
    }
}
