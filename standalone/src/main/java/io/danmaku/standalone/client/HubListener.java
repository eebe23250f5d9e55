package io.danmaku.standalone.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;

/** Hears what a client is told without having asked. Called on the client's event loop: must not block. */
public interface HubListener {

    /** @param auth the hub's answer to {@code auth} */
    default void connected(URI edge, JsonNode auth) {}

    default void disconnected(URI edge, String why) {}

    /** A room is joined, for the first time or again. */
    default void joined(String room, JsonNode ok) {}

    /** Events, checked by the room's {@link Coverage} before. */
    default void batch(String room, JsonNode batch) {}

    /** Offsets that are gone altogether. */
    default void gap(String room, long from, long to, String reason) {}

    default void stats(String room, JsonNode stats) {}

    /** The hub ended the watching of a room. */
    default void left(String room, String reason) {}

    /** The user is something else in the room from now on. */
    default void role(String room, String role) {}

    /** To moderators: a chat waits for one, or was answered. */
    default void held(String room, JsonNode held) {}

    /**
     * Direct messages were pushed, or synced ({@link ClientOptions#syncing}): then each is told once, and again when it was changed.
     *
     * @param messages an array of them
     */
    default void direct(JsonNode messages) {}

    /**
     * The user has hidden, cleared or blocked something, on whichever device. Of two of one kind about one peer the one with the higher {@code rev} counts; a client that
     * {@linkplain ClientOptions#syncing syncs} tells none that is older than one told before.
     */
    default void directNote(JsonNode note) {}

    /** @param mark {@code dmRead} or {@code dmDelivered}, as it was pushed */
    default void directMark(JsonNode mark) {}

    /** @param marks of a conversation, which have moved while no push told of it: what a sync's {@code marks} has. A higher one that was pushed meanwhile holds */
    default void directMarks(JsonNode marks) {}

    /**
     * All direct messages up to here were told.
     *
     * @param position to be kept, and given to {@link ClientOptions#syncing} next time
     */
    default void directSynced(String position) {}

    /** A peer types now; true for some seconds. */
    default void directTyping(String from) {}

    /** @param online an array of users looked at who are online now, or not any more */
    default void directOnline(JsonNode online) {}

    /** An error that answers no command, for example before the hub closes the connection. */
    default void error(Answer error) {}

    /** The hub broke its word: a frame did not cover what it had to. */
    default void violated(String room, String what) {}

    /** The client gave up and will not connect again. */
    default void ended(String why) {}
}
