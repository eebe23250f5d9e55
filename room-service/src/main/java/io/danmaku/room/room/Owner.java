package io.danmaku.room.room;

/**
 * Who decides for a group of rooms; the value of {@code StateKeys.OWNER} in its state topic, written by each new owner
 * before anything else. It is an address, not a lock: the lock is the broker's exclusive producer.
 *
 * @param instance incarnation, as text
 * @param url where its HTTP is
 */
public record Owner(String instance, String url) {
    /** Header of every answer of an instance over HTTP: its incarnation. */
    public static final String HEADER = "Danmaku-Instance";
}
