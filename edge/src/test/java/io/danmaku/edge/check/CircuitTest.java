package io.danmaku.edge.check;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class CircuitTest {
    @Test
    void afterFailuresInARowOneTryIsLetThroughInEachPauseUntilOneIsAnswered() {
        Circuit circuit = new Circuit(3, 100);
        circuit.failed(0);
        circuit.failed(1);
        circuit.answered();
        circuit.failed(2);
        circuit.failed(3);
        assertTrue(circuit.admits(4), "not three in a row yet");
        circuit.failed(5);
        assertFalse(circuit.admits(104));
        assertTrue(circuit.admits(105));
        assertFalse(circuit.admits(106), "one is on its way");
        circuit.failed(150);
        assertFalse(circuit.admits(249));
        assertTrue(circuit.admits(250));
        circuit.answered();
        assertTrue(circuit.admits(251));
        assertTrue(circuit.admits(251));
        circuit.failed(252);
        assertTrue(circuit.admits(253));
    }
}
