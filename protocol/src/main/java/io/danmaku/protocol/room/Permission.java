package io.danmaku.protocol.room;

import java.util.Locale;

/** What can be done in a room, and the weakest role that may. docs/protocol.md shows it as a table, which a test compares with this. */
public enum Permission {
    /** Join, read and ask for history, where no ban forbids it; guests where the policy's {@code guests} is on. */
    READ(Role.GUEST),
    /** Send {@code chat} and {@code like}, where the policy's {@code whoMaySend} does not ask for more. */
    CHAT(Role.VIEWER),
    /** Send {@code chat} in a busy room without regard to slow mode, and be told of to everybody whatever the room's budget. */
    SPEAK_FREELY(Role.MODERATOR),
    /** Send {@code announce}, {@code state} and {@code app}. */
    ANNOUNCE(Role.MODERATOR),
    /** Mute, ban, shadow ban and kick who has a lower role, and lift that. */
    SANCTION(Role.MODERATOR),
    /** Take events out of the log: one, all of a user, all. */
    DELETE(Role.MODERATOR),
    /** Pin a text or an event above the chat, and take it down. */
    PIN(Role.MODERATOR),
    /** See chats that are held, and approve or deny them. */
    REVIEW(Role.MODERATOR),
    /** Ask who watches, and read the reports of streams. */
    SEE_VIEWERS(Role.MODERATOR),
    /** Change title and policy, close the room. */
    GOVERN(Role.HOST),
    /** Give and take roles that are lower than one's own. */
    APPOINT(Role.HOST);

    private final Role weakest;

    Permission(Role weakest) {
        this.weakest = weakest;
    }

    public Role weakest() {
        return weakest;
    }

    /** As it stands in the table of the documentation. */
    public String docName() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
