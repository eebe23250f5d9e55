package io.danmaku.standalone.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.standalone.hub.Alone;
import io.danmaku.standalone.hub.Up;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** {@code danmaku check dm} as a shell runs it: a hub of its own, all parts killed by turns. Beside another hub it takes several times as long. */
@Alone
class DirectCheckIT {
    private static final int MESSAGES = 50_000;
    /** Each once. */
    private static final int KILLS = Plan.PARTS.size();

    private static final int MINUTES_MAX = 25;
    /** Some go to who has blocked their sender. */
    private static final double ACKNOWLEDGED_SHARE_MIN = 0.9;

    /** None are while Redis is away. */
    private static final double PUSHED_SHARE_MIN = 0.5;

    @Test
    void fiftyThousandMessagesKeepEveryPromiseWhileAllPartsAreKilledByTurns() throws Exception {
        Path folder = Up.data("check-dm", true);
        Path out = folder.resolve("check.out");
        // another seed each time: what is found here is to be repeated with it
        Process check = Up.command(List.of(
                        "check",
                        "dm",
                        "--messages=" + MESSAGES,
                        "--kills=" + KILLS,
                        "--minutes-max=" + MINUTES_MAX,
                        "--folder=" + folder))
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        try {
            assertTrue(check.waitFor(MINUTES_MAX + 3L, TimeUnit.MINUTES), () -> "it does not end, see " + out);
        } finally {
            check.destroyForcibly();
        }
        String said = Files.readString(out);
        assertEquals(0, check.exitValue(), said);
        assertTrue(said.contains("good: every rule holds"), said);
        History history = HistoryReader.read(folder.resolve(DirectCheck.HISTORY));
        long acknowledged = history.sends.stream()
                .filter(send -> send.outcome() == History.Outcome.ACKNOWLEDGED)
                .count();
        assertTrue(acknowledged >= MESSAGES * ACKNOWLEDGED_SHARE_MIN, said);
        for (History.Outcome outcome : History.Outcome.values()) {
            assertTrue(
                    history.sends.stream().anyMatch(send -> send.outcome() == outcome), "no " + outcome + ":\n" + said);
        }
        for (History.Deed deed : History.Deed.values()) {
            assertTrue(
                    history.changes.stream().anyMatch(change -> change.deed() == deed && change.acknowledged()),
                    "no " + deed + ":\n" + said);
        }
        assertTrue(history.pushedShare() >= PUSHED_SHARE_MIN, said);
        assertTrue(Judge.judge(history).calmTimes() > 0, "no calm time:\n" + said);
        assertTrue(history.clears.stream().anyMatch(History.Read::acknowledged), "no clear:\n" + said);
        assertTrue(history.deliveries.stream().anyMatch(History.Read::acknowledged), "no delivery:\n" + said);
        assertTrue(
                history.begins.keySet().stream()
                        .anyMatch(device -> !history.synced.get(device).isEmpty()),
                "no late device was told anything:\n" + said);
        assertTrue(history.sends.stream().anyMatch(send -> send.code().equals("blocked")), said);
        assertTrue(
                history.sends.stream()
                        .anyMatch(send -> send.code().equals("blocked")
                                && Plan.isOneWay(
                                        send.intent().from(), send.intent().to())),
                "no stranger was refused:\n" + said);
    }
}
