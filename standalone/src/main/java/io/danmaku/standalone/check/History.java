package io.danmaku.standalone.check;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What was asked, what was answered, what devices were told, and what the hub said when all was over. Users are numbers. In memory a
 * message is one object however often it was told: by estimate some 700 bytes for each, 35 MB for 50,000 with two devices a user.
 */
final class History {
    /** A message as the hub told it; its text stands here as the cid in it. */
    record Message(int from, int to, long seq, String mid, String cid, long tsMs) {
        boolean isOf(int user) {
            return from == user || to == user;
        }

        int peerOf(int user) {
            return from == user ? to : from;
        }
    }

    /** What became of a command. */
    enum Outcome {
        ACKNOWLEDGED,
        /** Not carried out, and it never will be. */
        REFUSED,
        /** Carried out once or not at all, perhaps later. */
        UNKNOWN
    }

    /** One message that somebody wants to send, however often it is asked for. */
    record Intent(int from, int to, String cid) {}

    /**
     * One call of a client that sends a message. Inside of it the client may have asked several times.
     *
     * @param bad it must be refused
     * @param at when it began, in microseconds of the run's clock
     * @param till when its outcome was known
     * @param code why it was not acknowledged, else empty
     * @param mid empty when not acknowledged, and then {@code seq} and {@code tsMs} are 0
     */
    record Send(
            Intent intent,
            int device,
            boolean bad,
            long at,
            long till,
            Outcome outcome,
            String code,
            String mid,
            long seq,
            long tsMs) {}

    /** A read mark that somebody sets. {@code answered} is 0 unless acknowledged. */
    record Read(int user, int peer, long seq, long at, long till, Outcome outcome, long answered) {}

    /** An entry of somebody's contacts. */
    record Contact(int peer, Message last, long unread, long readSeq, long peerReadSeq) {}

    /** A conversation as one of the two sees it. */
    record Side(int user, int peer) implements Comparable<Side> {
        Side other() {
            return new Side(/* user= */ peer, /* peer= */ user);
        }

        @Override
        public int compareTo(Side o) {
            return user != o.user ? Integer.compare(user, o.user) : Integer.compare(peer, o.peer);
        }
    }

    /** One device of a user. */
    record Device(int user, int number) implements Comparable<Device> {
        @Override
        public int compareTo(Device o) {
            return user != o.user ? Integer.compare(user, o.user) : Integer.compare(number, o.number);
        }

        @Override
        public String toString() {
            return Plan.name(user) + " device " + number;
        }
    }

    final Plan.Setup setup;
    final List<Send> sends = new ArrayList<>();
    final List<Read> reads = new ArrayList<>();
    /** What was pushed to a device, as it came, repeats too. */
    final Map<Device, List<Message>> pushed = new TreeMap<>();
    /** What a device was answered when it asked for what it had missed, page after page. */
    final Map<Device, List<Message>> synced = new TreeMap<>();
    /** Read at the end over HTTP, in the order of the answers. */
    final Map<Side, List<Message>> histories = new TreeMap<>();
    /** Read at the end over HTTP, in the order of the answers. */
    final Map<Integer, List<Contact>> contacts = new TreeMap<>();

    private final Map<Message, Message> known = new HashMap<>();

    History(Plan.Setup setup) {
        this.setup = setup;
        for (int user = 0; user < setup.users(); user++) {
            for (int number = 0; number < setup.devices(); number++) {
                pushed.put(new Device(user, number), new ArrayList<>());
                synced.put(new Device(user, number), new ArrayList<>());
            }
        }
    }

    /** The one object that stands for an equal message. */
    Message one(Message message) {
        Message first = known.putIfAbsent(message, message);
        return first == null ? message : first;
    }
}
