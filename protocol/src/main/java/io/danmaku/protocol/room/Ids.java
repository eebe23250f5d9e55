package io.danmaku.protocol.room;

import java.util.regex.Pattern;

/** The alphabets and lengths of identifiers that people and products choose. They end up in topic names and keys. */
public final class Ids {
    private static final Pattern TENANT = Pattern.compile("[a-z0-9-]{1,32}");
    private static final Pattern ROOM = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final Pattern USER = Pattern.compile("[A-Za-z0-9_.@-]{1,64}");
    private static final Pattern DEVICE = Pattern.compile("[A-Za-z0-9_.:-]{1,64}");
    private static final Pattern CID = Pattern.compile("[\\x21-\\x7e]{1,64}");
    private static final Pattern LIST = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final Pattern JOB = Pattern.compile("[A-Za-z0-9_.-]{1,64}");
    private static final Pattern MESSAGE = Pattern.compile("[A-Za-z0-9_-]{22}");
    private static final Pattern EPOCH = Pattern.compile("[a-z0-9]{1,16}");

    /** The tenant where a product has only one. */
    public static final String DEFAULT_TENANT = "default";

    private Ids() {}

    public static boolean isTenant(String id) {
        return id != null && TENANT.matcher(id).matches();
    }

    public static boolean isRoom(String id) {
        return id != null && ROOM.matcher(id).matches();
    }

    public static boolean isUser(String id) {
        return id != null && USER.matcher(id).matches();
    }

    /** What the product's backend calls a device. */
    public static boolean isDevice(String id) {
        return id != null && DEVICE.matcher(id).matches();
    }

    /** The id of a direct message: 16 bytes as base64url. */
    public static boolean isMessage(String id) {
        return id != null && MESSAGE.matcher(id).matches();
    }

    /** A client's id of a send: 1 to 64 printable ASCII characters without space. */
    public static boolean isCid(String id) {
        return id != null && CID.matcher(id).matches();
    }

    /** The name of a word list. */
    public static boolean isList(String name) {
        return name != null && LIST.matcher(name).matches();
    }

    /** What the product's backend calls a job. */
    public static boolean isJob(String id) {
        return id != null && JOB.matcher(id).matches();
    }

    public static boolean isEpoch(String id) {
        return id != null && EPOCH.matcher(id).matches();
    }

    /** Whether UTF-8 can carry a text: it has no half of a surrogate pair. */
    public static boolean isUnicode(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (i + 1 == text.length() || !Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1))) {
                    return false;
                }
                i++;
            }
        }
        return true;
    }
}
