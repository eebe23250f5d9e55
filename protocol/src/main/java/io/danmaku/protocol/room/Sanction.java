package io.danmaku.protocol.room;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/**
 * What somebody may not do in a room, or in all rooms of an owner; the value of a record in a state topic. It is about a user, a device or
 * addresses: exactly one of the three is not null.
 *
 * @param room one room, or ({@link RoomKey#ownedBy}) all of an owner
 * @param epoch the room's epoch it was spoken in; a re-created room starts without it. Empty for all rooms of an owner
 * @param device what tokens call it
 * @param address one, or a range of them (CIDR), in the one way that it is written
 * @param untilMs Unix time in milliseconds at which it ends by itself, {@link #FOREVER_MS} = never
 * @param stream number of the room's stream with which it ends; 0 = with none
 * @param by user who decided
 */
public record Sanction(
        String id,
        RoomKey room,
        String epoch,
        String user,
        String device,
        String address,
        Kind kind,
        String reason,
        String by,
        long atMs,
        long untilMs,
        long stream) {

    /** The last millisecond of the year 9999: every reader of JSON can carry it. */
    public static final long FOREVER_MS = 253_402_300_799_999L;

    /** What is forbidden. One of each holds for a target at a time. */
    public enum Kind {
        /** To send. */
        @JsonProperty("mute")
        MUTE,
        /** To be in the room: who is there leaves. */
        @JsonProperty("ban")
        BAN,
        /** To be heard: what the user sends is acknowledged and appended, and nobody is shown it. The user is not told. */
        @JsonProperty("shadow")
        SHADOW,
        /** To be in the room for {@link #KICK_SECONDS}: who is there leaves, and may come back. */
        @JsonProperty("kick")
        KICK;

        /** Made once: every look-up has it in its key. */
        private final String wireName = name().toLowerCase(Locale.ROOT);

        public String wireName() {
            return wireName;
        }

        /** Whether it keeps out of the room. */
        public boolean excludes() {
            return this == BAN || this == KICK;
        }

        /** The kind of a wire name, or null. */
        public static Kind ofWireName(String name) {
            for (Kind k : values()) {
                if (k.wireName().equals(name)) {
                    return k;
                }
            }
            return null;
        }
    }

    /** How long who was kicked stays out. */
    public static final int KICK_SECONDS = 10;

    private static final String DEVICE = "device:";
    private static final String ADDRESS = "address:";

    public Sanction {
        if ((user == null ? 0 : 1) + (device == null ? 0 : 1) + (address == null ? 0 : 1) != 1) {
            throw new IllegalArgumentException("a sanction is about a user, a device or addresses");
        }
    }

    /** Of a user in one room, whatever becomes of its stream. */
    public Sanction(
            String id,
            RoomKey room,
            String epoch,
            String user,
            Kind kind,
            String reason,
            String by,
            long atMs,
            long untilMs) {
        this(id, room, epoch, user, null, null, kind, reason, by, atMs, untilMs, 0);
    }

    /** Whom it is about in one text: a user's id, or {@code device:} or {@code address:} and which, because no user's id has a colon. */
    public String target() {
        return target(user, device, address);
    }

    /** The same of one that is not spoken yet; two of the three are null. */
    public static String target(String user, String device, String address) {
        if (user != null) {
            return user;
        }
        return device != null ? ofDevice(device) : ADDRESS + address;
    }

    /** The target of a device. */
    public static String ofDevice(String device) {
        return DEVICE + device;
    }

    /** Whether it holds at a time in its room, or in a room of its owner. */
    public boolean holds(RoomState in, long nowMs) {
        return untilMs > nowMs
                && (room.namesOwner() || (epoch.equals(in.epoch()) && (stream == 0 || stream == in.stream())));
    }

    /** The same with an end before its begin: no clock can be so wrong that it goes on. */
    public Sanction lifted() {
        return new Sanction(id, room, epoch, user, device, address, kind, reason, by, atMs, 0, stream);
    }
}
