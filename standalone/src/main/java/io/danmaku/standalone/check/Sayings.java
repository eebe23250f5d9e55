package io.danmaku.standalone.check;

import io.danmaku.standalone.check.History.Change;
import io.danmaku.standalone.check.History.Deed;
import io.danmaku.standalone.check.History.Side;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What users say that holds until they say otherwise: whom they block, what they say of one another, who may write to them. Knows what can have
 * held at a time, where outcomes are unknown and calls overlap: a rule says only what holds for all of it. Decides nothing.
 */
final class Sayings {
    static final String BLOCKED = "blocked";
    static final String WRITERS = "writers";
    static final String YES = "true";
    static final String NO = "false";
    static final String ANYBODY = "all";

    private static final int NOBODY = -1;

    /** What is said, by whom, of whom. */
    private record Topic(int user, int peer, String what) {}

    /** {@code by} says it. */
    private record Saying(String value, Change by) {}

    private final Map<Topic, List<Saying>> said = new HashMap<>();

    Sayings(List<Change> changes) {
        for (Change change : changes) {
            switch (change.deed()) {
                case BLOCK, UNBLOCK -> add(change, BLOCKED, change.deed() == Deed.BLOCK ? YES : NO);
                case SETTINGS -> add(change, WRITERS, change.text());
                case RELATE -> {
                    String[] flag = change.text().split("=", 2);
                    add(change, flag[0], flag[1]);
                }
                case EDIT, RECALL, REACT, HIDE -> {
                    // of one message
                }
            }
        }
    }

    private void add(Change change, String what, String value) {
        if (change.possible()) {
            said.computeIfAbsent(new Topic(change.user(), change.peer(), what), topic -> new ArrayList<>())
                    .add(new Saying(value, change));
        }
    }

    /** Who may have been let write by a user at some moment between two. */
    Set<String> writers(int user, long from, long till) {
        return possible(new Topic(user, NOBODY, WRITERS), ANYBODY, from, till);
    }

    /** What a side may have said of the other at some moment between two. */
    Set<String> possible(Side side, String what, long from, long till) {
        return possible(new Topic(side.user(), side.peer(), what), NO, from, till);
    }

    /** Whether it held all through, whatever has become of what is unknown. */
    boolean isCertain(Side side, String what, String value, long from, long till) {
        return possible(side, what, from, till).equals(Set.of(value));
    }

    /** Whether it may have held at some moment between two. */
    boolean mayBe(Side side, String what, String value, long from, long till) {
        return possible(side, what, from, till).contains(value);
    }

    /** What no acknowledged saying has taken the place of before. */
    private Set<String> possible(Topic topic, String first, long from, long till) {
        List<Saying> all = said.getOrDefault(topic, List.of());
        Set<String> possible = new HashSet<>();
        if (all.stream().noneMatch(saying -> isOver(saying.by, from))) {
            possible.add(first);
        }
        for (Saying saying : all) {
            if (saying.by.at() < till
                    && all.stream().noneMatch(later -> isOver(later.by, from) && later.by.at() > saying.by.end())) {
                possible.add(saying.value);
            }
        }
        return possible;
    }

    private static boolean isOver(Change change, long at) {
        return change.acknowledged() && change.till() < at;
    }

    /** All that anybody has said of somebody, so that each is judged. */
    Set<Side> sides() {
        Set<Side> sides = new TreeSet<>();
        said.keySet().stream()
                .filter(topic -> topic.peer != NOBODY)
                .forEach(topic -> sides.add(new Side(topic.user, topic.peer)));
        return sides;
    }
}
