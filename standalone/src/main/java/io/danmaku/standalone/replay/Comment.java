package io.danmaku.standalone.replay;

/**
 * One bullet comment of an archive.
 *
 * @param atMs when it flew, from the beginning of the video
 * @param mode 1 to 3 and 6 scroll, 4 bottom, 5 top, 7 positioned, 8 code, 9 script
 * @param size of the font as the archive has it
 * @param color 0xRRGGBB
 * @param sender hash of who sent it
 */
record Comment(long atMs, int mode, int size, int color, String sender, String text) {
    private static final int SMALL = 18;
    private static final int NORMAL = 25;
    private static final int LARGE = 36;
    private static final int MODE_BOTTOM = 4;
    private static final int MODE_TOP = 5;
    private static final int MODE_POSITIONED = 7;

    /** The mode in the hub's words. */
    String wireMode() {
        return switch (mode) {
            case MODE_BOTTOM -> "bottom";
            case MODE_TOP -> "top";
            default -> "scroll";
        };
    }

    /** The hub's size that is nearest. */
    int wireSize() {
        if (size * 2 < SMALL + NORMAL) {
            return SMALL;
        }
        return size * 2 < NORMAL + LARGE ? NORMAL : LARGE;
    }

    String wireColor() {
        return String.format("#%06x", color & 0xffffff);
    }

    /** The text on one line: what breaks lines or is not seen becomes a space. */
    String wireText() {
        StringBuilder line = new StringBuilder(text.length());
        text.codePoints().map(c -> Character.isISOControl(c) ? ' ' : c).forEach(line::appendCodePoint);
        return line.toString().strip();
    }

    /** Whether it is a line to show; positioned comments and scripts carry programs instead of text. */
    boolean isPlainText() {
        String line = wireText();
        return !line.isEmpty() && (mode < MODE_POSITIONED || line.chars().noneMatch(c -> "[]{};=".indexOf(c) >= 0));
    }
}
