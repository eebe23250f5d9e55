package io.danmaku.protocol.room;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/**
 * A room as room-service decided it; the value of a record in a state topic.
 *
 * @param epoch tells this room from an earlier one of the same id
 * @param open false once the room is over; a closed room keeps its record so that a join is answered truly
 * @param profile null in a record that an older room-service wrote: {@link RoomProfile#NONE}
 * @param pin what stands above the chat, perhaps until a time that has passed; null = nothing
 * @param version grows by one with every change of this room; of two records the one with the larger version holds
 * @param createdAtMs Unix time
 * @param owner user whose room it is, empty = nobody's
 * @param stream number of the stream that runs or, between two, of the next one, from 1: it grows when one ends
 * @param liveSinceMs Unix time at which the stream began, 0 = none runs
 * @param raid how far up its ladder against raids it is; null = nothing is on
 * @param end how the room ended, null while it is open
 */
public record RoomState(
        RoomKey key,
        String epoch,
        String title,
        Durability durability,
        boolean open,
        RoomPolicy policy,
        RoomProfile profile,
        Pin pin,
        long version,
        long createdAtMs,
        String owner,
        long stream,
        long liveSinceMs,
        Raid raid,
        End end) {

    /** How a room is over. */
    public enum End {
        /** Its record and its log are removed after a time. */
        @JsonProperty("closed")
        CLOSED,
        /** They are kept, and its history can be read, until the room is erased. */
        @JsonProperty("archived")
        ARCHIVED,
        /** There is no such room any more. The record says only that its epoch was used, to who was away. */
        @JsonProperty("erased")
        ERASED;

        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** What a room can be told to be; null for another name. */
        public static End ofWireName(String name) {
            return "closed".equals(name) ? CLOSED : "archived".equals(name) ? ARCHIVED : null;
        }
    }

    public RoomState {
        // a record that an older room-service wrote lacks some
        profile = profile == null ? RoomProfile.NONE : profile;
        owner = owner == null ? "" : owner;
        stream = Math.max(1, stream);
        end = open ? null : end == null ? End.CLOSED : end;
    }

    /** Nobody's room, of which nothing is shown, where nothing is pinned and no stream ran. */
    public RoomState(
            RoomKey key,
            String epoch,
            String title,
            Durability durability,
            boolean open,
            RoomPolicy policy,
            long version,
            long createdAtMs) {
        this(
                key,
                epoch,
                title,
                durability,
                open,
                policy,
                RoomProfile.NONE,
                null,
                version,
                createdAtMs,
                "",
                1,
                0,
                null,
                null);
    }

    /** The next version of it, with another pin, or (null) none. */
    public RoomState pinned(Pin now) {
        return new RoomState(
                key,
                epoch,
                title,
                durability,
                open,
                policy,
                profile,
                now,
                version + 1,
                createdAtMs,
                owner,
                stream,
                liveSinceMs,
                raid,
                end);
    }

    /** The next version of it, open still. */
    public RoomState changed(String nextTitle, RoomPolicy nextPolicy, RoomProfile nextProfile, long nowMs) {
        boolean ends = profile.live() && !nextProfile.live();
        boolean begins = !profile.live() && nextProfile.live();
        return new RoomState(
                key,
                epoch,
                nextTitle,
                durability,
                true,
                nextPolicy,
                nextProfile,
                pin,
                version + 1,
                createdAtMs,
                owner,
                ends ? stream + 1 : stream,
                ends ? 0 : begins ? nowMs : liveSinceMs,
                raid,
                null);
    }

    /** The next version of it, closed: with the room its stream ends. */
    public RoomState closed() {
        return ended(End.CLOSED);
    }

    /** The next version of it, erased: of what it was only the epoch is left. */
    public RoomState erased() {
        return new RoomState(
                key,
                epoch,
                key.room(),
                durability,
                false,
                RoomPolicy.DEFAULT,
                RoomProfile.NONE,
                null,
                version + 1,
                createdAtMs,
                "",
                1,
                0,
                null,
                End.ERASED);
    }

    /** The next version of it, over; with the room its stream ends. */
    public RoomState ended(End how) {
        return new RoomState(
                key,
                epoch,
                title,
                durability,
                false,
                policy,
                profile.withLive(false),
                pin,
                version + 1,
                createdAtMs,
                owner,
                profile.live() ? stream + 1 : stream,
                0,
                null,
                how);
    }

    /** The next version of it, at another step against a raid, or (null) at none. */
    public RoomState raided(Raid now) {
        return with(policy, now, version + 1);
    }

    /** This version of it as if no step against a raid stood. */
    public RoomState withoutRaid() {
        return with(policy, null, version);
    }

    /** This version of it with the rules that are in force: of this one the policy is what its host wants when there is no raid. */
    public RoomState inForce() {
        return raid == null || !raid.stands() ? this : with(policy.overlaid(raid.step()), raid, version);
    }

    private RoomState with(RoomPolicy itsPolicy, Raid itsRaid, long itsVersion) {
        return new RoomState(
                key,
                epoch,
                title,
                durability,
                open,
                itsPolicy,
                profile,
                pin,
                itsVersion,
                createdAtMs,
                owner,
                stream,
                liveSinceMs,
                itsRaid,
                end);
    }
}
