package io.danmaku.dm.account;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.json.Json;
import java.util.Locale;

/**
 * What a user has chosen.
 *
 * @param online who is told whether the user is online
 * @param writers who may write to the user, as it was last acknowledged; what is in force the log says: {@link Writers}
 * @param strangerMessages how many messages a stranger may send before an answer, 0 = as many as they like; {@link Writers#OPERATORS} = as the
 *     operator has it
 * @param atUs when one of them was last changed, in microseconds; 0 = never
 */
public record Settings(Online online, Writers.Allowed writers, int strangerMessages, long atUs) {
    public static final Settings DEFAULT = new Settings(Online.ALL, Writers.Allowed.ALL, Writers.OPERATORS, 0);

    /** Who is told whether a user is online. */
    public enum Online {
        ALL,
        /** Those whom the user has as a contact. */
        CONTACTS,
        NOBODY
    }

    /** After a change of some fields, which are of their form. */
    public Settings with(ObjectNode change, long changedAtUs) {
        return new Settings(
                change.has("online") ? online(change.get("online").textValue()) : online,
                change.has("writers") ? Writers.allowed(change.get("writers").textValue()) : writers,
                change.has("strangerMessages") ? change.get("strangerMessages").intValue() : strangerMessages,
                changedAtUs);
    }

    /** By its name on the wire. */
    public static Online online(String name) {
        return Online.valueOf(name.toUpperCase(Locale.ROOT));
    }

    /** As the user is told. */
    public ObjectNode toJson(int operatorsStrangerMessages) {
        return Json.object()
                .put("writers", writers.name().toLowerCase(Locale.ROOT))
                .put(
                        "strangerMessages",
                        strangerMessages == Writers.OPERATORS ? operatorsStrangerMessages : strangerMessages)
                .put("online", online.name().toLowerCase(Locale.ROOT));
    }
}
