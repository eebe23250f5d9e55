package io.danmaku.standalone.check;

import io.danmaku.standalone.check.History.Begin;
import io.danmaku.standalone.check.History.Change;
import io.danmaku.standalone.check.History.Contact;
import io.danmaku.standalone.check.History.Device;
import io.danmaku.standalone.check.History.Intent;
import io.danmaku.standalone.check.History.MarkTold;
import io.danmaku.standalone.check.History.Marks;
import io.danmaku.standalone.check.History.MarksSynced;
import io.danmaku.standalone.check.History.Message;
import io.danmaku.standalone.check.History.Outcome;
import io.danmaku.standalone.check.History.Read;
import io.danmaku.standalone.check.History.Send;
import io.danmaku.standalone.check.History.Side;
import io.danmaku.standalone.check.History.Stir;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;

/**
 * Random traffic on a hub that keeps every promise: calls overlap, each is carried out at one moment between its begin and its end, or
 * not at all; answers and pushes get lost. A function of the seed.
 */
final class SimulatedRun {
    private static final int FIRST_TS = 1_000_000;
    /** When all is over. */
    private static final long END = 1_000_000_000;

    /** A call: carried out at {@code deed}. */
    private record Call(Intent intent, boolean bad, What what, long at, long deed, long till, int draw) {
        boolean done() {
            return draw < 90;
        }

        Outcome outcome() {
            return bad ? Outcome.REFUSED : draw < 80 ? Outcome.ACKNOWLEDGED : Outcome.UNKNOWN;
        }
    }

    private enum What {
        SEND,
        READ,
        DELIVERED,
        CLEAR
    }

    /** One pair in so many is one of which only one side writes. */
    private static final int ONE_WAY_EVERY = 3;

    private final Random random;
    private final History history;
    private final List<Message> log = new ArrayList<>();
    private final Map<Intent, Message> made = new HashMap<>();
    private final Map<Side, Long> lastSeq = new HashMap<>();
    private final Map<Side, Long> marks = new HashMap<>();
    /** Where it is above what is read. */
    private final Map<Side, Long> delivered = new HashMap<>();
    /** Of the marks what the peer is told. */
    private final Map<Side, Long> marksTold = new HashMap<>();

    private final Map<Side, Long> deliveredTold = new HashMap<>();

    private final Map<Side, Long> cleared = new HashMap<>();
    private final SimulatedChanges changes = new SimulatedChanges();
    private final SimulatedArrivals arrivals;
    private boolean calm;

    private SimulatedRun(long seed) {
        random = new Random(seed);
        history = new History(new Plan.Setup(
                seed, 3 + random.nextInt(3), 1 + random.nextInt(2), 5 + random.nextInt(60), List.of("edge"), 0));
        arrivals = new SimulatedArrivals(history, random);
    }

    static History of(long seed) {
        SimulatedRun run = new SimulatedRun(seed);
        run.calls().forEach(call -> {
            run.carryOut(call);
            if (call.draw % 2 == 0) {
                run.changes.carryOut(run.history, run.log, run.random, call.deed);
            }
        });
        run.history.sends.sort(Comparator.comparingLong(Send::till));
        run.history.reads.sort(Comparator.comparingLong(Read::till));
        run.history.deliveries.sort(Comparator.comparingLong(Read::till));
        run.history.clears.sort(Comparator.comparingLong(Read::till));
        run.history.changes.sort(Comparator.comparingLong(Change::till));
        run.arrivals.arrive();
        run.beCalm();
        run.tell();
        run.readBack();
        run.arrivals.begin(run.log, run::isShown);
        run.changes.tell(run.history, run.random);
        run.syncMarks();
        run.changes.sayings.tell(run.history, run.log, run.random);
        return run.history;
    }

    private List<Call> calls() {
        List<Call> calls = new ArrayList<>();
        for (int i = 0; i < history.setup.messages(); i++) {
            int one = random.nextInt(history.setup.users());
            int other = (one + 1 + random.nextInt(history.setup.users() - 1)) % history.setup.users();
            boolean oneWay = (one + other) % ONE_WAY_EVERY == 0;
            int from = oneWay ? Math.min(one, other) : one;
            int to = one + other - from;
            boolean bad = random.nextInt(20) == 0;
            Intent intent = new Intent(from, to, (bad ? "b" : "c") + i);
            calls.add(call(intent, bad, What.SEND, i));
            while (!bad && random.nextInt(4) == 0) {
                calls.add(call(intent, false, What.SEND, i + random.nextInt(20)));
            }
            if (random.nextInt(3) == 0) {
                calls.add(call(new Intent(/* from= */ to, /* to= */ from, ""), false, What.READ, i));
            }
            if (random.nextInt(3) == 0) {
                calls.add(call(new Intent(/* from= */ to, /* to= */ from, ""), false, What.DELIVERED, i));
            }
            if (random.nextInt(8) == 0) {
                Intent clear = new Intent(/* from= */ Math.max(from, to), /* to= */ Math.min(from, to), "");
                calls.add(call(clear, false, What.CLEAR, i));
            }
        }
        calls.sort(Comparator.comparingLong(Call::deed));
        return calls;
    }

    private Call call(Intent intent, boolean bad, What what, int turn) {
        long at = turn * 20L + random.nextInt(40);
        long deed = at + 1 + random.nextInt(100);
        return new Call(intent, bad, what, at, deed, deed + 1 + random.nextInt(100), random.nextInt(100));
    }

    private void carryOut(Call call) {
        if (call.what != What.SEND) {
            upTo(call);
            return;
        }
        // a repeat of what is there gets the first result whoever blocks
        boolean blocked = !call.bad
                && call.done()
                && !made.containsKey(call.intent)
                && changes.isBarred(new Side(/* user= */ call.intent.to(), /* peer= */ call.intent.from()), log);
        if (blocked) {
            // unknown when the answer gets lost
            boolean told = call.outcome() == Outcome.ACKNOWLEDGED;
            history.sends.add(new Send(
                    call.intent,
                    random.nextInt(history.setup.devices()),
                    false,
                    call.at,
                    call.till,
                    told ? Outcome.REFUSED : Outcome.UNKNOWN,
                    told ? "blocked" : "pending",
                    "",
                    0,
                    0));
            return;
        }
        boolean answered = call.outcome() == Outcome.ACKNOWLEDGED;
        Message message = call.bad || !call.done() ? null : made.computeIfAbsent(call.intent, intent -> store(call));
        history.sends.add(new Send(
                call.intent,
                random.nextInt(history.setup.devices()),
                call.bad,
                call.at,
                call.till,
                call.outcome(),
                answered ? "" : call.bad ? "bad_field" : "pending",
                answered ? message.mid() : "",
                answered ? message.seq() : 0,
                answered ? message.tsMs() : 0));
    }

    private Message store(Call call) {
        Intent intent = call.intent;
        long seq = lastSeq.merge(low(intent), 1L, Long::sum);
        Message message = history.one(
                new Message(intent.from(), intent.to(), seq, "m" + log.size(), intent.cid(), FIRST_TS + call.deed));
        log.add(message);
        return message;
    }

    private static Side low(Intent intent) {
        return new Side(Math.min(intent.from(), intent.to()), Math.max(intent.from(), intent.to()));
    }

    private void upTo(Call call) {
        Side side = new Side(call.intent.from(), call.intent.to());
        long last = lastSeq.getOrDefault(low(call.intent), 0L);
        if (last == 0) {
            return;
        }
        long seq = 1L + random.nextInt((int) last);
        long before = now(call.what, side);
        long answered = call.done() ? Math.max(before, seq) : 0;
        if (answered > before) {
            numbers(call.what).put(side, seq);
            if (call.what == What.CLEAR) {
                changes.sayings.clear(side, seq, changes.nextRev());
            } else {
                mark(side, call.what == What.READ, seq, call.deed);
            }
        }
        boolean told = call.outcome() == Outcome.ACKNOWLEDGED;
        List<Read> all = switch (call.what) {
            case READ -> history.reads;
            case DELIVERED -> history.deliveries;
            default -> history.clears;
        };
        all.add(new Read(side.user(), side.peer(), seq, call.at, call.till, call.outcome(), told ? answered : 0));
    }

    private Map<Side, Long> numbers(What what) {
        return what == What.READ ? marks : what == What.DELIVERED ? delivered : cleared;
    }

    /** What is read is delivered too. */
    private long now(What what, Side side) {
        long own = numbers(what).getOrDefault(side, 0L);
        return what == What.DELIVERED ? Math.max(own, marks.getOrDefault(side, 0L)) : own;
    }

    /** The peer is not told while it blocks who has read or got it. */
    private void mark(Side reader, boolean reads, long seq, long deed) {
        boolean told = !changes.sayings.isBlocked(reader.other());
        if (told) {
            (reads ? marksTold : deliveredTold).put(reader, seq);
        }
        for (Device device : history.synced.keySet()) {
            boolean meant = device.user() == reader.user() || (told && device.user() == reader.peer());
            if (meant && random.nextInt(4) > 0) {
                history.marks.add(
                        new MarkTold(device, reads, reader.user(), reader.peer(), seq, deed + 1 + random.nextInt(200)));
            }
        }
    }

    /** Some runs are one calm time from the begin to the end. */
    private void beCalm() {
        calm = random.nextBoolean();
        if (calm) {
            history.stirs.add(new Stir(-2 * JudgeOfDevices.CALM_AFTER_US, false));
            history.stirs.add(new Stir(-JudgeOfDevices.CALM_AFTER_US, true));
        }
    }

    static long carriedOut(Message message) {
        return message.tsMs() - FIRST_TS;
    }

    /** Pushes get lost, come twice and late; sync tells all that comes behind a device's position. */
    private void tell() {
        history.synced.forEach((device, messages) -> log.stream()
                .filter(message -> message.isOf(device.user()) && arrivals.isBehindThePosition(device, message))
                .forEach(message -> {
                    messages.add(message);
                    long at = carriedOut(message) + 1 + random.nextInt(200);
                    history.firstTold.merge(message, at, Math::min);
                    List<Message> pushed = history.pushed.get(device);
                    for (int times = random.nextInt(3) + (calm ? 1 : 0); times > 0; times--) {
                        pushed.add(random.nextInt(pushed.size() + 1), message);
                    }
                }));
        history.synced.forEach((device, messages) -> messages.forEach(message -> history.firstSynced
                .computeIfAbsent(device.user(), user -> new HashMap<>())
                .put(message, history.firstTold.get(message))));
    }

    private void readBack() {
        Map<Side, List<Message>> whole = new TreeMap<>();
        for (Message message : log) {
            for (Side side : List.of(new Side(message.from(), message.to()), new Side(message.to(), message.from()))) {
                whole.computeIfAbsent(side, s -> new ArrayList<>()).add(message);
                if (isShown(side, message)) {
                    history.histories
                            .computeIfAbsent(side, s -> new ArrayList<>())
                            .add(message);
                }
            }
        }
        whole.entrySet().stream()
                .sorted(Comparator.comparingLong((Map.Entry<Side, List<Message>> one) ->
                                newest(one.getValue()).tsMs())
                        .reversed())
                .forEach(one -> history.contacts
                        .computeIfAbsent(one.getKey().user(), user -> new ArrayList<>())
                        .add(contact(one.getKey(), one.getValue())));
    }

    /** Sync tells some marks on the way, and the newest in the end. */
    private void syncMarks() {
        for (Device device : history.synced.keySet()) {
            for (Contact contact : history.contacts.getOrDefault(device.user(), List.of())) {
                Marks now = contact.marks();
                Begin begin = history.begins.get(device);
                if (begin != null && begin.contacts().containsKey(contact.peer()) && random.nextBoolean()) {
                    // none has moved since
                    begin.contacts().put(contact.peer(), new Contact(contact.peer(), null, 0, now));
                    continue;
                }
                if (now.read() > 1 && random.nextBoolean()) {
                    synced(device, contact.peer(), new Marks(now.read() - 1, 0, now.read() - 1, 0));
                }
                if (!now.equals(Marks.NONE)) {
                    synced(device, contact.peer(), now);
                }
            }
        }
    }

    /** Asked for when all had been cleared, and sometimes before the last message. */
    private void synced(Device device, int peer, Marks told) {
        Side side = new Side(device.user(), peer);
        List<Message> all = of(side);
        long last = newest(all).seq();
        long at = END;
        if (random.nextBoolean() && last > 1) {
            last--;
            at = 0;
        }
        long upTo = last;
        long unread = unread(
                side,
                all.stream().filter(message -> message.seq() <= upTo).toList(),
                Math.max(told.read(), cleared.getOrDefault(side, 0L)));
        history.syncedMarks.add(new MarksSynced(device, peer, told, unread, last, at, END + 1));
    }

    private List<Message> of(Side side) {
        return log.stream()
                .filter(message -> message.isOf(side.user()) && message.isOf(side.peer()))
                .toList();
    }

    private boolean isShown(Side side, Message message) {
        return !changes.isHidden(side, message) && message.seq() > cleared.getOrDefault(side, 0L);
    }

    private static Message newest(List<Message> messages) {
        return messages.get(messages.size() - 1);
    }

    private Contact contact(Side side, List<Message> messages) {
        long mark = marks.getOrDefault(side, 0L);
        return new Contact(
                side.peer(),
                isShown(side, newest(messages)) ? newest(messages) : null,
                unread(side, messages, Math.max(mark, cleared.getOrDefault(side, 0L))),
                new Marks(
                        mark,
                        marksTold.getOrDefault(side.other(), 0L),
                        now(What.DELIVERED, side),
                        Math.max(
                                marksTold.getOrDefault(side.other(), 0L),
                                deliveredTold.getOrDefault(side.other(), 0L))));
    }

    static long unread(Side side, List<Message> messages, long mark) {
        return messages.stream()
                .filter(message -> message.from() == side.peer())
                .flatMapToLong(message -> LongStream.of(message.seq()))
                .filter(seq -> seq > mark)
                .count();
    }

    /** Writes a history as a run does, with what the hub said in the hub's own form. */
    static void write(History history, Path path) throws IOException {
        SimulatedFile.write(history, path);
    }
}
