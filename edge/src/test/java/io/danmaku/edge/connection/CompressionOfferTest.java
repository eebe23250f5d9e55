package io.danmaku.edge.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CompressionOfferTest {
    private static final String AGREED = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

    private static String answer(String... lines) {
        return CompressionOffer.answer(Arrays.asList(lines));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "permessage-deflate",
                // browsers
                "permessage-deflate; client_max_window_bits",
                "permessage-deflate;client_max_window_bits=8",
                "permessage-deflate; client_max_window_bits = \"15\"",
                "permessage-deflate; client_max_window_bits=\"1\\5\"",
                "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
                "Permessage-Deflate; Client_No_Context_Takeover",
                " \t permessage-deflate\t;\tclient_no_context_takeover ,",
                ", , permessage-deflate",
                "x-webkit-deflate-frame, permessage-deflate",
                "other; key=\"value\"; key=value, permessage-deflate",
                "permessage-deflate; server_max_window_bits=10, permessage-deflate",
                "permessage-deflate; unknown, permessage-deflate; client_max_window_bits",
                "permessage-deflate, permessage-deflate; server_max_window_bits=15",
            })
    void whatCanBeKeptIsAgreedOn(String offered) {
        assertEquals(AGREED, answer(offered));
    }

    @Test
    void theWindowThatWeHaveIsAgreedOnWhenItIsAskedFor() {
        assertEquals(AGREED + "; server_max_window_bits=15", answer("permessage-deflate; server_max_window_bits=15"));
    }

    @Test
    void linesOfTheHeaderAreOneList() {
        assertEquals(AGREED, answer("permessage-deflate; server_max_window_bits=9", "permessage-deflate"));
        assertNull(answer());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ",",
                "x-webkit-deflate-frame",
                "permessage-deflate2",
                "permessage-deflate; server_max_window_bits",
                "permessage-deflate; server_max_window_bits=14",
                "permessage-deflate; server_max_window_bits=16",
                "permessage-deflate; client_max_window_bits=7",
                "permessage-deflate; client_max_window_bits=16",
                "permessage-deflate; client_max_window_bits=08",
                "permessage-deflate; client_max_window_bits=x",
                "permessage-deflate; client_no_context_takeover=1",
                "permessage-deflate; server_no_context_takeover=\"true\"",
                "permessage-deflate; unknown",
                "permessage-deflate; client_max_window_bits; client_max_window_bits",
                "permessage-deflate; client_max_window_bits; client_max_window_bits=10",
                "permessage-deflate; client_no_context_takeover; Client_no_context_takeover",
            })
    void whatCannotBeKeptIsDeclined(String offered) {
        assertNull(answer(offered));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "permessage-deflate;",
                "permessage-deflate; ;client_max_window_bits",
                "permessage-deflate; client_max_window_bits=",
                "permessage-deflate; client_max_window_bits=\"\"",
                "permessage-deflate; client_max_window_bits=\"15",
                "permessage-deflate; client_max_window_bits=\"1 5\"",
                "permessage-deflate; client_max_window_bits=\"15\\",
                "permessage-deflate client_max_window_bits",
                "permessage-deflate; =15",
                "permessage-deflate, \u00e9",
                ";permessage-deflate",
            })
    void whatIsNoListOfExtensionsAgreesOnNothing(String offered) {
        assertNull(answer(offered));
    }

    @Test
    void anEndlessHeaderIsNotRead() {
        assertNotNull(answer("permessage-deflate" + ",".repeat(CompressionOffer.CHARS_MAX - 18)));
        assertNull(answer("permessage-deflate" + ",".repeat(CompressionOffer.CHARS_MAX - 17)));
    }

    @Property(tries = 2_000)
    void whateverIsOfferedIsAnswered(
            @ForAll List<@StringLength(max = 40) @CharRange(from = ' ', to = '~') String> lines) {
        CompressionOffer.answer(lines);
    }
}
