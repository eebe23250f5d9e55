package io.danmaku.protocol.room;

import java.util.Locale;

/**
 * That a chat waits for a moderator. It stands in the chat's record in the room's log, so that all readers leave it out alike.
 *
 * @param why what held it back
 * @param untilMs Unix time at which it is over: then nobody can approve it any more
 */
public record Hold(Why why, long untilMs) {
    /** What held a chat back; where several did, the first of these. The code travels between nodes: none is ever used again. */
    public enum Why {
        /** A word list. */
        WORDS(0),
        /** The policy's {@code links}. */
        LINKS(1),
        /** The policy's {@code holdAll}. */
        ALL(2),
        /** The product's own service, or that it could not be asked. */
        CHECK(3);

        private static final Why[] BY_CODE = values();
        private final byte code;

        Why(int code) {
            this.code = (byte) code;
        }

        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** The number that stands for it in records between nodes. */
        public byte code() {
            return code;
        }

        /** The reason of a code, or null when this version does not know it. */
        public static Why ofCode(byte code) {
            return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
        }
    }

    /** A hold that begins now, for as long as the room's policy says. */
    public static Hold of(Why why, RoomPolicy policy, long nowMs) {
        return new Hold(why, nowMs + policy.heldMinutes() * 60_000L);
    }

    public boolean over(long nowMs) {
        return nowMs >= untilMs;
    }
}
