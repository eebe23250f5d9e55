package io.danmaku.standalone.check;

import io.danmaku.standalone.check.History.Begin;
import io.danmaku.standalone.check.History.Contact;
import io.danmaku.standalone.check.History.Device;
import io.danmaku.standalone.check.History.Marks;
import io.danmaku.standalone.check.History.Message;
import io.danmaku.standalone.check.History.Side;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.BiPredicate;

/** Devices that come late in a {@link SimulatedRun}: some users get another one in the midst of it. */
final class SimulatedArrivals {
    private final History history;
    private final Random random;

    SimulatedArrivals(History history, Random random) {
        this.history = history;
        this.random = random;
    }

    void arrive() {
        for (int user = 0; user < history.setup.users(); user++) {
            if (random.nextInt(3) == 0) {
                Device device = new Device(user, history.setup.devices());
                long at = random.nextInt(history.setup.messages() * 20);
                history.begin(new Begin(device, at, at + 1, new TreeMap<>(), new TreeMap<>(), new TreeMap<>()));
            }
        }
    }

    /** Whether a device is told a message by sync. */
    boolean isBehindThePosition(Device device, Message message) {
        return !history.isLate(device)
                || SimulatedRun.carriedOut(message) > history.begins.get(device).till();
    }

    /**
     * Who comes late reads some histories, not always to their begin.
     *
     * @param shown what a side sees
     */
    void begin(List<Message> log, BiPredicate<Side, Message> shown) {
        for (Begin begin : history.begins.values()) {
            int user = begin.device().user();
            for (Contact contact : history.contacts.getOrDefault(user, List.of())) {
                Side side = new Side(user, contact.peer());
                List<Message> before = log.stream()
                        .filter(message -> message.isOf(user)
                                && message.isOf(side.peer())
                                && !isBehindThePosition(begin.device(), message))
                        .toList();
                if (before.isEmpty()) {
                    continue;
                }
                begin.contacts().put(side.peer(), new Contact(side.peer(), null, 0, Marks.NONE));
                if (random.nextInt(4) > 0) {
                    long from = random.nextBoolean() ? 0 : 1 + random.nextInt(before.size());
                    begin.from().put(side.peer(), from);
                    begin.histories()
                            .put(
                                    side.peer(),
                                    new ArrayList<>(before.stream()
                                            .filter(message -> message.seq() >= from && shown.test(side, message))
                                            .toList()));
                }
            }
        }
    }
}
