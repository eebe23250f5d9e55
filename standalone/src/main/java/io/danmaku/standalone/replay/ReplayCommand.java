package io.danmaku.standalone.replay;

import io.danmaku.protocol.room.Ids;
import io.danmaku.protocol.room.Role;
import io.danmaku.protocol.token.Tokens;
import io.danmaku.standalone.command.DataOption;
import io.danmaku.standalone.folder.DataFolder;
import io.danmaku.standalone.folder.Secret;
import io.danmaku.standalone.supervise.UpFile;
import io.danmaku.standalone.supervise.UpRecord;
import java.io.BufferedWriter;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Reader;
import java.io.Writer;
import java.net.URI;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code danmaku replay}: real input for a room, or a made-up archive to try it with. */
@Command(
        name = "replay",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Sends the bullet comments of a Bilibili archive (XML) into a room, each at its time, through the public WebSocket.",
            "Exit code 0: every comment was acknowledged, or refused with a reason; 1: some outcome is not known."
        })
public final class ReplayCommand implements Callable<Integer> {
    private static final int SENDERS_MAX = 5_000;
    private static final double SPEED_MAX = 10_000;
    private static final long REPORT_BOUND_S = 5;

    @Spec
    private CommandSpec spec;

    @Mixin
    private DataOption data;

    @Parameters(arity = "0..1", paramLabel = "FILE.xml", description = "The archive.")
    private Path file;

    @Option(names = "--room", paramLabel = "ROOM", description = "Where to send it; the room exists already.")
    private String room;

    @Option(
            names = "--speed",
            defaultValue = "1",
            description = "So many times faster than the archive (default: ${DEFAULT-VALUE}).")
    private double speed;

    @Option(names = "--loop", description = "Begins again at the end, until Ctrl-C.")
    private boolean loop;

    @Option(
            names = "--senders",
            defaultValue = "64",
            description = "Users that speak for the archive's senders, a connection each (default: ${DEFAULT-VALUE}).")
    private int senders;

    @Option(
            names = "--as-host",
            description =
                    "The users are moderators of the room: they may send 500 a second each instead of 5, and are never sampled.")
    private boolean asHost;

    @Option(
            names = "--edge",
            paramLabel = "URL",
            description = "Address of an edge, may be repeated (default: those of the hub on --data).")
    private List<URI> edges = List.of();

    @Option(
            names = "--sample",
            arity = "0..1",
            fallbackValue = "20000",
            paramLabel = "N",
            description =
                    "Writes an archive of N comments (default: ${FALLBACK-VALUE}) to the standard output, and does nothing else.")
    private Integer sample;

    @Option(
            names = "--minutes",
            defaultValue = "20",
            description = "Length of the sample's video (default: ${DEFAULT-VALUE}).")
    private int minutes;

    @Option(names = "--seed", defaultValue = "1", description = "Another seed is another sample.")
    private long seed;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (sample != null) {
            check(file == null, "--sample writes an archive: leave FILE.xml out");
            check(sample >= 1 && sample <= Archive.COMMENTS_MAX, "--sample is 1.." + Archive.COMMENTS_MAX);
            check(minutes >= 1 && minutes <= 24 * 60, "--minutes is 1.." + 24 * 60);
            Writer out = new BufferedWriter(
                    new OutputStreamWriter(new FileOutputStream(FileDescriptor.out), StandardCharsets.UTF_8));
            new Sample(sample, minutes, seed).write(out);
            out.flush();
            return 0;
        }
        check(file != null, "which FILE.xml? (--sample makes one)");
        check(Ids.isRoom(room), "--room: '" + room + "' is no room id");
        check(speed > 0 && speed <= SPEED_MAX, "--speed is above 0, at most " + SPEED_MAX);
        check(senders >= 1 && senders <= SENDERS_MAX, "--senders is 1.." + SENDERS_MAX);
        Archive archive;
        try (Reader in = reader(file)) {
            archive = Archive.read(in);
        }
        describe(archive);
        if (archive.comments().isEmpty()) {
            System.err.println("danmaku: " + file + " has no comments");
            return 1;
        }
        if (loop && archive.comments().stream().noneMatch(Comment::isPlainText)) {
            spec.commandLine()
                    .getErr()
                    .println("danmaku: " + file + " has no comment that can be sent, only positioned ones and scripts:"
                            + " --loop would never end");
            return 1;
        }
        return play(archive);
    }

    private int play(Archive archive) throws IOException, InterruptedException {
        DataFolder folder = data.folder();
        String secret = Secret.find(folder)
                .orElseThrow(() -> new IOException("no secret in " + folder.root()
                        + "; start the hub first, choose its --data, or set " + Secret.VARIABLE));
        Cast cast = new Cast(new Tokens(secret)::sign, room, asHost ? Role.MODERATOR : Role.VIEWER, senders);
        CountDownLatch reported = new CountDownLatch(1);
        try (Replay replay = new Replay(cast, room, (comment, answer) -> {})) {
            // Ctrl-C: no more is sent, and the report comes all the same
            Runtime.getRuntime()
                    .addShutdownHook(new Thread(
                            () -> {
                                replay.stop();
                                try {
                                    reported.await(REPORT_BOUND_S, TimeUnit.SECONDS);
                                } catch (InterruptedException e) {
                                    Thread.currentThread().interrupt();
                                }
                            },
                            "stop"));
            replay.connect(edges.isEmpty() ? running(folder) : edges);
            long startNs = System.nanoTime();
            long total = loop ? 0 : archive.comments().size();
            Progress progress = new Progress(System.err, Progress.isTerminal(), replay.tally(), total);
            progress.start();
            try {
                do {
                    replay.play(archive.comments(), speed);
                } while (loop && !replay.stopped());
                replay.awaitOutcomes();
            } finally {
                progress.stop();
            }
            report(replay.tally(), (System.nanoTime() - startNs) / 1e9);
            return replay.tally().settled() ? 0 : 1;
        } finally {
            reported.countDown();
        }
    }

    private static List<URI> running(DataFolder folder) throws IOException {
        return UpFile.running(folder)
                .map(UpRecord::edges)
                .orElseThrow(() -> new IOException("no hub runs on " + folder.root() + "; say --data or --edge"));
    }

    /** Bytes that are no UTF-8 cost a character, not the archive. */
    private static Reader reader(Path file) throws IOException {
        return new InputStreamReader(
                Files.newInputStream(file),
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPLACE)
                        .onUnmappableCharacter(CodingErrorAction.REPLACE));
    }

    private static void describe(Archive archive) {
        int count = archive.comments().size();
        long lastMs = count == 0 ? 0 : archive.comments().get(count - 1).atMs();
        System.err.printf("%d comments over %d:%02d%n", count, lastMs / 60_000, lastMs / 1_000 % 60);
        if (archive.broken() > 0) {
            System.err.println(archive.broken() + " broken, left out:");
            archive.brokenShown().forEach(line -> System.err.println("  " + line));
            int more = archive.broken() - archive.brokenShown().size();
            if (more > 0) {
                System.err.println("  and " + more + " more: at most " + Archive.SHOWN_MAX + " are named");
            }
        }
    }

    private static void report(Tally tally, double seconds) {
        System.err.printf(
                "%d sent in %.1f s: %d acknowledged (p50 %d ms, p99 %d ms)%n",
                tally.sentCount(), seconds, tally.acknowledgedCount(), tally.latencyMs(50), tally.latencyMs(99));
        tally.refusedByCode().forEach((code, n) -> System.err.printf("%d refused: %s%n", n, code));
        if (tally.unsupportedCount() > 0) {
            System.err.println(tally.unsupportedCount() + " not sent: positioned comments and scripts");
        }
        if (!tally.settled()) {
            System.err.println(tally.unknownCount() + tally.waitingCount() + " pending: the outcome is not known");
        }
    }

    private void check(boolean holds, String rule) {
        if (!holds) {
            throw new ParameterException(spec.commandLine(), rule);
        }
    }
}
