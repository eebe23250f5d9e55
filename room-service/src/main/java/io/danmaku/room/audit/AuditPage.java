package io.danmaku.room.audit;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.json.Json;
import io.danmaku.room.room.Act;
import java.util.List;

/**
 * Some of the acts that were asked for.
 *
 * @param acts the oldest first
 * @param more whether there may be others
 * @param next where to go on: {@code after} or {@code before}, as it was asked for
 */
public record AuditPage(List<Entry> acts, boolean up, boolean more, long next) {

    /**
     * An act.
     *
     * @param number rises with time
     * @param atMs broker's time
     * @param what of an act of many kinds the kind: {@code mute}, {@code moderator}; empty = it has none
     */
    public record Entry(long number, long atMs, Act act, String what) {}

    public AuditPage {
        acts = List.copyOf(acts);
    }

    /**
     * Adds the page to what it is a page of.
     *
     * @param addresses whether who asks may see from where acts were asked for
     */
    public ObjectNode addTo(ObjectNode answer, boolean addresses) {
        ArrayNode array = answer.putArray("acts");
        for (Entry entry : acts) {
            array.add(json(entry, addresses));
        }
        answer.put("more", more).putObject("next").put(up ? "after" : "before", next);
        return answer;
    }

    private static ObjectNode json(Entry entry, boolean addresses) {
        Act act = entry.act;
        ObjectNode json = Json.object()
                .put("n", entry.number)
                .put("at", entry.atMs)
                .put("action", act.action())
                .put("what", orNull(entry.what))
                .put("by", orNull(act.by()))
                .put("admin", act.admin())
                .put("target", orNull(act.target()))
                .put("reason", orNull(act.reason()));
        return addresses ? json.put("address", orNull(act.address())) : json;
    }

    private static String orNull(String text) {
        return text.isEmpty() ? null : text;
    }
}
