package io.danmaku.node.words;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.hankcs.algorithm.AhoCorasickDoubleArrayTrie;
import io.danmaku.protocol.room.WordList;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Looks for all terms of some lists in a text at once (Aho and Corasick, 1975), and then for each pattern. Immutable; any thread. Texts and
 * terms are compared as {@link Folded} sees them, patterns are asked of the text itself, without regard to case.
 */
public final class WordFilter {
    /** Finds nothing. */
    public static final WordFilter NONE = new WordFilter(List.of());

    /**
     * A term: in a writing with spaces it is a whole word, but where it is open.
     *
     * @param number it is one; else a number that looks like it ("100" like "loo") is not it
     */
    private record Term(WordList.Action action, boolean openBegin, boolean openEnd, boolean number) {
        Term and(Term other) {
            return new Term(
                    action.compareTo(other.action) <= 0 ? action : other.action,
                    openBegin || other.openBegin,
                    openEnd || other.openEnd,
                    number || other.number);
        }
    }

    private record Rule(WordList.Action action, Pattern pattern) {}

    /**
     * What a filter says of a text.
     *
     * @param action null when it found nothing
     * @param text the text, masked where it may be told
     */
    public record Verdict(WordList.Action action, String text) {}

    private final AhoCorasickDoubleArrayTrie<Term> trie;
    private final List<Rule> rules = new ArrayList<>();
    private final int terms;

    public WordFilter(Collection<WordList> lists) {
        TreeMap<String, Term> folded = new TreeMap<>();
        for (WordList list : lists) {
            list.terms().forEach(term -> add(folded, term, list.action()));
            list.patterns()
                    .forEach(pattern ->
                            rules.add(new Rule(list.action(), Pattern.compile(pattern, Pattern.CASE_INSENSITIVE))));
        }
        terms = folded.size();
        trie = folded.isEmpty() ? null : new AhoCorasickDoubleArrayTrie<>();
        if (trie != null) {
            trie.build(folded);
        }
    }

    private static void add(Map<String, Term> folded, String term, WordList.Action action) {
        String word = Folded.of(term).toString();
        if (!word.isEmpty()) {
            boolean spaced = word.codePoints().anyMatch(WordFilter::isOfSpacedWriting);
            folded.merge(
                    word,
                    new Term(action, !spaced || term.startsWith("*"), !spaced || term.endsWith("*"), !hasLetter(term)),
                    Term::and);
        }
    }

    private static boolean hasLetter(CharSequence text) {
        return text.codePoints().anyMatch(Character::isLetter);
    }

    /** Writings without spaces between words: there a term is found wherever it stands. */
    private static boolean isOfSpacedWriting(int codePoint) {
        return switch (Character.UnicodeScript.of(codePoint)) {
            case HAN, HIRAGANA, KATAKANA, THAI, LAO, KHMER, MYANMAR -> false;
            default -> true;
        };
    }

    /** Distinct terms, as they are looked for. */
    public int terms() {
        return terms;
    }

    public boolean isEmpty() {
        return terms == 0 && rules.isEmpty();
    }

    public Verdict check(String text) {
        if (isEmpty()) {
            return new Verdict(null, text);
        }
        Search search = new Search(text);
        if (trie != null) {
            search.terms(trie);
        }
        for (Rule rule : rules) {
            search.pattern(rule);
        }
        return search.verdict();
    }

    /** One look at one text. */
    private static final class Search {
        private final String text;
        private WordList.Action action;
        private StringBuilder masked;

        Search(String text) {
            this.text = text;
        }

        void terms(AhoCorasickDoubleArrayTrie<Term> trie) {
            Folded folded = Folded.of(text);
            trie.parseText(folded.text(), (begin, end, term) -> {
                int from = folded.originBegin(begin);
                int to = folded.originEnd(end);
                if ((term.openBegin || folded.isWordBegin(begin))
                        && (term.openEnd || folded.isWordEnd(end))
                        && (term.number || hasLetter(text.substring(from, to)))) {
                    found(term.action, from, to);
                }
            });
        }

        void pattern(Rule rule) {
            Matcher matcher = rule.pattern.matcher(text);
            while (matcher.find()) {
                found(rule.action, matcher.start(), matcher.end());
                if (rule.action != WordList.Action.MASK) {
                    return;
                }
            }
        }

        private void found(WordList.Action what, int begin, int end) {
            action = action == null || what.compareTo(action) < 0 ? what : action;
            if (what == WordList.Action.MASK) {
                masked = masked == null ? new StringBuilder(text) : masked;
                for (int i = begin; i < end; i++) {
                    masked.setCharAt(i, '*');
                }
            }
        }

        Verdict verdict() {
            // what is held is masked too: so it is told when it is approved
            boolean told = action == WordList.Action.MASK || action == WordList.Action.HOLD;
            return new Verdict(action, told && masked != null ? masked.toString() : text);
        }
    }
}
