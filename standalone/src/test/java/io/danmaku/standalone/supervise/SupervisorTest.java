package io.danmaku.standalone.supervise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.machine.ProcStat;
import io.danmaku.standalone.supervise.UpRecord.PartRecord;
import io.danmaku.standalone.supervise.UpRecord.PartState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Real child processes, of one line of shell each. */
class SupervisorTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    /** Ends at once on TERM; short sleeps, so that nothing of it is left long. */
    private static final String OBEDIENT = "trap 'exit 0' TERM; while :; do sleep 0.1; done";

    private static final String STUBBORN = "trap '' TERM; while :; do sleep 0.1; done";

    @TempDir
    private Path folder;

    private final List<String> told = new CopyOnWriteArrayList<>();
    private UpFile file;
    private Supervisor supervisor;

    @BeforeEach
    void setUp() throws IOException {
        file = new UpFile(folder.resolve("up.json"));
        supervisor = new Supervisor(file, folder, Map.of("edge", "nowhere"), told::add);
    }

    @AfterEach
    void stopAll() throws InterruptedException {
        supervisor.stop();
    }

    @Test
    void partsStopTierByTier() throws Exception {
        start(
                part("engine", Part.Tier.ENGINE, OBEDIENT),
                part("edge", Part.Tier.EDGE, OBEDIENT),
                part("rooms", Part.Tier.ROOM_SERVICE, OBEDIENT),
                part("dms", Part.Tier.DM_SERVICE, OBEDIENT));
        List<PartRecord> parts = read().parts();
        told.clear();
        supervisor.stop();
        assertEquals(
                List.of("edge", "dms", "rooms", "engine"),
                told.stream().map(line -> line.split(" ", 2)[0]).toList());
        parts.forEach(part -> assertFalse(runs(part), part.name()));
        assertEquals(UpRecord.State.STOPPED, read().state());
    }

    @Test
    void whoIgnoresTermIsKilledAfterItsGrace() throws Exception {
        start(part("stubborn", Part.Tier.EDGE, STUBBORN));
        PartRecord stubborn = read().part("stubborn");
        supervisor.stop();
        assertFalse(runs(stubborn));
    }

    @Test
    void aChildThatIsKilledIsBackWithAnotherPid() throws Exception {
        start(part("edge", Part.Tier.EDGE, OBEDIENT));
        PartRecord before = read().part("edge");
        assertTrue(ProcessHandle.of(before.pid()).orElseThrow().destroyForcibly());
        awaitRestarts("edge", 1);
        assertTrue(told.contains("edge died (signal 9); next start in 0.5 s"), told.toString());
        assertTrue(before.pid() != read().part("edge").pid());
    }

    @Test
    void aWatcherThatIsKilledTakesItsChildWithItAndBothComeBack() throws Exception {
        start(part("edge", Part.Tier.EDGE, OBEDIENT));
        PartRecord before = read().part("edge");
        assertTrue(ProcessHandle.of(before.watcher()).orElseThrow().destroyForcibly());
        awaitRestarts("edge", 1);
        assertFalse(runs(before));
    }

    @Test
    void whoDiesThreeTimesBeforeItIsReadyDoesNotStart() throws Exception {
        Optional<String> problem = supervisor.start(
                List.of(part("edge", Part.Tier.EDGE, "echo no disk; echo at INFO bye; exit 7", () -> false)), SOON);
        assertEquals(
                "edge does not start (exit code 7), see " + folder.resolve("edge.log") + ": no disk",
                problem.orElseThrow());
        assertEquals(2, read().part("edge").restarts());
    }

    @Test
    void badConfigurationIsNotTriedAgain() throws Exception {
        Optional<String> problem = supervisor.start(List.of(part("edge", Part.Tier.EDGE, "exit 2", () -> false)), SOON);
        assertTrue(problem.orElseThrow().startsWith("edge does not start (exit code 2)"));
        assertEquals(0, read().part("edge").restarts());
    }

    @Test
    void whoIsNeverReadyIsToldWhenTheTimeIsOver() throws Exception {
        Optional<String> problem =
                supervisor.start(List.of(part("edge", Part.Tier.EDGE, OBEDIENT, () -> false)), Duration.ofMillis(300));
        assertTrue(problem.orElseThrow().startsWith("edge was not ready in time"));
    }

    @Test
    void theOutputOfAChildIsInItsLog() throws Exception {
        start(part("edge", Part.Tier.EDGE, "echo hello; echo trouble >&2; " + OBEDIENT));
        awaitLog("edge", List.of("hello", "trouble"));
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aChildSleepsAsInexactlyAsItsPartSays() throws Exception {
        String tell = "cat /proc/self/timerslack_ns; " + OBEDIENT;
        start(
                part("exact", Part.Tier.ENGINE, tell),
                part("late", Part.Tier.ENGINE, tell, Map.of(Part.TIMER_SLACK_NS, "1000000"), () -> true));
        Path slack = Path.of("/proc/self/timerslack_ns");
        awaitLog("exact", List.of(Files.readString(slack).trim()));
        awaitLog("late", List.of("1000000"));
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aChildIsInAGroupOfItsOwnButInTheSessionOfItsLauncher() throws Exception {
        start(part("one", Part.Tier.ENGINE, OBEDIENT), part("two", Part.Tier.ENGINE, OBEDIENT));
        ProcStat own = ProcStat.of(ProcessHandle.current().pid());
        ProcStat one = ProcStat.of(read().part("one").pid());
        ProcStat two = ProcStat.of(read().part("two").pid());
        assertEquals(
                3,
                List.of(own.group(), one.group(), two.group()).stream()
                        .distinct()
                        .count());
        assertEquals(List.of(own.session(), own.session()), List.of(one.session(), two.session()));
    }

    @Test
    void aSweepEndsRecordedProcessesAndLeavesOthersWithTheirIdsAlone() throws Exception {
        start(part("left", Part.Tier.ENGINE, OBEDIENT), part("other", Part.Tier.ENGINE, OBEDIENT));
        PartRecord left = read().part("left");
        PartRecord other = read().part("other");
        PartRecord reused = new PartRecord(
                "gone", PartState.READY, other.pid(), 0, "a marker of another process", 0, 0, Map.of(), "log");
        UpRecord record = new UpRecord(UpRecord.State.READY, 1, 0, 0, Map.of(), List.of(left, reused));
        assertEquals(List.of("left"), Sweep.run(record));
        assertFalse(runs(left));
        assertTrue(runs(other));
    }

    private void start(Part... parts) throws InterruptedException {
        assertEquals(Optional.empty(), supervisor.start(List.of(parts), SOON));
        supervisor.ready();
    }

    private void awaitLog(String name, List<String> lines) {
        Eventually.await(
                SOON,
                "the log of " + name + " has " + lines,
                () -> Files.readAllLines(folder.resolve(name + ".log")).equals(lines));
    }

    private void awaitRestarts(String name, int restarts) {
        Eventually.await(SOON, name + " is back", () -> {
            PartRecord now = read().part(name);
            return now.restarts() == restarts && now.state() == PartState.READY;
        });
    }

    /** A process that ended and was not yet reaped by the system's init has no command line, and does not count. */
    private static boolean runs(PartRecord part) {
        return Sweep.find(part.pid(), part.marker()).isPresent();
    }

    private UpRecord read() throws IOException {
        return file.read().orElseThrow();
    }

    private Part part(String name, Part.Tier tier, String script) {
        return part(name, tier, script, () -> true);
    }

    private Part part(String name, Part.Tier tier, String script, Probe probe) {
        return part(name, tier, script, Map.of(), probe);
    }

    private Part part(String name, Part.Tier tier, String script, Map<String, String> environment, Probe probe) {
        String marker = folder.resolve(name).toString();
        return new Part(
                name,
                tier,
                marker,
                List.of("/bin/sh", "-c", script, marker),
                environment,
                folder,
                folder.resolve(name + ".log"),
                Map.of(),
                probe,
                Duration.ofSeconds(1),
                Part.Preparation.NONE);
    }
}
