package io.danmaku.bench.load;

/** What is sent, by delivery class. Every text carries a mark of its kind, the time at which it was meant to be sent, and its number. */
public enum Kind {
    /** BEST_EFFORT. */
    CHAT("chat", Kind.CHAT_MARK),
    /** RELIABLE: an event of the product's own, because clients cannot send the hub's {@code gift} yet. */
    GIFT("app", Kind.GIFT_MARK),
    /** LATEST: where something is, by key. */
    PLACE("state", Kind.PLACE_MARK);

    /** In front of the two numbers of a chat. */
    public static final String CHAT_MARK = "bench ";

    /** In front of those of a gift. */
    public static final String GIFT_MARK = "gift ";

    /** In front of those of a place. */
    public static final String PLACE_MARK = "place ";

    /** In front of the number of a place's key. */
    public static final String KEY_MARK = "k";

    private final String type;
    private final String mark;

    Kind(String type, String mark) {
        this.type = type;
        this.mark = mark;
    }

    /** The event's {@code t}. */
    public String type() {
        return type;
    }

    String mark() {
        return mark;
    }
}
