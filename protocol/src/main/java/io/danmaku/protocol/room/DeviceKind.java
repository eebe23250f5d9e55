package io.danmaku.protocol.room;

import java.util.Locale;

/** What a viewer's connection is on, as its client says. A closed list: it names a column of a room's numbers. */
public enum DeviceKind {
    WEB('w', 0),
    IOS('i', 1),
    ANDROID('a', 2),
    DESKTOP('d', 3),
    TV('t', 4),
    BOT('b', 5),
    /** Says nothing of it. */
    OTHER('o', 6);

    /** How many there are. */
    public static final int COUNT = values().length;

    private final char letter;
    private final int place;

    DeviceKind(char letter, int place) {
        this.letter = letter;
        this.place = place;
    }

    /** Where it is counted in an array, below {@link #COUNT}. */
    public int place() {
        return place;
    }

    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Stands for it where room is scarce. */
    public char letter() {
        return letter;
    }

    /** The kind of a wire name, or null. */
    public static DeviceKind ofWireName(String name) {
        for (DeviceKind kind : values()) {
            if (kind.wireName().equals(name)) {
                return kind;
            }
        }
        return null;
    }

    /** The kind of a letter, or null. */
    public static DeviceKind ofLetter(char letter) {
        for (DeviceKind kind : values()) {
            if (kind.letter == letter) {
                return kind;
            }
        }
        return null;
    }
}
