package io.danmaku.bench.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.bench.machine.ThreadUse.Group;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class MachineTest {
    @Test
    void aProcessTellsWhatItUsed() throws Exception {
        ProcessUse own = ProcessUse.of(ProcessHandle.current().pid());
        assertTrue(own.cpuS() > 0 && own.rssMib() > 1, own::toString);
        assertTrue(Machine.describe().contains("cores"), Machine.describe());
        assertEquals(3, Machine.load().split(" ", -1).length, Machine.load());
    }

    @Test
    void threadsOfAnEdgeAreKnownByTheFirstLettersOfTheirNames() {
        assertEquals(Group.EVENT_LOOPS, Group.of("vert.x-eventloo"));
        assertEquals(Group.BROADCASTER, Group.of("broadcaster"));
        assertEquals(Group.PULSAR, Group.of("pulsar-client-i"));
        assertEquals(Group.REST, Group.of("C2 CompilerThre"));
    }

    @Test
    @Timeout(60)
    void whatAThreadUsedIsCountedToItsGroup() throws Exception {
        long pid = ProcessHandle.current().pid();
        ThreadUse before = ThreadUse.of(pid);
        Thread busy = new Thread(
                () -> {
                    while (!Thread.interrupted()) {
                        Thread.onSpinWait();
                    }
                },
                "broadcaster");
        busy.setDaemon(true);
        busy.start();
        try {

            while (ThreadUse.of(pid).cpuS(Group.BROADCASTER) < before.cpuS(Group.BROADCASTER) + 0.05) {
                Thread.onSpinWait();
            }
        } finally {
            busy.interrupt();
            busy.join();
        }
        double rest = ThreadUse.of(pid).cpuS(Group.REST);
        assertTrue(rest > 0, () -> rest + " s");
    }
}
