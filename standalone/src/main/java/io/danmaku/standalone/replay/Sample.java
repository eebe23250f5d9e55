package io.danmaku.standalone.replay;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.zip.CRC32;

/**
 * Makes an archive as an audience would: a steady murmur, bursts in which everybody writes the same, a few who write a lot
 * and many who write once, emoji, CJK, and now and then a colour, another size, or a comment at the top or bottom. The same
 * seed makes the same file.
 */
final class Sample {
    private static final String[] BURSTS = {
        "哈哈哈哈哈", "666", "2333", "前方高能", "泪目", "名场面", "awsl", "???", "👏👏👏", "好家伙", "LOL", "草", "恭喜🎉", "GG", "wwwww"
    };
    private static final String[] OPENINGS = {
        "这个", "主播", "刚才那一下", "BGM", "画质", "后面", "弹幕", "the boss", "this part", "この曲", "오늘", "第一次看", "来晚了，"
    };
    private static final String[] MIDDLES = {
        "太好听了",
        "真的绝了",
        "有点东西",
        "怎么做到的",
        "笑死我了",
        "is so good",
        "got me",
        "かわいい",
        "대박",
        "我哭死",
        "名不虚传",
        "what happened here",
        "完全没想到"
    };
    private static final String[] ENDINGS = {
        "", "", "", "！", "……", "~", " 😂", " ❤️", " 👨‍👩‍👧‍👦", " 🇯🇵", "🐶", " (^_^)", "<3", " & more", " “高能”"
    };
    private static final int[] COLORS = {0xfe0302, 0xff7204, 0xffd302, 0x00cd00, 0x019899, 0x4266be, 0x89d5ff, 0xcc0273
    };
    private static final int WHITE = 0xffffff;
    private static final long EPOCH_S = 1_700_000_000L;
    /** Share of comments that belong to bursts. */
    private static final double IN_BURSTS = 0.45;

    private static final int COMMENTS_PER_BURST = 250;
    private static final double BURST_S = 6;

    private final Random random;
    private final int comments;
    private final double seconds;

    /** @param minutes length of the video */
    Sample(int comments, int minutes, long seed) {
        this.comments = comments;
        this.seconds = minutes * 60.0;
        random = new Random(seed);
    }

    private record Line(double atS, String text) {}

    /** Writes the archive as XML. */
    void write(Appendable out) throws IOException {
        out.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<i><chatserver>chat.bilibili.com</chatserver>")
                .append("<chatid>1</chatid><mission>0</mission><maxlimit>" + comments + "</maxlimit><state>0</state>")
                .append("<real_name>0</real_name><source>k-v</source>\n");
        long id = 1_400_000_000_000_000_000L;
        for (Line line : lines()) {
            out.append(String.format(
                            Locale.ROOT,
                            "<d p=\"%.5f,%d,%d,%d,%d,0,%s,%d,%d\">",
                            line.atS,
                            mode(),
                            size(),
                            color(),
                            EPOCH_S + random.nextInt(30 * 24 * 3600),
                            sender(),
                            id++,
                            1 + random.nextInt(10)))
                    .append(escaped(line.text))
                    .append("</d>\n");
        }
        out.append("</i>\n");
    }

    private List<Line> lines() {
        List<Line> lines = new ArrayList<>(comments);
        int inBursts = (int) (comments * IN_BURSTS);
        int bursts = Math.max(1, inBursts / COMMENTS_PER_BURST);
        for (int b = 0; b < bursts; b++) {
            double at = random.nextDouble() * Math.max(0, seconds - 2 * BURST_S);
            String shout = BURSTS[random.nextInt(BURSTS.length)];
            int size = inBursts / bursts + (b < inBursts % bursts ? 1 : 0);
            for (int i = 0; i < size; i++) {
                // most at once, then it dies away
                double after = Math.min(2 * BURST_S, -Math.log(1 - random.nextDouble()) * BURST_S / 3);
                lines.add(new Line(Math.min(seconds, at + after), random.nextInt(5) == 0 ? sentence() : shout));
            }
        }
        while (lines.size() < comments) {
            lines.add(new Line(random.nextDouble() * seconds, sentence()));
        }
        lines.sort(Comparator.comparingDouble(Line::atS));
        return lines;
    }

    private String sentence() {
        return OPENINGS[random.nextInt(OPENINGS.length)]
                + MIDDLES[random.nextInt(MIDDLES.length)]
                + ENDINGS[random.nextInt(ENDINGS.length)];
    }

    private int mode() {
        int dice = random.nextInt(100);
        return dice < 90 ? 1 : dice < 94 ? 5 : dice < 98 ? 4 : 6;
    }

    private int size() {
        int dice = random.nextInt(100);
        return dice < 92 ? 25 : dice < 97 ? 18 : 36;
    }

    private int color() {
        return random.nextInt(100) < 80 ? WHITE : COLORS[random.nextInt(COLORS.length)];
    }

    /** Few write much, many write little. */
    private String sender() {
        int users = Math.max(1, comments / 4);
        int user = (int) (users * Math.pow(random.nextDouble(), 2.5));
        CRC32 crc = new CRC32();
        crc.update(Integer.toString(10_000 + user).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        return Long.toHexString(crc.getValue());
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
