package io.danmaku.standalone.system;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;

/** Positions and cursors of lists of direct messages as they should not be: cut, with flipped bits, of other versions, too large, made up. */
final class SpoiltPlaces {
    private SpoiltPlaces() {}

    /** Places that are like a real one. */
    static List<String> like(String real, Random random) {
        List<String> spoilt = new ArrayList<>();
        for (int cut = 0; cut < real.length(); cut++) {
            spoilt.add(real.substring(0, cut));
        }
        for (int at = 0; at < real.length(); at++) {
            for (int bit = 0; bit < 7; bit++) {
                spoilt.add(real.substring(0, at) + (char) (real.charAt(at) ^ (1 << bit)) + real.substring(at + 1));
            }
        }
        byte[] bytes = decoded(real);
        for (int at = 0; at < bytes.length; at++) {
            byte[] other = bytes.clone();
            other[at] = (byte) random.nextInt(256);
            spoilt.add(encoded(other));
        }
        for (int i = 0; i < 50; i++) {
            byte[] noise = new byte[random.nextInt(1, 200)];
            random.nextBytes(noise);
            if (i % 2 == 0) {
                noise[0] = 1; // the version that there is
            }
            spoilt.add(encoded(noise));
        }
        for (String tail : List.of("A", "AA", "AAAA", "=", "==", "\u0000", " ", "\n")) {
            spoilt.add(real + tail);
        }
        byte[] huge = new byte[1 + 16 * 9];
        Arrays.fill(huge, (byte) 0xff);
        huge[0] = 1;
        for (int number = 1; number <= 16; number++) {
            huge[number * 9] = 0x7f; // each as large as nine bytes say
        }
        spoilt.add(encoded(huge));
        spoilt.addAll(List.of(
                "null",
                "-1",
                "0",
                "../../x",
                "é",
                "８",
                "🎉",
                "A".repeat(2_000),
                "/".repeat(500),
                text("1:999999999999999999:"),
                text("1:9999999999999999999:"),
                text("1:-1:bob"),
                text("1:0:"),
                text("1:0:" + "a".repeat(65)),
                text("1:999999999:9223372036854775807:"),
                text("1:0:0:AAAAAAAAAAAAAAAAAAAAAA"),
                text("1:1:1:1:1")));
        return spoilt;
    }

    private static String text(String cursor) {
        return encoded(cursor.getBytes(StandardCharsets.UTF_8));
    }

    static String encoded(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** Some lists' places are ids and no base64. */
    static byte[] decoded(String place) {
        try {
            return Base64.getUrlDecoder().decode(place);
        } catch (IllegalArgumentException id) {
            return new byte[0];
        }
    }
}
