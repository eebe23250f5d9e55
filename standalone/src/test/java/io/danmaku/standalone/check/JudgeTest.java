package io.danmaku.standalone.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.standalone.check.History.Outcome;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The judge lets a hub pass that keeps its promises, and finds each way to break one. */
class JudgeTest {
    private static final int SEEDS = 200;
    /** Of a history in which the hide that its fault takes away began below 0 us. */
    private static final long HIDES_BEFORE_0 = 1_106;

    @Property(tries = 1_000)
    void aHubThatKeepsItsPromisesIsJudgedGood(@ForAll long seed) {
        Judge.Verdict verdict = Judge.judge(SimulatedRun.of(seed));
        assertTrue(verdict.good(), () -> verdict.faults().toString());
    }

    @Property(tries = 2_000)
    void aSingleFaultIsFound(@ForAll long seed, @ForAll Planted fault) {
        History history = SimulatedRun.of(seed);
        Assume.that(fault.into(history, new Random(seed)));
        Judge.Verdict verdict = Judge.judge(history);
        assertTrue(verdict.counts().containsKey(fault.rule()), () -> fault + " found by " + verdict.counts());
    }

    @ParameterizedTest
    @EnumSource
    void eachFaultIsFoundByItsRuleWhereverThereIsPlaceForIt(Planted fault) {
        int planted = 0;
        for (long seed = 0; seed < SEEDS; seed++) {
            History history = SimulatedRun.of(seed);
            if (fault.into(history, new Random(seed))) {
                planted++;
                Judge.Verdict verdict = Judge.judge(history);
                assertTrue(
                        verdict.counts().getOrDefault(fault.rule(), 0) > 0,
                        "seed " + seed + ": " + verdict.counts() + " " + verdict.faults());
            }
        }
        assertTrue(planted > SEEDS / 10, "planted only " + planted + " times");
    }

    @Test
    void aHideThatWasAskedForBefore0IsLookedForToo() {
        History history = SimulatedRun.of(HIDES_BEFORE_0);
        Planted fault = Planted.DEVICE_NOT_TOLD_OF_A_HIDE;
        assertTrue(fault.into(history, new Random(HIDES_BEFORE_0)));
        assertTrue(Judge.judge(history).counts().containsKey(fault.rule()));
    }

    @Test
    void everyRuleHasAFaultThatItFinds() {
        Set<String> rules = Stream.of(
                        Judge.class,
                        JudgeOfMarks.class,
                        JudgeOfDelivered.class,
                        JudgeOfChanges.class,
                        JudgeOfPermission.class,
                        JudgeOfDevices.class)
                .flatMap(judge -> Arrays.stream(judge.getDeclaredMethods()))
                .filter(method -> method.getReturnType() == void.class && !method.isSynthetic())
                .map(Method::getName)
                .filter(name -> !name.equals("judge"))
                .collect(Collectors.toSet());
        Set<String> found = Arrays.stream(Planted.values()).map(Planted::rule).collect(Collectors.toSet());
        assertEquals(rules, found);
    }

    @Test
    void theSimulatedTrafficHasAllThatTheRulesAreAbout() {
        long unknownStored = 0;
        long unknownNotStored = 0;
        long repeats = 0;
        for (long seed = 0; seed < SEEDS; seed++) {
            Evidence evidence = new Evidence(SimulatedRun.of(seed));
            for (var intent : evidence.calls().keySet()) {
                repeats += evidence.calls().get(intent).size() - 1;
                if (evidence.firstAcknowledged(intent) == null
                        && evidence.calls().get(intent).get(0).outcome() == Outcome.UNKNOWN) {
                    boolean stored = evidence.allTold().stream()
                            .anyMatch(message -> Evidence.intentOf(message).equals(intent));
                    unknownStored += stored ? 1 : 0;
                    unknownNotStored += stored ? 0 : 1;
                }
            }
        }
        assertTrue(unknownStored > SEEDS / 10 && unknownNotStored > SEEDS / 10 && repeats > SEEDS);
    }

    @Test
    void manyFaultsOfOneRuleAreCountedAndSomeAreNamed() {
        History history = LongStream.range(0, SEEDS)
                .mapToObj(SimulatedRun::of)
                .filter(one -> kept(one) > Findings.NAMED_MAX && one.begins.isEmpty() && one.stirs.isEmpty())
                .findFirst()
                .orElseThrow();
        history.synced.values().forEach(List::clear);
        history.pushed.values().forEach(List::clear);
        Judge.Verdict verdict = Judge.judge(history);
        assertEquals(Findings.NAMED_MAX, verdict.faults().size());
        assertEquals(Map.of("allDevicesHoldOneOrder", kept(history) * history.setup.devices()), verdict.counts());
    }

    /** How many entries all histories have, with what is hidden or cleared. */
    private static int kept(History history) {
        return new Evidence(history)
                .whole().values().stream().mapToInt(List::size).sum();
    }
}
