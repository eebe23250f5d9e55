package io.danmaku.standalone.check;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What was asked, what was answered, what devices were told, and what the hub said when all was over. Users are numbers. In memory a
 * message is one object however often it was told: by estimate some 700 bytes for each, 35 MB for 50,000 with two devices a user, and
 * some 80 for each time that one was told which was changed.
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

    /** A mark of what is read or delivered that somebody sets, or up to where somebody clears. {@code answered} is 0 unless acknowledged. */
    record Read(int user, int peer, long seq, long at, long till, Outcome outcome, long answered) {
        boolean acknowledged() {
            return outcome == Outcome.ACKNOWLEDGED;
        }

        /** When it was carried out at the latest. */
        long end() {
            return acknowledged() ? till : Long.MAX_VALUE;
        }
    }

    /** What can be changed of a message, of a conversation, or of whom one lets write. */
    enum Deed {
        EDIT,
        RECALL,
        REACT,
        HIDE,
        BLOCK,
        UNBLOCK,
        RELATE,
        SETTINGS;

        /** Whether it changes what both see of a message. */
        boolean isSeenByBoth() {
            return this == EDIT || this == RECALL || this == REACT;
        }

        /** Whether the other side can refuse it as it refuses messages. */
        boolean reaches() {
            return this == EDIT || this == REACT;
        }
    }

    /**
     * A change that somebody asks for, once.
     *
     * @param peer -1 for settings
     * @param cid of the message, which was acknowledged before; empty where it is about none
     * @param text which edit it is, the sign, a flag of a relation with its value ({@code contact=true}), or who may write; else empty
     * @param code why it was not acknowledged, else empty
     * @param rev of an acknowledged change that both see, else 0
     */
    record Change(
            Deed deed,
            int user,
            int peer,
            String cid,
            String text,
            long at,
            long till,
            Outcome outcome,
            String code,
            long rev) {
        boolean acknowledged() {
            return outcome == Outcome.ACKNOWLEDGED;
        }

        /** Whether it was carried out or may have been. */
        boolean possible() {
            return outcome != Outcome.REFUSED;
        }

        /** When it was carried out at the latest. */
        long end() {
            return acknowledged() ? till : Long.MAX_VALUE;
        }
    }

    /**
     * What has become of a message, as it was told.
     *
     * @param rev 0 = nothing
     * @param edit which edit its text is of, empty = it is the first one
     * @param bySender sign of who has sent it, empty = none
     */
    record Form(long rev, boolean recalled, String edit, String bySender, String byRecipient) {
        static final Form SENT = new Form(0, false, "", "", "");
    }

    /** How somebody was told of a message. */
    enum Way {
        PUSH,
        SYNC,
        /** In a history or in the contacts that a device read when it began. */
        BEGIN,
        /** At the end. */
        HISTORY,
        /** As the last of a conversation, at the end. */
        CONTACT
    }

    /**
     * A changed message as it was told.
     *
     * @param device -1 at the end
     * @param at when it was asked for: of a SYNC and a BEGIN in the run's time, at the end beyond all, of a PUSH 0
     */
    record Telling(Way way, int user, int device, Message message, Form form, long at) {
        static final long AT_THE_END = Long.MAX_VALUE;
    }

    /**
     * A mark of who has read, or has got something, as it was pushed.
     *
     * @param read else it is one of what is delivered
     * @param at when it came
     */
    record MarkTold(Device device, boolean read, int reader, int peer, long seq, long at) {}

    /**
     * What a device was told that its user has said or done.
     *
     * @param what {@code cleared}, {@code blocked}, or a flag of a relation
     * @param value a number, or true or false
     * @param rev of two about the same that with the higher one counts
     */
    record Note(Device device, int peer, String what, String value, long rev) {}

    /** Four marks of a conversation: what one has read and got, and what one is told that the other has. */
    record Marks(long read, long peerRead, long delivered, long peerDelivered) {
        static final Marks NONE = new Marks(0, 0, 0, 0);
    }

    /**
     * Marks of a conversation as a device was answered when it asked what it had missed.
     *
     * @param unread of the messages up to {@code lastSeq}
     * @param at when it was asked for
     * @param till when it was answered
     */
    record MarksSynced(Device device, int peer, Marks marks, long unread, long lastSeq, long at, long till) {}

    /** An entry of somebody's contacts. {@code last} is null when it is hidden or cleared. */
    record Contact(int peer, Message last, long unread, Marks marks) {}

    /**
     * What a device read when it began late.
     *
     * @param at when it asked for its position
     * @param till when it had that: what was sent after this is told by sync
     * @param contacts by peer
     * @param from by peer, of the histories that it read: the lowest number that it asked for
     * @param histories by peer: what it was answered
     */
    record Begin(
            Device device,
            long at,
            long till,
            Map<Integer, Contact> contacts,
            Map<Integer, Long> from,
            Map<Integer, List<Message>> histories) {}

    /**
     * A part of the hub was killed or stopped, or all are there again.
     *
     * @param whole all are
     */
    record Stir(long at, boolean whole) {}

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
    /** Up to where somebody says that a device has got something. */
    final List<Read> deliveries = new ArrayList<>();
    /** Up to where somebody clears a conversation. */
    final List<Read> clears = new ArrayList<>();

    final List<MarkTold> marks = new ArrayList<>();
    /** In the order of the answers. */
    final List<MarksSynced> syncedMarks = new ArrayList<>();

    final List<Note> notes = new ArrayList<>();
    /** What was pushed to a device, as it came, repeats too. */
    final Map<Device, List<Message>> pushed = new TreeMap<>();
    /** What a device was answered when it asked for what it had missed, page after page. */
    final Map<Device, List<Message>> synced = new TreeMap<>();

    final List<Change> changes = new ArrayList<>();
    /** Of messages that somebody changed, or wanted to. In the two maps above each of them stands once, by its first telling. */
    final List<Telling> tellings = new ArrayList<>();
    /** Messages (by mid) of which a device was told that its user has hidden them. */
    final Map<Device, Set<String>> hidden = new TreeMap<>();
    /** Read at the end over HTTP, in the order of the answers. */
    final Map<Side, List<Message>> histories = new TreeMap<>();
    /** Read at the end over HTTP, in the order of the answers. */
    final Map<Integer, List<Contact>> contacts = new TreeMap<>();

    /** The flags that are set in what one says of the other, read at the end with the contacts; of those only. */
    final Map<Side, Set<String>> relations = new TreeMap<>();
    /** Who waits for a first answer, read at the end with the contacts. */
    final Set<Side> requests = new TreeSet<>();
    /** Who may write, read at the end. */
    final Map<Integer, String> writers = new TreeMap<>();
    /** When somebody was first told of a message, in the run's time: by then it had been taken. */
    final Map<Message, Long> firstTold = new HashMap<>();

    /** By user: when a device of that user was first answered a message by sync, in the run's time. */
    final Map<Integer, Map<Message, Long>> firstSynced = new TreeMap<>();
    /** Devices that came late, with what they began with. They are in the maps above as well. */
    final Map<Device, Begin> begins = new TreeMap<>();
    /** In the order of time. */
    final List<Stir> stirs = new ArrayList<>();

    private final Map<Message, Message> known = new HashMap<>();

    History(Plan.Setup setup) {
        this.setup = setup;
        for (int user = 0; user < setup.users(); user++) {
            for (int number = 0; number < setup.devices(); number++) {
                add(new Device(user, number));
            }
        }
    }

    private void add(Device device) {
        pushed.putIfAbsent(device, new ArrayList<>());
        synced.putIfAbsent(device, new ArrayList<>());
        hidden.putIfAbsent(device, new TreeSet<>());
    }

    /** A device that comes late. */
    void begin(Begin begin) {
        add(begin.device);
        begins.put(begin.device, begin);
    }

    boolean isLate(Device device) {
        return begins.containsKey(device);
    }

    /** Of the messages that devices were told by sync, the share that was pushed to them as well: a push may be lost, but most are not. */
    double pushedShare() {
        long pushes = pushed.values().stream()
                .mapToLong(messages -> messages.stream().distinct().count())
                .sum();
        long all = synced.values().stream().mapToLong(List::size).sum();
        return all == 0 ? 1 : (double) pushes / all;
    }

    /** The one object that stands for an equal message. */
    Message one(Message message) {
        Message first = known.putIfAbsent(message, message);
        return first == null ? message : first;
    }
}
