package io.danmaku.standalone.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringReader;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class ArchiveTest {
    private static final String HEAD =
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><i><chatserver>chat.bilibili.com</chatserver><chatid>1</chatid>";

    private static Archive read(String text) {
        try {
            return Archive.read(new StringReader(text));
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static String d(String time, String text) {
        return "<d p=\"" + time + ",1,25,16777215,1700000000,0,a1b2c3,1400000000000000000,5\">" + text + "</d>";
    }

    @Test
    void commentsAreReadWithAllTheirFieldsAndSortedByTime() {
        Archive archive = read(HEAD
                + "<d p=\"12.50000,5,36,255,1700000000,0,a1b2c3,1400000000000000000,5\">前方高能 &amp; &lt;3 &#128514;</d>\n"
                + "<d p=\"0.01,4,18,16711680,1700000001,0,7b,2\">早</d></i>");
        assertEquals(
                List.of(
                        new Comment(10, 4, 18, 0xff0000, "7b", "早"),
                        new Comment(12_500, 5, 36, 0xff, "a1b2c3", "前方高能 & <3 😂")),
                archive.comments());
        assertEquals(0, archive.broken());
    }

    @Test
    void brokenCommentsAreCountedAndNamedByLineAndCostOnlyThemselves() {
        Archive archive = read(HEAD + "\n"
                + d("1.0", "good") + "\n"
                + d("x", "no time") + "\n"
                + "<d p=\"1,1,25\">too few</d>\n"
                + "<d>no attribute</d>\n"
                + "<d q=\"1\">no p</d>\n"
                + d("2.0", "a & b") + "\n"
                + d("2.0", "a < b") + "\n"
                + d("2.0", "bell \u0007") + "\n"
                + d("2.0", "&xxe;") + "\n"
                + d("2.0", "  ") + "\n"
                + "<d p=\"3.0,1,25,16777215,0,0,a,1\">never closed\n"
                + d("4.0", "good again") + "\n"
                + "<d p=\"5,10,25,1,0,0,a,1\">mode 10</d>\n"
                + "<d p=\"5,1,25,1,0,0,,1\">nobody</d>\n"
                + "</i>\n");
        assertEquals(
                List.of("good", "good again"),
                archive.comments().stream().map(Comment::text).toList());
        assertEquals(11, archive.broken());
        assertEquals(11, archive.brokenShown().size());
        assertEquals(
                "line 3: the time 'x' is no number of seconds",
                archive.brokenShown().get(0));
        assertEquals(
                "line 4: p has 3 fields of at least 8", archive.brokenShown().get(1));
        assertEquals("line 6: has no attribute p", archive.brokenShown().get(2));
        assertEquals("line 7: is not well-formed XML", archive.brokenShown().get(3));
        assertTrue(archive.brokenShown().contains("line 12: is not closed"), archive.brokenShown()::toString);
    }

    @Test
    void aThousandBrokenCommentsAreNamedAndTheOthersCounted() {
        Archive archive = read((HEAD + "\n").concat((d("x", "no time") + "\n").repeat(1_200)));
        assertEquals(1_200, archive.broken());
        assertEquals(1_000, archive.brokenShown().size());
        assertEquals(
                "line 1001: the time 'x' is no number of seconds",
                archive.brokenShown().get(999));
    }

    @Test
    void nothingIsReadFromElsewhere() {
        Archive archive = read("<?xml version=\"1.0\"?><!DOCTYPE i [<!ENTITY a SYSTEM \"file:///etc/hostname\">"
                + "<!ENTITY b \"" + "x".repeat(100) + "\">]><i>" + d("1", "&a;") + d("1", "&b;&b;") + d("2", "fine")
                + "</i>");
        assertEquals(
                List.of("fine"), archive.comments().stream().map(Comment::text).toList());
        assertEquals(2, archive.broken());
    }

    @Test
    void anElementWithoutAnEndDoesNotFillTheMemory() {
        Archive archive = read(HEAD + d("1", "x".repeat(70_000)) + d("2", "next"));
        assertEquals(
                List.of("next"), archive.comments().stream().map(Comment::text).toList());
        assertEquals(1, archive.broken());
    }

    @Property
    void anyTextIsAnArchiveOfNothing(@ForAll String text) {
        assertEquals(0, read(text).comments().size());
    }

    @Property
    void damageAnywhereCostsAtMostTheCommentsItTouches(
            @ForAll @IntRange(max = 2_000) int at,
            @ForAll @IntRange(min = 1, max = 40) int length,
            @ForAll("noise") String noise) {
        StringBuilder text = new StringBuilder(HEAD);
        for (int i = 0; i < 20; i++) {
            text.append(d(i + ".5", "comment " + i)).append('\n');
        }
        int from = at % text.length();
        int to = Math.min(text.length(), from + length);
        text.replace(from, to, noise);
        Archive archive = read(text.toString());
        assertTrue(archive.comments().size() >= 17, () -> archive + " of " + text);
        assertTrue(archive.comments().size() <= 20);
    }

    @Provide
    Arbitrary<String> noise() {
        return Arbitraries.of(
                "", "<", "<d ", "</d>", "\"", "&", "]]>", "<!--", "<![CDATA[", "\u0000", "\n\n", "<d p=\"1\">");
    }

    @Test
    void aCommentIsSaidInTheHubsWords() {
        assertEquals("scroll", comment(1, 25, "x").wireMode());
        assertEquals("scroll", comment(6, 25, "x").wireMode());
        assertEquals("scroll", comment(7, 25, "x").wireMode());
        assertEquals("bottom", comment(4, 25, "x").wireMode());
        assertEquals("top", comment(5, 25, "x").wireMode());
        assertEquals(18, comment(1, 12, "x").wireSize());
        assertEquals(18, comment(1, 21, "x").wireSize());
        assertEquals(25, comment(1, 22, "x").wireSize());
        assertEquals(25, comment(1, 30, "x").wireSize());
        assertEquals(36, comment(1, 31, "x").wireSize());
        assertEquals(36, comment(1, 64, "x").wireSize());
        assertEquals("#0000ff", new Comment(0, 1, 25, 255, "a", "x").wireColor());
        assertEquals("a b c", comment(1, 25, " a\nb\tc \r\n").wireText());
    }

    @Test
    void programsAreNoText() {
        assertTrue(comment(1, 25, "[笑]{}").isPlainText());
        assertTrue(comment(7, 25, "你好").isPlainText());
        assertFalse(comment(7, 25, "[0.5,0.5,\"1-1\",4.5,\"text\",0,0]").isPlainText());
        assertFalse(comment(8, 25, "var a = 1;").isPlainText());
        assertFalse(comment(9, 25, "def text t { content = \"x\" }").isPlainText());
        assertFalse(comment(1, 25, "\n").isPlainText());
    }

    private static Comment comment(int mode, int size, String text) {
        return new Comment(0, mode, size, 0xffffff, "a", text);
    }
}
