package io.danmaku.node.words;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.danmaku.protocol.room.WordList;
import io.danmaku.protocol.room.WordList.Action;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WordFilterTest {
    private static WordList list(Action action, List<String> terms, String... patterns) {
        return new WordList("default", "", "", "l", action, terms, List.of(patterns), "1", 0);
    }

    private static WordFilter refusing(String... terms) {
        return new WordFilter(List.of(list(Action.REFUSE, List.of(terms))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "badword",
                "BadWord!",
                "you badword, you",
                "b a d w o r d",
                "b.a.d-w_o r d",
                "ｂａｄｗｏｒｄ",
                "𝐛𝐚𝐝𝐰𝐨𝐫𝐝",
                "b\u0430dw\u043erd",
                "b@dw0rd",
                "ba\u0301d\u0302wo\u0303rd",
                "bad\u200bword",
            })
    void aTermIsFoundHoweverItIsDressed(String text) {
        assertEquals(Action.REFUSE, refusing("badword").check(text).action(), text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"badwords", "abadword", "bad", "word bad", "", "not bad words", "bad wordsmith"})
    void aWordThatOnlyHoldsTheTermIsAnotherWord(String text) {
        assertNull(refusing("badword").check(text).action(), text);
    }

    @Test
    void aNumberIsNoWordThatLooksLikeIt() {
        assertNull(refusing("loo").check("100 and 1,000").action());
        assertEquals(Action.REFUSE, refusing("loo").check("l00").action());
        assertEquals(Action.REFUSE, refusing("110").check("dial 110").action());
    }

    @Test
    void aStarStandsForMoreOfTheSameWord() {
        assertEquals(Action.REFUSE, refusing("badword*").check("badwords").action());
        assertNull(refusing("badword*").check("abadword").action());
        assertEquals(Action.REFUSE, refusing("*badword").check("abadword").action());
        assertEquals(Action.REFUSE, refusing("*badword*").check("xbadwordx").action());
    }

    @Test
    void inAWritingWithoutSpacesATermIsFoundAnywhere() {
        assertEquals(Action.REFUSE, refusing("坏话").check("他说坏话了").action());
        assertEquals(Action.REFUSE, refusing("坏话").check("坏 话").action());
        assertEquals(Action.REFUSE, refusing("坏话").check("坏*话").action());
        assertNull(refusing("坏话").check("坏的话").action());
    }

    @Test
    void whatIsMaskedIsMaskedWhereItStands() {
        WordFilter filter = new WordFilter(List.of(list(Action.MASK, List.of("badword", "坏话"), "\\d{3}-\\d{4}")));
        WordFilter.Verdict verdict = filter.check("A BadWord, 坏话 and 555-1234!");
        assertEquals(Action.MASK, verdict.action());
        assertEquals("A *******, ** and ********!", verdict.text());
        assertEquals("a fine text", filter.check("a fine text").text());
    }

    @Test
    void whatIsHeldIsMaskedTooAndNeitherHeldNorMaskedWhatIsShownToNobody() {
        WordList held = list(Action.HOLD, List.of("hmm"));
        WordList masked = list(Action.MASK, List.of("bad"));
        WordList shadowed = list(Action.SHADOW, List.of("spam"));
        WordFilter filter = new WordFilter(List.of(masked, held, shadowed));
        assertEquals(new WordFilter.Verdict(Action.HOLD, "hmm ***"), filter.check("hmm bad"));
        assertEquals(new WordFilter.Verdict(Action.HOLD, "hmm"), filter.check("hmm"));
        assertEquals(Action.SHADOW, filter.check("hmm bad spam").action());
    }

    @Test
    void ofSeveralActionsTheStrictestHolds() {
        WordFilter filter = new WordFilter(List.of(
                list(Action.MASK, List.of("one")),
                list(Action.SHADOW, List.of("two")),
                list(Action.REFUSE, List.of("three", "one"), "fo+r")));
        assertEquals(Action.SHADOW, filter.check("two").action());
        assertEquals(Action.REFUSE, filter.check("two three").action());
        assertEquals(Action.REFUSE, filter.check("one").action(), "in two lists");
        assertEquals(Action.REFUSE, filter.check("FOOOR").action());
        assertNull(filter.check("zero").action());
        assertEquals(0, WordFilter.NONE.terms());
        assertNull(WordFilter.NONE.check("one").action());
    }

    @Property(tries = 2_000)
    void noTextIsTooStrangeAndAMaskKeepsItsLength(@ForAll @StringLength(max = 60) String text) {
        WordFilter filter = new WordFilter(List.of(list(Action.MASK, List.of("a", "b*", "坏"), "c+")));
        assertEquals(text.length(), filter.check(text).text().length());
    }
}
