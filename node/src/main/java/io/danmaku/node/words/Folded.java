package io.danmaku.node.words;

import java.text.Normalizer;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;

/**
 * A text as it looks to a reader who wants to see a word in it: without case, width, marks, spaces, punctuation and what cannot be seen,
 * and with look-alikes replaced by what they stand for. Remembers where each character came from.
 */
final class Folded {
    private static final int BMP = 0x1_0000;
    /** Stands for a fold that is no single character. */
    private static final char MANY = '\uffff';
    /** Letters and signs that are taken for others: Cyrillic, Greek, digits, the small ones of mathematics come by compatibility. */
    private static final Map<Character, Character> LOOKALIKES = lookalikes(
            "\u0430a\u0432b\u0441c\u0435e\u043dh\u0456i\u0458j\u043ak\u043cm\u043eo\u0440p\u0455s\u0442t\u0443y\u0445x\u0501d\u051bq\u051dw"
                    + "\u03b1a\u03b2b\u03b5e\u03b9i\u03bak\u03bdv\u03bfo\u03c1p\u03c4t\u03c5u\u03c7x\u0131i\u00f8o\u0142l"
                    + "0o1l3e4a5s7t@a$s!i\u20ace");

    /** The fold of each character of the basic plane: 0 = left out. */
    private static final char[] FOLDS = folds();

    private final String original;
    private char[] chars;
    private int[] origins;
    private int length;

    private Folded(String original) {
        this.original = original;
        chars = new char[original.length() + 8];
        origins = new int[original.length() + 8];
    }

    private static Map<Character, Character> lookalikes(String pairs) {
        Map<Character, Character> map = new java.util.HashMap<>();
        for (int i = 0; i < pairs.length(); i += 2) {
            map.put(pairs.charAt(i), pairs.charAt(i + 1));
        }
        return map;
    }

    private static char[] folds() {
        char[] folds = new char[BMP];
        for (int c = 0; c < BMP; c++) {
            if (!Character.isSurrogate((char) c)) {
                String fold = fold(c);
                folds[c] = fold.isEmpty() ? 0 : fold.length() == 1 ? fold.charAt(0) : MANY;
            }
        }
        return folds;
    }

    /** The fold of one code point. */
    private static String fold(int codePoint) {
        String decomposed = Normalizer.normalize(Character.toString(codePoint), Normalizer.Form.NFKD)
                .toLowerCase(Locale.ROOT);
        StringBuilder kept = new StringBuilder();
        for (int i = 0; i < decomposed.length(); i++) {
            char c = decomposed.charAt(i);
            char seen = LOOKALIKES.getOrDefault(c, c);
            if (Character.isLetterOrDigit(seen) || Character.isSurrogate(seen)) {
                kept.append(seen);
            }
        }
        return kept.toString();
    }

    static Folded of(String text) {
        Folded folded = new Folded(text);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length()) {
                folded.append(fold(text.codePointAt(i)), i);
                i++;
            } else if (FOLDS[c] == MANY) {
                folded.append(fold(c), i);
            } else if (FOLDS[c] != 0) {
                folded.append(FOLDS[c], i);
            }
        }
        return folded;
    }

    private void append(String fold, int origin) {
        for (int i = 0; i < fold.length(); i++) {
            append(fold.charAt(i), origin);
        }
    }

    private void append(char c, int origin) {
        if (length == chars.length) {
            chars = Arrays.copyOf(chars, length * 2);
            origins = Arrays.copyOf(origins, length * 2);
        }
        chars[length] = c;
        origins[length++] = origin;
    }

    /** What is looked at. */
    CharSequence text() {
        return java.nio.CharBuffer.wrap(chars, 0, length);
    }

    @Override
    public String toString() {
        return new String(chars, 0, length);
    }

    /** Where in the text the characters {@code begin..end-1} begin. */
    int originBegin(int begin) {
        return origins[begin];
    }

    /** Where in the text they end. */
    int originEnd(int end) {
        int last = origins[end - 1];
        return last + Character.charCount(original.codePointAt(last));
    }

    /** Whether a word of a writing with spaces begins here: what stands before in the text is no letter or digit. */
    boolean isWordBegin(int begin) {
        int origin = origins[begin];
        return origin == 0 || !Character.isLetterOrDigit(original.codePointBefore(origin));
    }

    boolean isWordEnd(int end) {
        int behind = originEnd(end);
        return behind >= original.length() || !Character.isLetterOrDigit(original.codePointAt(behind));
    }
}
