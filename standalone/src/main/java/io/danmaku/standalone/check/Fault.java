package io.danmaku.standalone.check;

import java.util.Locale;

/**
 * A promise that was broken.
 *
 * @param rule name of the method of {@link Judge} that found it
 * @param user whose conversation
 * @param peer with whom, -1 where it is about none in particular
 * @param seq number of the message, 0 where it has none
 * @param mid of the message, empty where it has none
 * @param what in words
 */
record Fault(String rule, int user, int peer, long seq, String mid, String what) {
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s: %s%s%s: %s",
                rule,
                Plan.name(user) + (peer < 0 ? "" : " and " + Plan.name(peer)),
                seq > 0 ? ", seq " + seq : "",
                mid.isEmpty() ? "" : ", mid " + mid,
                what);
    }
}
