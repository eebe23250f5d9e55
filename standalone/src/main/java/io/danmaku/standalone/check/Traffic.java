package io.danmaku.standalone.check;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.json.Json;
import io.danmaku.standalone.check.History.Change;
import io.danmaku.standalone.check.History.Deed;
import io.danmaku.standalone.check.History.Intent;
import io.danmaku.standalone.check.History.Outcome;
import io.danmaku.standalone.check.History.Read;
import io.danmaku.standalone.check.History.Send;
import io.danmaku.standalone.client.Answer;
import io.danmaku.standalone.client.ClientOptions;
import io.danmaku.standalone.client.Clients;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Carries a plan out: all devices of all users, at most {@link #WINDOW} commands on their way. So the hub sets the pace, and while a
 * part is away the plan waits. The main thread walks the plan; outcomes come in on the clients' event loops.
 */
final class Traffic implements AutoCloseable {
    static final int WINDOW = 128;

    private static final int LOOPS = 2;
    private static final Duration BACK_MAX = Duration.ofMinutes(3);
    private static final long LOOK_MS = 200;
    private static final long PROGRESS_MS = 5_000;
    private static final long IMPATIENT_MS = 2_000;
    /**
     * An edge gives up after 10 s what the log did not take; what it took is handled soon after. What comes later than this is met by the sync after
     * reading back, which has everything read again.
     */
    private static final long UNKNOWN_SETTLES_MS = 12_000;

    private static final int QUIET_ROUNDS = 2;
    private static final int TEXT_CHARS_MAX = 4_000;

    private final Plan.Setup setup;
    private final OwnHub hub;
    private final HistoryFile file;
    private final long untilNs;
    private final Clients clients = new Clients(LOOPS);
    private final HttpSends overHttp;
    private final List<List<Device>> devices = new ArrayList<>();
    /** Ids of acknowledged messages by cid: as many as there are messages. */
    private final Map<String, String> mids = new ConcurrentHashMap<>();

    private final Semaphore window = new Semaphore(WINDOW);
    private final AtomicInteger acknowledged = new AtomicInteger();
    private final AtomicInteger unknown = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicLong lastUnknownNs =
            new AtomicLong(System.nanoTime() - Duration.ofHours(1).toNanos());
    private final Harm harm;
    private int sent;
    private long toldNs = System.nanoTime();
    private long lookedNs = toldNs;

    /** @param untilNs when to give up, as {@link System#nanoTime} counts */
    Traffic(Plan.Setup setup, OwnHub hub, HistoryFile file, long untilNs) throws IOException {
        this.setup = setup;
        this.hub = hub;
        this.file = file;
        this.untilNs = untilNs;
        List<URI> edges = hub.edges();
        harm = new Harm(hub, file);
        overHttp = new HttpSends(edges, hub::token);
        for (int user = 0; user < setup.users(); user++) {
            List<Device> own = new ArrayList<>();
            for (int number = 0; number < setup.devices(); number++) {
                own.add(open(user, number, false));
            }
            devices.add(own);
        }
    }

    private Device open(int user, int number, boolean late) throws IOException {
        return new Device(new History.Device(user, number), setup.users(), file, late)
                .open(clients, options(hub.edges(), user, number));
    }

    private ClientOptions options(List<URI> edges, int user, int number) {
        boolean second = (user + number) % edges.size() == 1;
        List<URI> order = second ? List.of(edges.get(1), edges.get(0)) : edges;
        ClientOptions patient = ClientOptions.of(order, () -> hub.token(user));
        return Plan.isImpatient(user, number) ? patient.withDirectResendMs(IMPATIENT_MS) : patient;
    }

    /** Walks the plan and returns when every command has an outcome. */
    void run() throws IOException, InterruptedException {
        // else the first steps of each device would be lost, and prove nothing
        for (List<Device> own : devices) {
            for (Device device : own) {
                CompletableFuture<Answer> connected = device.client().connected();
                while (!connected.isDone()) {
                    pauseFor(connected);
                }
            }
        }
        Plan plan = new Plan(setup);
        while (plan.hasNext()) {
            carryOut(plan.next());
            progress();
        }
        awaitWhole();
        acquire(WINDOW);
        window.release(WINDOW);
    }

    private void carryOut(Plan.Step step) throws IOException, InterruptedException {
        switch (step.kind()) {
            case SEND, HTTP_SEND -> {
                sent++;
                send(step, step.peer(), Plan.body(step.what(), step.amount()), false);
            }
            case REPEAT -> send(step, step.peer(), Plan.body(step.what(), step.amount()), false);
            case BAD_SEND -> sendBad(step);
            case READ, DELIVERED, CLEAR -> upTo(step);
            case EDIT -> change(step, Deed.EDIT);
            case RECALL -> change(step, Deed.RECALL);
            case REACT -> change(step, Deed.REACT);
            case HIDE -> change(step, Deed.HIDE);
            case BLOCK -> change(step, Deed.BLOCK);
            case UNBLOCK -> change(step, Deed.UNBLOCK);
            case RELATE -> change(step, Deed.RELATE);
            case SETTINGS -> change(step, Deed.SETTINGS);
            case SYNC -> {
                var unused = device(step).sync();
            }
            case CUT -> {
                file.note("cut", step.user(), step.device(), "");
                device(step).client().cut(step.amount());
            }
            case ARRIVE -> devices.get(step.user()).add(open(step.user(), step.device(), true));
            case KILL, PAUSE -> harm(step);
        }
    }

    private Device device(Plan.Step step) {
        return devices.get(step.user()).get(step.device());
    }

    private void sendBad(Plan.Step step) throws IOException, InterruptedException {
        switch (step.amount()) {
            case 0 -> send(step, step.user(), Plan.body(step.what(), 0), true);
            case 1 -> send(step, step.peer(), "", true);
            default -> send(step, step.peer(), Plan.body(step.what(), TEXT_CHARS_MAX), true);
        }
    }

    private void send(Plan.Step step, int to, String body, boolean bad) throws IOException, InterruptedException {
        acquire(1);
        Intent intent = new Intent(step.user(), to, step.what());
        long at = file.nowUs();
        CompletableFuture<Answer> answered = step.kind() == Plan.Kind.HTTP_SEND
                ? overHttp.send(step.user(), to, step.what(), body)
                : device(step).client().dmSend(Plan.name(to), step.what(), body);
        var unused = answered.thenAccept(answer -> {
            Outcome outcome =
                    answer.acknowledged() ? Outcome.ACKNOWLEDGED : answer.unknown() ? Outcome.UNKNOWN : Outcome.REFUSED;
            var ok = answer.acknowledged() ? answer.ok() : JsonNodeFactory.instance.objectNode();
            file.send(new Send(
                    intent,
                    step.device(),
                    bad,
                    at,
                    file.nowUs(),
                    outcome,
                    answer.code(),
                    ok.path("mid").asText(),
                    ok.path("seq").asLong(),
                    ok.path("ts").asLong()));
            switch (outcome) {
                case ACKNOWLEDGED -> {
                    acknowledged.incrementAndGet();
                    mids.put(step.what(), ok.path("mid").asText());
                }
                case REFUSED -> refused.incrementAndGet();
                case UNKNOWN -> unknown.incrementAndGet();
            }
            ended(outcome);
        });
    }

    /** Reads, has got or clears a part of what this device was told; when that is nothing, there is nothing to do. */
    private void upTo(Plan.Step step) throws IOException, InterruptedException {
        long seq = device(step).seen(step.peer()) * step.amount() / 100;
        if (seq == 0) {
            return;
        }
        boolean clears = step.kind() == Plan.Kind.CLEAR;
        String what = step.kind().name().toLowerCase(Locale.ROOT);
        ObjectNode command = Json.object()
                .put("op", "dm." + what)
                .put("peer", Plan.name(step.peer()))
                .put("seq", seq);
        acquire(1);
        long at = file.nowUs();
        var unused = device(step).client().request(command).thenAccept(answer -> {
            Outcome outcome = Deeds.outcome(answer);
            long upTo = answer.acknowledged()
                    ? answer.ok().path(clears ? "cleared" : "seq").asLong()
                    : 0;
            Read read = new Read(step.user(), step.peer(), seq, at, file.nowUs(), outcome, upTo);
            file.upTo(what, step.device(), read);
            ended(outcome);
        });
    }

    /** Changes a message that was acknowledged, as its sender was told its id; else there is nothing to change yet. */
    private void change(Plan.Step step, Deed deed) throws IOException, InterruptedException {
        boolean ofMessage = Deeds.isOfMessage(deed);
        String mid = ofMessage ? mids.get(step.what()) : "";
        if (mid == null) {
            return;
        }
        acquire(1);
        long at = file.nowUs();
        var unused = device(step)
                .client()
                .request(Deeds.command(deed, step, mid))
                .thenAccept(answer -> {
                    Outcome outcome = Deeds.outcome(deed, answer);
                    file.change(
                            step.device(),
                            new Change(
                                    deed,
                                    step.user(),
                                    step.peer(),
                                    ofMessage ? step.what() : "",
                                    Deeds.text(deed, step),
                                    at,
                                    file.nowUs(),
                                    outcome,
                                    answer.code(),
                                    Deeds.rev(deed, answer)));
                    ended(outcome);
                });
    }

    private void ended(Outcome outcome) {
        if (outcome == Outcome.UNKNOWN) {
            lastUnknownNs.accumulateAndGet(System.nanoTime(), Math::max);
        }
        window.release();
    }

    private void harm(Plan.Step step) throws IOException, InterruptedException {
        awaitWhole();
        harm.carryOut(step);
        say((step.kind() == Plan.Kind.PAUSE ? "stopped " : "killed ") + step.what());
    }

    /** Waits until every part is ready. */
    private void awaitWhole() throws IOException, InterruptedException {
        long backNs = System.nanoTime() + BACK_MAX.toNanos();
        while (!harm.isWhole()) {
            if (System.nanoTime() > backNs) {
                throw new IOException("the hub is not whole again " + BACK_MAX.toSeconds() + " s after a kill");
            }
            pause();
        }
    }

    /** Waits until nothing can come any more, and every device knows all: the rounds of sync bring nothing new. */
    void settle() throws IOException, InterruptedException {
        while (System.nanoTime() - lastUnknownNs.get() < TimeUnit.MILLISECONDS.toNanos(UNKNOWN_SETTLES_MS)) {
            pause();
        }
        for (int quiet = 0; quiet < QUIET_ROUNDS; quiet = syncAll() == 0 ? quiet + 1 : 0) {
            progress();
        }
    }

    /** Lets every device ask for what it missed; returns how many messages that brought. */
    int syncAll() throws IOException, InterruptedException {
        int brought = 0;
        List<CompletableFuture<Integer>> all =
                devices.stream().flatMap(List::stream).map(Device::sync).toList();
        for (CompletableFuture<Integer> one : all) {
            while (!one.isDone()) {
                pauseFor(one);
            }
            brought += one.join();
        }
        return brought;
    }

    private void acquire(int permits) throws IOException, InterruptedException {
        while (!window.tryAcquire(permits, LOOK_MS, TimeUnit.MILLISECONDS)) {
            progress();
        }
    }

    private void pause() throws IOException, InterruptedException {
        pauseFor(new CompletableFuture<>());
    }

    private void pauseFor(CompletableFuture<?> what) throws IOException, InterruptedException {
        try {
            what.get(LOOK_MS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException notYet) {
            progress();
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Says how far it is, now and then, sees to the hub, and gives up when the time is over. */
    private void progress() throws IOException, InterruptedException {
        long now = System.nanoTime();
        if (now - lookedNs > TimeUnit.MILLISECONDS.toNanos(LOOK_MS)) {
            lookedNs = now;
            harm.isWhole();
        }
        if (now > untilNs) {
            throw new IOException("not done in time: " + standing());
        }
        if (now - toldNs > TimeUnit.MILLISECONDS.toNanos(PROGRESS_MS)) {
            toldNs = now;
            say(standing());
        }
    }

    private String standing() {
        return sent + " of " + setup.messages() + " sent, " + acknowledged + " answers, " + refused + " refusals, "
                + unknown + " unknown, " + harm.done() + " of " + setup.kills() + " kills";
    }

    private void say(String what) {
        System.err.printf("%6.1f s  %s%n", file.nowUs() / 1e6, what);
    }

    @Override
    public void close() {
        devices.forEach(own -> own.forEach(Device::close));
        clients.close();
        overHttp.close();
    }
}
