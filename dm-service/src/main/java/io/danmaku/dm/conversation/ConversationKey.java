package io.danmaku.dm.conversation;

import io.danmaku.protocol.log.DirectRecord;

/**
 * Two users of a tenant who talk to each other, the same from both sides.
 *
 * @param low the user whose id sorts first
 * @param high the other one
 */
public record ConversationKey(String tenant, String low, String high) {

    public static ConversationKey of(String tenant, String a, String b) {
        return a.compareTo(b) <= 0 ? new ConversationKey(tenant, a, b) : new ConversationKey(tenant, b, a);
    }

    /** The settings of a user, which go through each partition like a conversation with nobody. */
    public static ConversationKey ofSettings(String tenant, String user) {
        return of(tenant, user, "");
    }

    public static ConversationKey of(DirectRecord record) {
        return of(record.tenant(), record.from(), record.to());
    }
}
