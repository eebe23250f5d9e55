package io.danmaku.edge.gate;

import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.room.Links;
import io.danmaku.protocol.room.RoomPolicy;
import java.util.regex.Pattern;

/** What a room's policy says about the text of a chat; pure. The text has at most 2,000 characters. */
final class TextRules {
    /** Marks that may stand on one another: more than any language writes, fewer than what spills over other lines. */
    private static final int STACKED_MARKS_MAX = 4;
    /** Shorter texts are not looked at for capitals: "OK" is no shouting. */
    private static final int CAPS_LETTERS_MIN = 8;

    /** With a scheme, or what browsers take for a host of a widespread domain. */
    private static final Pattern LINK = Pattern.compile(
            "https?://|\\bwww\\.|[a-z0-9-]\\.(?:com|net|org|info|xyz|top|cn|tv|io|me|gg|cc|ru|de|jp|kr|tk|live|shop|site|app|dev|link)\\b",
            Pattern.CASE_INSENSITIVE);

    private TextRules() {}

    /** Why a text is refused, or null. */
    static Refusal check(RoomPolicy policy, String text) {
        if (!isVisible(text)) {
            return refuse("there is nothing to see in it");
        }
        if (hasStackedMarks(text)) {
            return refuse("it has more than " + STACKED_MARKS_MAX + " marks on one another");
        }
        if (turnsDirection(text)) {
            return refuse("it has characters that turn the direction of what stands beside them");
        }
        if (policy.links() == Links.REFUSED && hasLink(text)) {
            return refuse("links are not allowed here");
        }
        return policy.capsPercentMax() > 0 && capsPercent(text) > policy.capsPercentMax()
                ? refuse("at most " + policy.capsPercentMax() + " % of the letters may be capitals here")
                : null;
    }

    static boolean hasLink(String text) {
        return LINK.matcher(text).find();
    }

    private static Refusal refuse(String why) {
        return Refusal.of(ErrorCode.TEXT_REFUSED, why);
    }

    private static boolean isVisible(String text) {
        return text.codePoints().anyMatch(c -> switch (Character.getType(c)) {
            case Character.SPACE_SEPARATOR,
                    Character.FORMAT,
                    Character.CONTROL,
                    Character.NON_SPACING_MARK,
                    Character.ENCLOSING_MARK -> false;
            // fillers that are letters to Unicode and nothing to the eye
            default -> c != 0x115f && c != 0x1160 && c != 0x3164 && c != 0xffa0 && c != 0x2800;
        });
    }

    private static boolean hasStackedMarks(String text) {
        int stacked = 0;
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            int type = Character.getType(c);
            stacked = type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK ? stacked + 1 : 0;
            if (stacked > STACKED_MARKS_MAX) {
                return true;
            }
            i += Character.charCount(c);
        }
        return false;
    }

    /** Embeddings, overrides and isolates: nobody types them, and one that is not closed turns what is shown behind the text. */
    private static boolean turnsDirection(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((c >= '\u202a' && c <= '\u202e') || (c >= '\u2066' && c <= '\u2069')) {
                return true;
            }
        }
        return false;
    }

    private static int capsPercent(String text) {
        long capitals = text.codePoints().filter(Character::isUpperCase).count();
        long letters =
                capitals + text.codePoints().filter(Character::isLowerCase).count();
        return letters < CAPS_LETTERS_MIN ? 0 : (int) (capitals * 100 / letters);
    }
}
