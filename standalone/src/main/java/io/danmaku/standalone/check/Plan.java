package io.danmaku.standalone.check;

import io.danmaku.standalone.check.History.Side;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.Set;

/**
 * Who does what in which order: a pure function of the {@link Setup}, so that a seed repeats a run. What comes of it is the hub's doing.
 * Made step by step, in constant memory.
 */
final class Plan implements Iterator<Plan.Step> {
    /** What can be done to parts, as the command line names it: they are killed, or stand still for a while. */
    static final List<String> PARTS =
            List.of("edge", "dm-service", "pulsar", "cql", "redis", Plan.REDIS_EMPTY, "pause-edge", "pause-dm-service");

    /** Redis comes back without anything that it had. */
    static final String REDIS_EMPTY = "redis-empty";

    static final int EDGES = 2;
    static final int DM_SERVICES = 2;

    private static final String PAUSE = "pause-";

    /** What one can say of another that decides who may write, as the protocol names it. */
    static final List<String> RELATIONS = List.of("contact", "follow", "accepted");

    /** Who may write, half of the time anybody. */
    private static final List<String> WRITERS = List.of("all", "all", "followed", "contacts");

    /** Of a hundred thousand sends, how many are followed by another step of each kind. */
    private static final int REPEATS = 4_000;

    private static final int BAD_SENDS = 1_000;
    private static final int READS = 8_000;
    private static final int DELIVERIES = 6_000;
    private static final int ARRIVALS = 150;
    private static final int SYNCS = 500;
    private static final int CUTS = 300;
    private static final int EDITS = 3_000;
    private static final int RECALLS = 1_000;
    private static final int REACTIONS = 2_000;
    private static final int HIDES = 1_000;
    private static final int BLOCKS = 200;
    private static final int CLEARS = 200;
    private static final int SETTINGS = 200;
    private static final int RELATIONS_OF_ANYBODY = 200;
    /** Of those who never get an answer more: what is said of them decides. */
    private static final int RELATIONS_OF_STRANGERS = 5_000;

    private static final int STORIES_OF_STRANGERS = 3_000;
    /** And how many of them are sent over HTTP. */
    private static final int OVER_HTTP = 10_000;

    private static final int OF = 100_000;

    /** So many earlier sends can be repeated. */
    private static final int REMEMBERED = 500;

    private static final int FILLER_CHARS_MAX = 200;
    private static final int LONG_FILLER_CHARS = 3_900;
    /** One message in so many is long. */
    private static final int LONG_EVERY = 200;

    private static final String EDIT_MARK = "#";
    private static final int READ_PERCENT_MIN = 50;
    private static final int CLEAR_PERCENT_MAX = 60;
    private static final int IMPATIENT_EVERY = 3;
    /** One pair in so many is one of which only one side writes. */
    private static final int ONE_WAY_EVERY = 10;
    /** Kills lie between these shares of the sends, so that the first and the last part run undisturbed. */
    private static final double KILLS_FROM = 0.05;

    private static final double KILLS_TO = 0.95;

    /** What somebody does. Another kind of operation is a name here, a draw in {@link #followUps} and a case in {@link Traffic}. */
    enum Kind {
        /** A new message. */
        SEND,
        /** A new message, over HTTP. */
        HTTP_SEND,
        /** The cid of an earlier message again, from any device of its sender. */
        REPEAT,
        /** A message that must be refused. */
        BAD_SEND,
        READ,
        /** A device says what it has got. */
        DELIVERED,
        /** Another text for an earlier message. */
        EDIT,
        RECALL,
        /** A sign at an earlier message, from either side. */
        REACT,
        /** An earlier message is not shown any more to one side. */
        HIDE,
        BLOCK,
        UNBLOCK,
        /** A conversation is not shown any more up to a number: by one side of it at most, so that the other one shows what there was. */
        CLEAR,
        /** Another choice of who may write. */
        SETTINGS,
        /** Something is said of another one. */
        RELATE,
        SYNC,
        /** The connection breaks and comes back at another edge. */
        CUT,
        /** Another device of a user, which knows nothing yet. */
        ARRIVE,
        KILL,
        /** A part stands still for a while, and then goes on. */
        PAUSE
    }

    /**
     * One step.
     *
     * @param peer to whom, of whom; -1 where there is nobody
     * @param what cid of a message, part that is killed or stands still, who may write, what is said of another ({@code contact=true}), or empty
     * @param amount filler characters of a message, percent of what was seen of a read, a delivery or a clear, number of an edit or of a sign, edge of a
     *     cut, else 0
     */
    record Step(Kind kind, int user, int device, int peer, String what, int amount) {}

    /**
     * All that a plan depends on.
     *
     * @param devices of each user
     * @param messages how many sends, repeats and bad ones not counted
     * @param parts what is done by turns, of {@link #PARTS}
     * @param kills how often something is done
     */
    record Setup(long seed, int users, int devices, int messages, List<String> parts, int kills) {
        Setup {
            parts = List.copyOf(parts);
        }
    }

    private final Setup setup;
    private final Random random;
    private final int[] killAt;
    private final List<Step> harm;
    private final List<Step> recent = new ArrayList<>();
    private final ArrayDeque<Step> next = new ArrayDeque<>();
    private final Stories stories = new Stories(this::device);
    private final Set<Integer> arrived = new HashSet<>();

    private int sent;
    private int bad;
    private int changed;
    private int killed;

    Plan(Setup setup) {
        this.setup = setup;
        random = new Random(setup.seed);
        killAt = new int[setup.kills];
        for (int i = 0; i < killAt.length; i++) {
            double share = KILLS_FROM + (KILLS_TO - KILLS_FROM) * (i + random.nextDouble()) / killAt.length;
            killAt[i] = (int) (share * setup.messages);
        }
        Arrays.sort(killAt);
        harm = harm();
    }

    /** By turns: each once in an order of its own, then again; of both dm-services by turns too. */
    private List<Step> harm() {
        List<Step> all = new ArrayList<>();
        int dm = random.nextInt(DM_SERVICES);
        while (all.size() < setup.kills) {
            List<String> round = new ArrayList<>(setup.parts);
            Collections.shuffle(round, random);
            for (String part : round) {
                boolean pause = part.startsWith(PAUSE);
                String whose = pause ? part.substring(PAUSE.length()) : part;
                String one = switch (whose) {
                    case "edge" -> whose + "-" + (1 + random.nextInt(EDGES));
                    case "dm-service" -> whose + "-" + (1 + dm++ % DM_SERVICES);
                    default -> whose;
                };
                all.add(new Step(pause ? Kind.PAUSE : Kind.KILL, -1, -1, -1, one, 0));
            }
        }
        return all;
    }

    static String name(int user) {
        return "u" + user;
    }

    /** The number of a user's name, or -1 when it is not one of a plan. */
    static int user(String name) {
        try {
            return name.startsWith("u") ? Integer.parseInt(name.substring(1)) : -1;
        } catch (NumberFormatException stranger) {
            return -1;
        }
    }

    /** Text of a message after an edit: cid, and which edit it was. */
    static String edited(String cid, int number) {
        return cid + " " + EDIT_MARK + number;
    }

    /** Which edit a text of {@link #edited} is of, empty for one of {@link #body}. */
    static String edit(String body) {
        int at = body.indexOf(' ') + 1;
        return at > 0 && body.startsWith(EDIT_MARK, at) ? body.substring(at) : "";
    }

    /** Text of a message: its cid, so that a stored message tells which send it was, and filler. */
    static String body(String cid, int fillerChars) {
        return fillerChars == 0 ? cid : cid + " " + "x".repeat(fillerChars);
    }

    /** The cid in a text of {@link #body}. */
    static String cid(String body) {
        int end = body.indexOf(' ');
        return end < 0 ? body : body.substring(0, end);
    }

    /** Whether this device gives up early what has no result, and leaves it at that. */
    static boolean isImpatient(int user, int device) {
        return (user + device) % IMPATIENT_EVERY == 0;
    }

    @Override
    public boolean hasNext() {
        return !next.isEmpty() || sent < setup.messages;
    }

    @Override
    public Step next() {
        if (next.isEmpty()) {
            if (sent == setup.messages) {
                throw new NoSuchElementException();
            }
            send();
        }
        return next.poll();
    }

    private void send() {
        Side side = stories.sender(sent);
        if (side == null) {
            side = anybody();
        }
        int user = side.user();
        int peer = side.peer();
        boolean oneWay = isOneWay(user, peer);
        int filler = random.nextInt(LONG_EVERY) == 0 ? LONG_FILLER_CHARS : random.nextInt(FILLER_CHARS_MAX);
        Kind kind = draw(OVER_HTTP) ? Kind.HTTP_SEND : Kind.SEND;
        Step send = new Step(kind, user, device(), peer, "c" + sent, filler);
        next.add(send);
        if (recent.size() < REMEMBERED) {
            recent.add(send);
        } else {
            recent.set(sent % REMEMBERED, send);
        }
        followUps(send);
        changes(send);
        choices(send, oneWay);
        sent++;
        while (killed < killAt.length && killAt[killed] < sent) {
            next.add(harm.get(killed));
            killed++;
        }
    }

    private Side anybody() {
        int one = skewed(setup.users);
        int other = skewed(setup.users - 1);
        Side side = new Side(one, other < one ? other : other + 1);
        return isOneWay(side.user(), side.peer()) && side.user() > side.peer() ? side.other() : side;
    }

    private void followUps(Step send) {
        if (draw(REPEATS)) {
            // half of them at once, when the first may still be on its way
            Step first = random.nextBoolean() ? send : earlier();
            next.add(new Step(Kind.REPEAT, first.user, device(), first.peer, first.what, first.amount));
        }
        if (draw(BAD_SENDS)) {
            next.add(new Step(Kind.BAD_SEND, send.user, device(), send.peer, "b" + bad++, random.nextInt(3)));
        }
        if (draw(READS)) {
            int percent = READ_PERCENT_MIN + random.nextInt(101 - READ_PERCENT_MIN);
            next.add(new Step(Kind.READ, send.peer, device(), send.user, "", percent));
        }
        if (draw(DELIVERIES)) {
            int percent = READ_PERCENT_MIN + random.nextInt(101 - READ_PERCENT_MIN);
            next.add(new Step(Kind.DELIVERED, send.peer, device(), send.user, "", percent));
        }
        if (draw(ARRIVALS)) {
            int user = random.nextInt(setup.users);
            if (arrived.add(user)) {
                next.add(new Step(Kind.ARRIVE, user, setup.devices, -1, "", 0));
            }
        }
        if (draw(SYNCS)) {
            next.add(new Step(Kind.SYNC, random.nextInt(setup.users), device(), -1, "", 0));
        }
        if (draw(CUTS)) {
            next.add(new Step(Kind.CUT, random.nextInt(setup.users), device(), -1, "", random.nextInt(EDGES)));
        }
    }

    private void changes(Step send) {
        if (draw(EDITS)) {
            Step first = earlier();
            next.add(new Step(Kind.EDIT, first.user, device(), first.peer, first.what, changed++));
        }
        if (draw(RECALLS)) {
            Step first = earlier();
            next.add(new Step(Kind.RECALL, first.user, device(), first.peer, first.what, 0));
        }
        if (draw(REACTIONS)) {
            next.add(ofEitherSide(Kind.REACT, earlier(), changed++));
        }
        if (draw(HIDES)) {
            next.add(ofEitherSide(Kind.HIDE, earlier(), 0));
        }
        if (draw(BLOCKS)) {
            stories.block(sent, send, changed++);
        }
        next.addAll(stories.due(sent));
    }

    private void choices(Step send, boolean oneWay) {
        if (oneWay && draw(STORIES_OF_STRANGERS)) {
            stories.stranger(sent, new Side(/* user= */ send.peer, /* peer= */ send.user));
        }
        if (draw(CLEARS)) {
            int clearing = Math.max(send.user, send.peer);
            int percent = 1 + random.nextInt(CLEAR_PERCENT_MAX);
            next.add(new Step(Kind.CLEAR, clearing, device(), send.user + send.peer - clearing, "", percent));
        }
        if (draw(SETTINGS)) {
            String writers = WRITERS.get(random.nextInt(WRITERS.size()));
            next.add(new Step(Kind.SETTINGS, random.nextInt(setup.users), device(), -1, writers, 0));
        }
        if (draw(oneWay ? RELATIONS_OF_STRANGERS : RELATIONS_OF_ANYBODY)) {
            String said = RELATIONS.get(random.nextInt(RELATIONS.size())) + "=" + random.nextBoolean();
            next.add(new Step(Kind.RELATE, /* user= */ send.peer, device(), /* peer= */ send.user, said, 0));
        }
    }

    /** Whether only the one with the lower number writes: a stranger to the other one for ever. */
    static boolean isOneWay(int user, int peer) {
        return (user + peer) % ONE_WAY_EVERY == 0;
    }

    private Step earlier() {
        return recent.get(random.nextInt(recent.size()));
    }

    private Step ofEitherSide(Kind kind, Step first, int number) {
        return random.nextBoolean()
                ? new Step(kind, first.user, device(), first.peer, first.what, number)
                : new Step(kind, first.peer, device(), first.user, first.what, number);
    }

    private boolean draw(int share) {
        return random.nextInt(OF) < share;
    }

    private int device() {
        return random.nextInt(setup.devices);
    }

    /** Low numbers more often: some conversations are busy, most are not. */
    private int skewed(int bound) {
        double r = random.nextDouble();
        return (int) (bound * r * r);
    }
}
