package io.danmaku.standalone.check;

import io.danmaku.standalone.check.History.Side;
import io.danmaku.standalone.check.Plan.Kind;
import io.danmaku.standalone.check.Plan.Step;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntSupplier;

/**
 * What two users do one after the other that chance alone seldom makes them do: a block with all that it keeps back, and a stranger who may
 * write now and then. Each step comes so many sends after the one before it that this one has ended.
 */
final class Stories {
    /** More than are on their way at a time. */
    static final int GAP = Traffic.WINDOW * 5 / 4;

    private static final int ALL_PERCENT = 100;

    private final IntSupplier device;
    /** By the number of the send after which they are due. */
    private final TreeMap<Integer, Deque<Step>> steps = new TreeMap<>();
    /** Who sends to whom, by the number of the send. */
    private final Map<Integer, Side> sends = new HashMap<>();

    /** @param device draws one of a user's devices */
    Stories(IntSupplier device) {
        this.device = device;
    }

    /**
     * {@code taking} blocks who has sent a message, for a while.
     *
     * @param sent how many sends there were
     * @param sign number of a sign that nobody has used
     */
    void block(int sent, Step message, int sign) {
        int blocked = message.user();
        int taking = message.peer();
        add(sent, new Step(Kind.BLOCK, taking, device(), blocked, "", 0));
        if (!Plan.isOneWay(blocked, taking)) {
            // so that there is something to read: a mark that stands there already is told to nobody, block or not
            send(sent + GAP, new Side(/* user= */ taking, /* peer= */ blocked));
        }
        add(sent + 2 * GAP, new Step(Kind.DELIVERED, blocked, device(), taking, "", ALL_PERCENT));
        send(sent + 2 * GAP, new Side(/* user= */ blocked, /* peer= */ taking));
        add(sent + 3 * GAP, new Step(Kind.READ, blocked, device(), taking, "", ALL_PERCENT));
        add(sent + 3 * GAP, new Step(Kind.REACT, blocked, device(), taking, message.what(), sign));
        add(sent + 4 * GAP, new Step(Kind.UNBLOCK, taking, device(), blocked, "", 0));
        send(sent + 5 * GAP, new Side(/* user= */ blocked, /* peer= */ taking));
    }

    /** Whom {@code by.peer()} is a stranger to lets nobody write but contacts, then who is followed, then all; and says the one and the other of the stranger. */
    void stranger(int sent, Side by) {
        Side stranger = by.other();
        Plan.RELATIONS.forEach(flag -> add(sent, relate(by, flag, false)));
        add(sent, settings(by, "contacts"));
        send(sent + GAP, stranger);
        add(sent + 2 * GAP, relate(by, "contact", true));
        send(sent + 3 * GAP, stranger);
        add(sent + 4 * GAP, relate(by, "contact", false));
        add(sent + 4 * GAP, relate(by, "follow", true));
        send(sent + 5 * GAP, stranger);
        add(sent + 6 * GAP, settings(by, "followed"));
        send(sent + 7 * GAP, stranger);
        add(sent + 8 * GAP, relate(by, "follow", false));
        send(sent + 9 * GAP, stranger);
        add(sent + 10 * GAP, settings(by, Sayings.ANYBODY));
    }

    private Step relate(Side by, String flag, boolean on) {
        return new Step(Kind.RELATE, by.user(), device(), by.peer(), flag + "=" + on, 0);
    }

    private Step settings(Side by, String writers) {
        return new Step(Kind.SETTINGS, by.user(), device(), -1, writers, 0);
    }

    private int device() {
        return device.getAsInt();
    }

    private void add(int sent, Step step) {
        steps.computeIfAbsent(sent, number -> new ArrayDeque<>()).add(step);
    }

    private void send(int number, Side side) {
        int free = number;
        while (sends.containsKey(free)) {
            free++;
        }
        sends.put(free, side);
    }

    /** Who sends the message of this number to whom, or null where nobody in particular does. */
    Side sender(int number) {
        return sends.remove(number);
    }

    /** The steps that are due after so many sends, which are then told. */
    List<Step> due(int sent) {
        List<Step> due = new ArrayList<>();
        while (!steps.isEmpty() && steps.firstKey() <= sent) {
            due.addAll(steps.pollFirstEntry().getValue());
        }
        return due;
    }
}
