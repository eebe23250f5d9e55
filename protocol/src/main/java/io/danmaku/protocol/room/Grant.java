package io.danmaku.protocol.room;

/**
 * A role that was given to a user in a room; the value of a record in a state topic. It holds beside the roles of the user's token: the
 * higher one counts.
 *
 * @param epoch the room's epoch it was given in; a re-created room starts without it
 * @param role {@code VIEWER} = taken again: a reader that was away during compaction may never see a deletion
 * @param by user who decided
 * @param atMs Unix time
 */
public record Grant(RoomKey room, String epoch, String user, Role role, String by, long atMs) {}
