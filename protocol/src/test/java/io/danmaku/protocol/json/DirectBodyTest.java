package io.danmaku.protocol.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.TextNode;
import io.danmaku.protocol.log.DirectMessage;
import io.danmaku.protocol.log.Revision;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DirectBodyTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            text     | hello
            image    | {"url":"https://x.example/1.png","width":640,"height":480,"bytes":1234,"thumbnail":"http://x.example/1s.png"}
            voice    | {"url":"https://x.example/1.ogg","seconds":7}
            video    | {"url":"https://x.example/1.mp4","seconds":7}
            file     | {"url":"https://x.example/1.pdf","name":"a b.pdf","bytes":0}
            location | {"lat":-90,"lon":179.99,"name":"somewhere"}
            card     | {"title":"A room","text":"come","user":"7"}
            notice   | {"title":"Night work","text":"from 2 to 3","url":"https://x.example/","ref":"order:17"}
            custom   | {"anything":[1,{"goes":null}]}
            custom   | {"a":{"a":{"a":{"a":{"a":{"a":{"a":{}}}}}}}}
            """)
    void whatIsOfItsFormIsTaken(String kind, String body) {
        assertTrue(DirectBody.isKind(kind));
        assertNull(DirectBody.fault(kind, body));
        assertFalse(DirectBody.isTooLong(kind, body));
        // as it is kept it is told again
        assertEquals(body, DirectBody.kept(kind, DirectBody.node(kind, body)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            text     | ''
            image    | {"width":640}
            image    | {"url":"ftp://x.example/1.png"}
            image    | {"url":"https://x.example/a b"}
            image    | {"url":"https://x.example/1.png","width":0}
            image    | {"url":"https://x.example/1.png","width":"640"}
            image    | {"url":"https://x.example/1.png","onload":"x"}
            image    | hello
            image    | ["https://x.example/1.png"]
            voice    | {"url":"https://x.example/1.ogg"}
            file     | {"url":"https://x.example/1.pdf","name":"a\\nb","bytes":1}
            location | {"lat":90.1,"lon":0}
            location | {"lat":0}
            card     | {"text":"no title"}
            notice   | {"text":"no title"}
            notice   | {"title":"t","by":"me"}
            custom   | 7
            custom   | {"half":"\\ud800"}
            custom   | {"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{}}}}}}}}}
            custom   | {"a":[[[[[[[[]]]]]]]]}
            """)
    void whatIsNotOfItsFormIsAFault(String kind, String body) {
        assertNotNull(DirectBody.fault(kind, body));
    }

    @Test
    void lengthsHaveBounds() {
        assertFalse(DirectBody.isTooLong("text", "x".repeat(DirectBody.TEXT_CHARS_MAX)));
        assertTrue(DirectBody.isTooLong("text", "x".repeat(DirectBody.TEXT_CHARS_MAX + 1)));
        assertTrue(DirectBody.isTooLong("custom", "x".repeat(DirectBody.OBJECT_CHARS_MAX + 1)));
        assertFalse(DirectBody.isKind("smoke"));
        String image = "{\"url\":\"https://x.example/%s\"}";
        String path = "x".repeat(1_000 - "https://x.example/".length());
        assertNull(DirectBody.fault("image", image.formatted(path)));
        assertNotNull(DirectBody.fault("image", image.formatted(path + "x")));
        assertNull(DirectBody.kept("image", TextNode.valueOf("https://x.example/")), "a text is no picture");
    }

    @Test
    void aMessageTellsWhatBecameOfIt() {
        DirectMessage sent = new DirectMessage("m", "7", "8", 3, "text", "hi", 5);
        assertEquals(
                "{\"mid\":\"m\",\"from\":\"7\",\"to\":\"8\",\"seq\":3,\"kind\":\"text\",\"body\":\"hi\",\"ts\":5}",
                sent.toJson().toString());
        Revision edited = Revision.NONE.edited(10, 6).reacted(11, false, "!");
        assertEquals(
                "{\"mid\":\"m\",\"from\":\"7\",\"to\":\"8\",\"seq\":3,\"kind\":\"text\",\"body\":\"ho\",\"ts\":5,"
                        + "\"edited\":6,\"reactions\":{\"8\":\"!\"},\"rev\":11}",
                sent.with("ho", edited).toJson().toString());
        assertEquals(
                "{\"mid\":\"m\",\"from\":\"7\",\"to\":\"8\",\"seq\":3,\"kind\":\"recalled\",\"body\":\"\",\"ts\":5,"
                        + "\"recalled\":7,\"rev\":12}",
                sent.with("", edited.recalled(12, 7)).toJson().toString());
    }

    @Test
    void aMessageThatLivesForAWhileTellsUntilWhenAndThenOnlyThatItWasThere() {
        Revision changed = Revision.NONE.edited(10, 6).reacted(11, false, "!");
        DirectMessage sent = new DirectMessage("m", "7", "8", 3, "text", "hi", 5, "", changed, 9);
        assertEquals(
                "{\"mid\":\"m\",\"from\":\"7\",\"to\":\"8\",\"seq\":3,\"kind\":\"text\",\"body\":\"hi\",\"ts\":5,"
                        + "\"edited\":6,\"expires\":9,\"reactions\":{\"8\":\"!\"},\"rev\":11}",
                sent.at(8).toJson().toString());
        String gone =
                "{\"mid\":\"m\",\"from\":\"7\",\"to\":\"8\",\"seq\":3,\"kind\":\"expired\",\"body\":\"\",\"ts\":5,";
        assertEquals(gone + "\"expired\":9,\"rev\":11}", sent.at(9).toJson().toString());
        Revision relayed = new Revision(11, 6, 0, "", "!", 8);
        assertEquals(
                gone + "\"expired\":8,\"expires\":9,\"reactions\":{\"8\":\"!\"},\"rev\":11}",
                sent.with("", relayed).toJson().toString(),
                "its body went before its time");
        assertEquals(
                "ho",
                sent.with("ho", relayed.edited(12, 8)).toJson().get("body").textValue(),
                "and another one was put there");
        DirectMessage recalled = sent.with("", changed.recalled(12, 7)).at(9);
        assertEquals("recalled", recalled.toJson().get("kind").textValue());
        assertEquals(
                "hi",
                new DirectMessage("m", "7", "8", 3, "text", "hi", 5)
                        .at(Long.MAX_VALUE)
                        .body());
    }

    private static String loud(String kind, String body) {
        return DirectBody.withTexts(kind, body, text -> text.toUpperCase(Locale.ROOT));
    }

    @Test
    void whatIsShownAsTextIsAskedForAndNothingElse() {
        assertEquals("HI", loud("text", "hi"));
        String card = "{\"title\":\"a\",\"text\":\"b\",\"url\":\"https://x.example/c\"}";
        String loudCard = "{\"title\":\"A\",\"text\":\"B\",\"url\":\"https://x.example/c\"}";
        assertEquals(loudCard, loud("card", card));
        assertEquals(
                "{\"lat\":1,\"lon\":2,\"address\":\"A\"}", loud("location", "{\"lat\":1,\"lon\":2,\"address\":\"a\"}"));
        assertEquals(card, loud("custom", card));
        String image = "{\"url\":\"https://x.example/c\"}";
        assertEquals(image, loud("image", image));
    }

    @Test
    void anObjectOfWhichTheKindIsNotKnownIsThatWhoseFormItHas() {
        assertEquals("{\"title\":\"A\"}", loud("object", "{\"title\":\"a\"}"));
        assertEquals("{\"name\":\"a\"}", loud("object", "{\"name\":\"a\"}"));
        String same = "{ \"title\":\"A\" }";
        assertEquals(same, loud("object", same), "what is not changed keeps its form");
    }
}
