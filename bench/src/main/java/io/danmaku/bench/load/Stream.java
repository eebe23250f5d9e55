package io.danmaku.bench.load;

/**
 * Messages of one kind, sent over all rooms of a load.
 *
 * @param rate messages a second, over all rooms together
 * @param burst so many at once, 1: evenly
 * @param keys of {@link Kind#PLACE}: keys in each room, else 0
 * @param byViewers sent by users without a role, whom a room's budget samples and an edge lets send 5 a second each; else by one with the
 *     role of a host, who is never sampled
 * @param texts of {@link Kind#CHAT}
 */
public record Stream(Kind kind, int rate, int burst, int keys, boolean byViewers, Texts texts) {

    /** Chat that no budget samples, as one sender's. */
    public static Stream chat(int rate) {
        return new Stream(Kind.CHAT, rate, 1, 0, false, Texts.PLAIN);
    }

    /** Chat as people write it, by people. */
    public static Stream chat(int rate, Texts texts) {
        return new Stream(Kind.CHAT, rate, 1, 0, true, texts);
    }

    /** RELIABLE events, so many at a time. */
    public static Stream gifts(int rate, int burst) {
        return new Stream(Kind.GIFT, rate, burst, 0, false, Texts.PLAIN);
    }

    /** Each of so many keys once a second, in one room. */
    public static Stream places(int keys) {
        return new Stream(Kind.PLACE, keys, 1, keys, false, Texts.PLAIN);
    }

    /** As this, at another rate; of places as many keys. */
    public Stream withRate(int other) {
        return new Stream(kind, other, burst, keys > 0 ? other : 0, byViewers, texts);
    }

    /** For the report. */
    public String describe() {
        return rate + " " + kind.type() + "/s" + (burst > 1 ? " in bursts of " + burst : "")
                + (keys > 0 ? " of " + keys + " keys" : "") + (byViewers ? " by viewers" : "")
                + (texts == Texts.PLAIN ? "" : " in " + texts.toString().toLowerCase(java.util.Locale.ROOT));
    }
}
