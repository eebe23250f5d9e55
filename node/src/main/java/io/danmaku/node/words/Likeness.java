package io.danmaku.node.words;

import java.text.Normalizer;
import java.util.Locale;

/** Whether two texts say the same. */
public final class Likeness {
    private Likeness() {}

    /**
     * A number that is the same for texts that differ only in case, width, spaces and what cannot be seen. Two others have the same one
     * so rarely (64 bits) that it does not matter.
     */
    public static long of(String text) {
        String folded = Normalizer.normalize(text, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
        long hash = 1_125_899_906_842_597L;
        for (int i = 0; i < folded.length(); i++) {
            char c = folded.charAt(i);
            if (!Character.isWhitespace(c) && !Character.isSpaceChar(c) && Character.getType(c) != Character.FORMAT) {
                hash = 1_099_511_628_211L * (hash ^ c); // FNV-1a, by characters
            }
        }
        return hash;
    }
}
