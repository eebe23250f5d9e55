package io.danmaku.room.moderation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.room.WordList;
import io.danmaku.room.room.Result;
import io.danmaku.room.room.RoomForm;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** The JSON forms of word lists. */
public final class WordForm {
    /** What a pattern's counted repeats multiply to at most: a repeat is compiled as often as it counts, and they may stand in one another. */
    private static final int REPEATS_MAX = 100;
    /** Instructions of a pattern when it is compiled. */
    private static final int PROGRAM_MAX = 1_000;

    private static final java.util.regex.Pattern REPEAT = java.util.regex.Pattern.compile("\\{(\\d+)(?:,(\\d*))?\\}");
    private static final Set<String> FIELDS = Set.of("action", "terms", "patterns");

    private WordForm() {}

    /** A list that somebody wants; with nothing in it, its removal. */
    public record Wanted(WordList.Action action, List<String> terms, List<String> patterns) {
        /** Removes the list. */
        public static final Wanted NONE = new Wanted(WordList.Action.REFUSE, List.of(), List.of());

        public Wanted {
            terms = List.copyOf(terms);
            patterns = List.copyOf(patterns);
        }
    }

    /** Reads the body of a list. */
    public static Result<Wanted> wanted(ObjectNode body) {
        String strange = RoomForm.strangeField(body, FIELDS);
        if (strange != null) {
            return bad(strange + " is not a field of a word list");
        }
        WordList.Action action = WordList.Action.ofWireName(body.path("action").asText());
        if (action == null) {
            return bad("action is refuse, shadow, hold or mask");
        }
        List<String> terms = texts(body.get("terms"), WordList.TERMS_MAX, WordForm::isTerm);
        if (terms == null) {
            return bad("terms are at most " + WordList.TERMS_MAX + " lines of 1.." + WordList.TERM_CHARS_MAX
                    + " characters with a letter or digit, with * at most at their ends");
        }
        List<String> patterns = texts(body.get("patterns"), WordList.PATTERNS_MAX, WordForm::isPattern);
        if (patterns == null) {
            return bad("patterns are at most " + WordList.PATTERNS_MAX + " regular expressions (RE2) of 1.."
                    + WordList.PATTERN_CHARS_MAX + " characters, whose counted repeats multiply to at most "
                    + REPEATS_MAX);
        }
        return terms.isEmpty() && patterns.isEmpty()
                ? bad("a list has terms or patterns")
                : Result.of(new Wanted(action, terms, patterns));
    }

    /** Null when it is not of its form; empty when it is absent. */
    private static List<String> texts(JsonNode array, int max, Predicate<String> form) {
        if (array == null) {
            return List.of();
        }
        if (!array.isArray() || array.size() > max) {
            return null;
        }
        List<String> texts = new ArrayList<>(array.size());
        for (JsonNode text : array) {
            if (!text.isTextual() || !form.test(text.textValue())) {
                return null;
            }
            texts.add(text.textValue());
        }
        return texts;
    }

    private static boolean isTerm(String term) {
        int star = term.indexOf('*', 1);
        return term.length() <= WordList.TERM_CHARS_MAX
                && (star < 0 || star == term.length() - 1)
                && term.codePoints().anyMatch(Character::isLetterOrDigit)
                && term.chars().noneMatch(Character::isISOControl);
    }

    private static boolean isPattern(String pattern) {
        if (pattern.isEmpty() || pattern.length() > WordList.PATTERN_CHARS_MAX || repeats(pattern) > REPEATS_MAX) {
            return false;
        }
        try {
            Pattern compiled = Pattern.compile(pattern);
            // what finds the empty text finds everything
            return compiled.programSize() <= PROGRAM_MAX
                    && !compiled.matcher("").find();
        } catch (PatternSyntaxException bad) {
            return false;
        }
    }

    /** The product of all counted repeats, or more than is allowed; asked before it is compiled, which is what they make dear. */
    private static long repeats(String pattern) {
        long product = 1;
        for (java.util.regex.Matcher m = REPEAT.matcher(pattern); m.find() && product <= REPEATS_MAX; ) {
            String most = m.group(2) == null || m.group(2).isEmpty() ? m.group(1) : m.group(2);
            product *= most.length() > 3 ? REPEATS_MAX + 1 : Math.max(1, Integer.parseInt(most));
        }
        return product;
    }

    /** A list as it is told, whole. */
    public static ObjectNode json(WordList list) {
        ObjectNode json = brief(list);
        ArrayNode terms = json.putArray("terms");
        list.terms().forEach(terms::add);
        ArrayNode patterns = json.putArray("patterns");
        list.patterns().forEach(patterns::add);
        return json;
    }

    /** A list among others. */
    public static ObjectNode brief(WordList list) {
        return Json.object()
                .put("name", list.name())
                .put("action", list.action().wireName())
                .put("termCount", list.terms().size())
                .put("patternCount", list.patterns().size())
                .put("by", list.by())
                .put("at", list.atMs());
    }

    private static <T> Result<T> bad(String message) {
        return Result.refused(ErrorCode.BAD_FIELD, message);
    }
}
