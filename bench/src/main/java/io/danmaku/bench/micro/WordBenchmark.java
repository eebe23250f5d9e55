package io.danmaku.bench.micro;

import io.danmaku.node.words.WordFilter;
import io.danmaku.protocol.room.WordList;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * A chat of 40 characters, in English and in Chinese, looked through for many terms, and for as many patterns as a room may have. Half of the terms
 * begin as words of these chats do, so that the search goes deep and comes back; one in ten is open at its end. None is found, but for one word of the
 * last chat.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class WordBenchmark {
    private static final int LIST_TERMS = 10_000;
    private static final String ENGLISH = "that last fight was so close, well played";
    private static final String CHINESE = "主播这波操作太厉害了我看得目瞪口呆今天真的是来对了明天还要来看直播啊大家晚安再见";
    private static final String FOUND = "quarrel";
    private static final String MASKED = ENGLISH.replace("fight", FOUND);

    @Param({"1000", "100000"})
    private int terms;

    @Param({"0", "20"})
    private int patterns;

    private WordFilter filter;

    @Setup
    public void build() {
        Random random = new Random(1);
        List<WordList> lists = new ArrayList<>();
        for (int first = 0; first < terms; first += LIST_TERMS) {
            List<String> words = new ArrayList<>();
            for (int i = first; i < Math.min(terms, first + LIST_TERMS); i++) {
                words.add(i % 2 == 0 ? latin(random, i) : chinese(random, i));
            }
            lists.add(list("l" + first, WordList.Action.REFUSE, words, List.of()));
        }
        lists.add(list("masked", WordList.Action.MASK, List.of(FOUND), List.of()));
        List<String> rules = new ArrayList<>();
        for (int i = 0; i < patterns; i++) {
            String word = syllables(random, 2);
            rules.add(i % 2 == 0 ? "\\b" + word + "\\s*\\d{5,9}" : "(\\+|" + word + "|[a-z]{2})[ -]?\\d{3}[ -]?\\d{4}");
        }
        lists.add(list("patterns", WordList.Action.REFUSE, List.of(), rules));
        filter = new WordFilter(lists);
        if (english().action() != null || chinese().action() != null || masked().action() != WordList.Action.MASK) {
            throw new IllegalStateException("something else is found than is meant");
        }
    }

    private static WordList list(String name, WordList.Action action, List<String> words, List<String> rules) {
        return new WordList("default", "", "", name, action, words, rules, "1", 0);
    }

    /** Half of them begin as a word of the chat; so long that they are none of its words. */
    private static String latin(Random random, int i) {
        String[] words = ENGLISH.split("[ ,]+", -1);
        String word = words[random.nextInt(words.length)];
        String begin = i % 4 == 0 ? word.substring(0, 1 + random.nextInt(word.length())) : "";
        return begin + syllables(random, 4) + (i % 20 == 0 ? "*" : "");
    }

    private static String syllables(Random random, int count) {
        StringBuilder word = new StringBuilder();
        for (int i = 0; i < count; i++) {
            word.append("bcdfgklmnprst".charAt(random.nextInt(13))).append("aeiou".charAt(random.nextInt(5)));
        }
        return word.toString();
    }

    /** Half of them begin as two or three characters of the chat; none of the others is in it. */
    private static String chinese(Random random, int i) {
        StringBuilder word = new StringBuilder();
        if (i % 4 == 1) {
            int from = random.nextInt(CHINESE.length() - 3);
            word.append(CHINESE, from, from + 2 + random.nextInt(2));
        }
        for (int length = 2 + random.nextInt(2); length > 0; ) {
            char next = (char) (0x4e00 + random.nextInt(3_000));
            if (CHINESE.indexOf(next) < 0) {
                word.append(next);
                length--;
            }
        }
        return word.toString();
    }

    @Benchmark
    public WordFilter.Verdict english() {
        return filter.check(ENGLISH);
    }

    @Benchmark
    public WordFilter.Verdict chinese() {
        return filter.check(CHINESE);
    }

    @Benchmark
    public WordFilter.Verdict masked() {
        return filter.check(MASKED);
    }
}
