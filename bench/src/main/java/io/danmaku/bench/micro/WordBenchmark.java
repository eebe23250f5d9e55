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
import org.openjdk.jmh.annotations.State;

/** A chat of 40 characters, in English and in Chinese, looked through for many terms, none of which it has. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class WordBenchmark {
    private static final int LIST_TERMS = 10_000;

    @Param({"1000", "100000"})
    private int terms;

    private WordFilter filter;

    /** Pronounceable words, and pairs and triples of frequent Chinese characters: they share prefixes as real lists do. */
    @org.openjdk.jmh.annotations.Setup
    public void build() {
        Random random = new Random(1);
        List<WordList> lists = new ArrayList<>();
        for (int first = 0; first < terms; first += LIST_TERMS) {
            List<String> words = new ArrayList<>();
            for (int i = first; i < Math.min(terms, first + LIST_TERMS); i++) {
                words.add(i % 2 == 0 ? latin(random) : chinese(random));
            }
            lists.add(new WordList("default", "", "", "l" + first, WordList.Action.REFUSE, words, List.of(), "1", 0));
        }
        filter = new WordFilter(lists);
    }

    private static String latin(Random random) {
        StringBuilder word = new StringBuilder("q");
        for (int i = 0; i < 4; i++) {
            word.append("bcdfgklmnprst".charAt(random.nextInt(13))).append("aeiou".charAt(random.nextInt(5)));
        }
        return word.toString();
    }

    private static String chinese(Random random) {
        StringBuilder word = new StringBuilder();
        for (int i = 0; i < 3 + random.nextInt(2); i++) {
            word.append((char) (0x4e00 + random.nextInt(3_000)));
        }
        return word.toString();
    }

    @Benchmark
    public WordFilter.Verdict english() {
        return filter.check("that last fight was so close, well played");
    }

    @Benchmark
    public WordFilter.Verdict chinese() {
        return filter.check("主播这波操作太厉害了我看得目瞪口呆今天真的是来对了明天还要来看直播啊大家晚安再见");
    }
}
