package io.danmaku.node.words;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import org.junit.jupiter.api.Test;

class LikenessTest {
    @Test
    void textsThatDifferOnlyInCaseWidthAndSpacesAreAlike() {
        long plain = Likeness.of("Follow me 123");
        assertEquals(plain, Likeness.of("FOLLOW  ME 123"));
        assertEquals(plain, Likeness.of("Ｆｏｌｌｏｗ\u200bme１２３"));
        assertNotEquals(plain, Likeness.of("Follow me 124"));
        assertNotEquals(Likeness.of("ab"), Likeness.of("ba"));
    }
}
