package io.danmaku.protocol.token;

import java.util.Map;

/**
 * What a token says of its bearer's account that is shown to nobody, and that rooms' rules may ask for.
 *
 * @param device what the product's backend calls the device that the token was made for, see {@code Ids.isDevice}; empty = it does not say
 * @param sinceS when the account was made, Unix time in seconds; 0 = the token does not say
 * @param follows rooms that the user follows, and since when, in Unix seconds: 0..{@link #SECOND_MAX}
 */
public record Account(String device, long sinceS, Map<String, Long> follows) {
    /** The latest second that a token can name, in the year 2286: of ten digits, so that who gives milliseconds is told so. */
    public static final long SECOND_MAX = 9_999_999_999L;

    /** Of which the token says nothing. */
    public static final Account UNKNOWN = new Account("", 0, Map.of());

    public Account {
        follows = Map.copyOf(follows);
    }

    /** On this device. */
    public Account on(String newDevice) {
        return new Account(newDevice, sinceS, follows);
    }

    /** Made at this second. */
    public Account since(long second) {
        return new Account(device, second, follows);
    }

    /** Following these rooms. */
    public Account following(Map<String, Long> rooms) {
        return new Account(device, sinceS, rooms);
    }
}
