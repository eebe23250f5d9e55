package io.danmaku.protocol.room;

/**
 * What stands above a room's chat: a text, or an event of its log. Of an event only the place is kept and not what it says: what is
 * deleted must not live on in a pin.
 *
 * @param text a line of 1..{@link #TEXT_CHARS_MAX} characters; empty = an event is pinned
 * @param offset of the event, 0 = a text is pinned
 * @param user who sent the event, as who pinned it says; empty with a text
 * @param by user who decided
 * @param atMs Unix time
 * @param untilMs Unix time at which it is over by itself, {@link Sanction#FOREVER_MS} = never
 */
public record Pin(String text, long offset, String user, String by, long atMs, long untilMs) {
    /** In UTF-16 units. */
    public static final int TEXT_CHARS_MAX = 500;

    /** Longest time that a pin can be set for: a week. */
    public static final int SECONDS_MAX = 604_800;

    /** Whether it is not over. */
    public boolean holds(long nowMs) {
        return untilMs > nowMs;
    }

    /** Whether it is an event that a deletion takes out. */
    public boolean isOf(Deletion deletion) {
        return offset > 0 && deletion.covers(offset, user);
    }
}
