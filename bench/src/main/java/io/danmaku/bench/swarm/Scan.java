package io.danmaku.bench.swarm;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** A place in bytes, and what is read from there on. Kept from frame to frame, so that reading makes no objects. One thread. */
final class Scan {
    private ByteBuf bytes;
    private int at;
    private int end;

    Scan of(ByteBuf source, int from, int to) {
        bytes = source;
        at = from;
        end = to;
        return this;
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    int at() {
        return at;
    }

    void to(int place) {
        at = place;
    }

    /** Steps over the text when it stands here. */
    boolean take(byte[] text) {
        if (end - at < text.length) {
            return false;
        }
        for (int i = 0; i < text.length; i++) {
            if (bytes.getByte(at + i) != text[i]) {
                return false;
            }
        }
        at += text.length;
        return true;
    }

    /** The number that stands here, or -1 when none does. */
    long number() {
        long number = -1;
        for (; at < end; at++) {
            int digit = bytes.getByte(at) - '0';
            if (digit < 0 || digit > 9) {
                break;
            }
            number = Math.max(0, number) * 10 + digit;
        }
        return number;
    }

    /** Goes to the next such byte from here on. */
    boolean find(char wanted) {
        int found = bytes.indexOf(at, end, (byte) wanted);
        at = found < 0 ? end : found;
        return found >= 0;
    }

    /** Goes to the last such byte before the end. */
    boolean findLast(char wanted) {
        for (int i = end - 1; i >= at; i--) {
            if (bytes.getByte(i) == wanted) {
                at = i;
                return true;
            }
        }
        return false;
    }

    void skip() {
        at++;
    }

    /** Whether these are the last bytes. */
    boolean endsWith(byte[] text) {
        int from = end - text.length;
        if (from < at) {
            return false;
        }
        for (int i = 0; i < text.length; i++) {
            if (bytes.getByte(from + i) != text[i]) {
                return false;
            }
        }
        return true;
    }
}
