package io.danmaku.bench.fanout;

import io.danmaku.bench.load.Stream;
import io.danmaku.bench.load.Texts;
import io.danmaku.bench.report.Figures;
import io.danmaku.bench.swarm.Habits;
import java.io.IOException;
import java.util.List;
import java.util.Locale;

/** Four passes, one after the other: Chinese and English chat, each to viewers who take it plain and to viewers who take it compressed. */
final class CompressionRun {
    private static final List<String> TOLD = List.of(
            "delivered, deliveries/s",
            "events a frame",
            "bytes a frame",
            "bytes a delivery",
            "frames that came compressed, %",
            "edge CPU, cores",
            "of it event loops",
            "of it broadcaster",
            "latency p50, ms",
            "latency p99, ms",
            "swarm CPU, cores");
    private static final List<String> COMPARED = List.of("bytes a delivery", "edge CPU, cores", "latency p99, ms");

    private CompressionRun() {}

    static Outcome run(Load load, Hub hub, List<String> rooms, String secret) throws IOException, InterruptedException {
        Outcome all = new Outcome();
        for (Texts texts : List.of(Texts.CHINESE, Texts.ENGLISH)) {
            Load spoken = load.withStreams(List.of(Stream.chat(load.rate(), texts)));
            String language = texts.name().charAt(0) + texts.name().substring(1).toLowerCase(Locale.ROOT);
            Figures plain = pass(all, language + ", plain: ", hub, spoken, false, rooms, secret);
            Figures compressed = pass(all, language + ", compressed: ", hub, spoken, true, rooms, secret);
            for (String figure : COMPARED) {
                all.figures()
                        .put(
                                language + ", compressed to plain: " + figure.replaceAll(",.*", ""),
                                compressed.get(figure) / plain.get(figure));
            }
        }
        all.figures().put("things that went wrong", all.wrong());
        return all;
    }

    private static Figures pass(
            Outcome all, String prefix, Hub hub, Load load, boolean deflate, List<String> rooms, String secret)
            throws IOException, InterruptedException {
        Habits habits = new Habits(0, List.of(), 0, 0, deflate);
        Outcome outcome = new Pass(hub, load, habits, Happening.NOTHING).run(rooms, secret);
        for (String figure : TOLD) {
            all.figures().put(prefix + figure, outcome.figures().get(figure));
        }
        all.include(outcome, prefix);
        return outcome.figures();
    }
}
