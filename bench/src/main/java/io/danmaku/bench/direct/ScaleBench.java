package io.danmaku.bench.direct;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.bench.load.Schedule;
import io.danmaku.bench.machine.ChildJvm;
import io.danmaku.bench.machine.Sleep;
import io.danmaku.bench.options.Bounds;
import io.danmaku.bench.report.Figures;
import io.danmaku.bench.report.Report;
import io.danmaku.bench.store.BareStore;
import io.danmaku.protocol.token.Tokens;
import io.danmaku.standalone.client.Answer;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.client.HubClient;
import io.danmaku.standalone.client.HubListener;
import io.danmaku.standalone.command.DataOption;
import io.danmaku.standalone.folder.Home;
import io.danmaku.standalone.folder.Secret;
import io.danmaku.standalone.supervise.UpRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code danmaku bench dm-scale}: first pages of a very long conversation and of users with very many contacts, as a client gets them from an edge. The rows are loaded into the store by dm-service's statements,
 * without the log, so the hub is one to throw away.
 */
@Command(
        name = "dm-scale",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Loads a long conversation and users with many contacts into the hub's CQL store, not through the log, and measures their pages at light load.",
            "For a hub to throw away: what is loaded stays. Exit code 1 when a page was refused or is not as loaded."
        })
public final class ScaleBench implements Callable<Integer> {
    private static final String NAME = "dm-scale";
    private static final List<String> STORE_JVM = List.of("-Xmx256m", "-XX:+UseSerialGC");
    private static final long STORE_S_MAX = 90;
    private static final long LOAD_S_MAX = 3_600;
    private static final long PAGE_S_MAX = 30;
    private static final long QUIET_S = 5;
    private static final long QUIET_S_MAX = 300;
    private static final double QUIET_CORES = 0.1;
    private static final long YEAR_MS = TimeUnit.DAYS.toMillis(365);
    private static final long RUSH_MS = TimeUnit.MINUTES.toMillis(2);
    private static final int MESSAGES_MAX = 10_000_000;
    private static final int CONTACTS_MAX = 1_000_000;
    private static final int PAGES_MAX = 100_000;
    private static final int RATE_MAX = 200;
    private static final int SECONDS_MAX = 3_600;
    private static final int WARMING_CONVERSATIONS = 64;
    private static final int PAGE = 50;
    private static final double US_PER_MS = 1_000;
    private static final double MS_PER_S = 1_000;
    private static final double P99 = 99;

    @Mixin
    private DataOption data;

    @Option(
            names = "--messages",
            defaultValue = "1000000",
            description = "Of the conversation (default: ${DEFAULT-VALUE}).")
    private int messages;

    @Option(
            names = "--contacts",
            defaultValue = "50000",
            description = "Of each of two users: over a year, and within two minutes (default: ${DEFAULT-VALUE}).")
    private int contacts;

    @Option(
            names = "--pages",
            defaultValue = "400",
            description = "Of each kind, measured (default: ${DEFAULT-VALUE}).")
    private int pages;

    @Option(names = "--rate", defaultValue = "20", description = "Pages a second (default: ${DEFAULT-VALUE}).")
    private int rate;

    @Option(
            names = "--warm-up",
            defaultValue = "60",
            description =
                    "Seconds of messages through the log before all else, and of pages of all kinds by turns before those measured (default: ${DEFAULT-VALUE}).")
    private int warmUp;

    @Option(
            names = "--results",
            paramLabel = "DIR",
            description = "Where the report's folder is made (default: bench/results).")
    private Path results;

    @Spec
    private CommandSpec spec;

    /**
     * A page that is asked for again and again.
     *
     * @param entries the answer's array
     * @param expected entries of a page, 0 = any number
     */
    private record Kind(String name, String entries, int expected, Supplier<CompletableFuture<Answer>> ask) {}

    private final Figures figures = new Figures();
    private Histogram firstContacts;
    private String wrong = "";

    @Override
    public Integer call() throws Exception {
        Bounds.within(spec, "--messages", messages, PAGE, MESSAGES_MAX);
        Bounds.within(spec, "--contacts", contacts, 2 * PAGE, CONTACTS_MAX);
        Bounds.within(spec, "--pages", pages, 1, PAGES_MAX);
        Bounds.within(spec, "--rate", rate, 1, RATE_MAX);
        Bounds.within(spec, "--warm-up", warmUp, 0, SECONDS_MAX);
        UpRecord up = data.running();
        if (up == null) {
            return 1;
        }
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("messages", messages);
        settings.put("contacts", contacts);
        settings.put("pages", pages);
        settings.put("pagesPerSecond", rate);
        settings.put("warmUpSeconds", warmUp);
        Report report = new Report(NAME, settings);
        String prefix = "s" + Long.toString(System.currentTimeMillis(), Character.MAX_RADIX);
        Tokens tokens = new Tokens(Secret.of(data.folder()));
        warm(up, tokens, prefix + "w");
        figures.put("dm-service: live heap before, MiB", ServiceHeap.liveMib(up));
        load(up, prefix);
        settle(up);
        try (Clients clients = new Clients(1)) {
            measure(up, clients, tokens, prefix);
        }
        figures.put("dm-service: live heap after, MiB", ServiceHeap.liveMib(up));
        report.run(figures, firstContacts);
        report.print(System.out);
        Path folder = Report.folder(results == null ? Home.find().root().resolve("bench/results") : results, NAME);
        report.write(folder);
        System.out.println("written to " + folder);
        if (!wrong.isEmpty()) {
            System.out.println("wrong: " + wrong);
        }
        return wrong.isEmpty() ? 0 : 1;
    }

    /** Through the log: what is read up to a partition's mark has to have one. */
    private void warm(UpRecord up, Tokens tokens, String prefix) throws IOException, InterruptedException {
        System.err.println("warming up");
        try (DirectLoad load = new DirectLoad(WARMING_CONVERSATIONS, prefix, 1, DirectLoad.BODY_MIN)) {
            load.connect(up.edges(), tokens);
            load.beginClosed();
            Sleep.until(System.nanoTime() + TimeUnit.SECONDS.toNanos(Math.max(1, warmUp)));
            load.end();
            if (load.count().failed() > 0) {
                wrong = "sends were not acknowledged: " + load.firstFailure();
            }
        }
    }

    private void load(UpRecord up, String prefix) throws IOException, InterruptedException {
        try (ChildJvm store = new ChildJvm(BareStore.class, STORE_JVM)) {
            store.tell(DirectBench.where(up));
            store.hear("ready", STORE_S_MAX);
            System.err.printf("loading users of %,d contacts%n", contacts);
            tellContacts(store, prefix + "y", YEAR_MS);
            tellContacts(store, prefix + "r", RUSH_MS);
            System.err.printf("loading a conversation of %,d messages%n", messages);
            store.tell(Map.of(
                    "do",
                    "conversation",
                    "a",
                    prefix + "a",
                    "b",
                    prefix + "b",
                    "messages",
                    messages,
                    "spanMs",
                    YEAR_MS));
            figures.put("conversation loaded in, s", loadedS(store));
        }
    }

    /** Waits until the store has put away what was loaded, compactions too: pages are measured at light load. */
    private void settle(UpRecord up) throws IOException {
        System.err.println("waiting until the store is quiet");
        long beganNs = System.nanoTime();
        PartUse before = PartUse.of(up);
        boolean quiet = false;
        while (!quiet && System.nanoTime() - beganNs < TimeUnit.SECONDS.toNanos(QUIET_S_MAX)) {
            Sleep.until(before.atNs() + TimeUnit.SECONDS.toNanos(QUIET_S));
            PartUse now = PartUse.of(up);
            quiet = now.cpuSince(before, PartUse.STORE) < QUIET_CORES * now.secondsSince(before);
            before = now;
        }
        figures.put("store quiet after, s", (System.nanoTime() - beganNs) / 1e9);
    }

    private void tellContacts(ChildJvm store, String owner, long spanMs) throws IOException, InterruptedException {
        store.tell(Map.of("do", "contacts", "owner", owner, "contacts", contacts, "spanMs", spanMs));
        figures.put(
                "contacts within " + TimeUnit.MILLISECONDS.toMinutes(spanMs) + " minutes loaded in, s", loadedS(store));
    }

    private static double loadedS(ChildJvm store) throws IOException, InterruptedException {
        return store.hear("loaded", LOAD_S_MAX).path("ms").asDouble() / MS_PER_S;
    }

    private void measure(UpRecord up, Clients clients, Tokens tokens, String prefix)
            throws IOException, InterruptedException {
        try (HubClient speaker = client(up, clients, tokens, prefix + "a");
                HubClient old = client(up, clients, tokens, prefix + "y");
                HubClient rushed = client(up, clients, tokens, prefix + "r")) {
            String cursor = get(old.dmContacts(null, PAGE)).ok().path("cursor").asText();
            int middle = Math.min(PAGE, messages / 2 - 1);
            Kind firstOfYear =
                    new Kind("contacts of a year, first page", "contacts", PAGE, () -> old.dmContacts(null, PAGE));
            List<Kind> kinds = List.of(
                    new Kind("history, first page", "messages", PAGE, () -> speaker.dmHistory(prefix + "b", 0, PAGE)),
                    new Kind(
                            "history, from the middle",
                            "messages",
                            PAGE,
                            () -> speaker.dmHistory(prefix + "b", messages / 2, middle)),
                    firstOfYear,
                    new Kind("contacts of a year, second page", "contacts", PAGE, () -> old.dmContacts(cursor, PAGE)),
                    new Kind(
                            "contacts of two minutes, first page",
                            "contacts",
                            PAGE,
                            () -> rushed.dmContacts(null, PAGE)),
                    new Kind(
                            "contacts of the long conversation's user",
                            "contacts",
                            1,
                            () -> speaker.dmContacts(null, PAGE)),
                    new Kind("sync of a new device, first page", "messages", 0, () -> old.dmSync(null, 2 * PAGE)));
            warmPages(kinds);
            for (Kind kind : kinds) {
                Histogram us = pages(kind);
                firstContacts = kind.equals(firstOfYear) ? us : firstContacts;
            }
        }
    }

    private static HubClient client(UpRecord up, Clients clients, Tokens tokens, String user)
            throws IOException, InterruptedException {
        HubClient client = DirectLoad.open(clients, up.edges().get(0), tokens, user, new HubListener() {});
        DirectLoad.awaitConnected(client);
        return client;
    }

    /** All by turns, one after another: what reads pages is compiled before the first kind is measured. */
    private void warmPages(List<Kind> kinds) throws IOException, InterruptedException {
        System.err.println("pages to warm up");
        long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(warmUp);
        while (System.nanoTime() < endNs) {
            for (Kind kind : kinds) {
                get(kind.ask.get());
            }
        }
    }

    /** Asks for one page after another, at fixed times; a time goes by from when a page was meant to be asked for. */
    private Histogram pages(Kind kind) throws IOException, InterruptedException {
        String name = kind.name;
        System.err.println(name);
        Histogram us = new Histogram(3);
        us.setStartTimeStamp(System.currentTimeMillis());
        Schedule schedule = new Schedule(System.nanoTime(), rate, (pages + rate - 1) / rate);
        int told = 0;
        for (int i = 0; i < pages; i++) {
            long meantNs = schedule.atNs(i);
            Sleep.until(meantNs);
            JsonNode page = get(kind.ask.get()).ok().path(kind.entries);
            us.recordValue((System.nanoTime() - meantNs) / 1_000);
            told = page.size();
            if (kind.expected > 0 && told != kind.expected && wrong.isEmpty()) {
                wrong = name + " has " + told + " " + kind.entries + ", not " + kind.expected;
            }
        }
        us.setEndTimeStamp(System.currentTimeMillis());
        figures.put(name + ": p50, ms", us.getValueAtPercentile(50) / US_PER_MS)
                .put(name + ": p99, ms", us.getValueAtPercentile(P99) / US_PER_MS)
                .put(name + ": max, ms", us.getMaxValue() / US_PER_MS)
                .put(name + ": " + kind.entries, (long) told);
        return us;
    }

    private static Answer get(CompletableFuture<Answer> asked) throws IOException, InterruptedException {
        try {
            Answer answer = asked.get(PAGE_S_MAX, TimeUnit.SECONDS);
            if (!answer.acknowledged()) {
                throw new IOException("a page was refused: " + answer);
            }
            return answer;
        } catch (ExecutionException | TimeoutException late) {
            throw new IOException("no page", late);
        }
    }
}
