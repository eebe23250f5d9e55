package io.danmaku.dm.account;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.json.Json;
import java.nio.charset.StandardCharsets;

/**
 * What a user says of another one; the other one is not told.
 *
 * @param contact the other one is a contact
 * @param follow the other one is followed
 * @param accepted the other one may go on writing, stranger or not
 * @param pinned the conversation is shown above the others
 * @param muted the conversation makes no noise
 * @param remark the other one's name here, empty = none
 */
public record Relation(
        boolean contact, boolean follow, boolean accepted, boolean pinned, boolean muted, String remark) {
    public static final Relation NONE = new Relation(false, false, false, false, false, "");

    /** Whether the other one is no stranger. */
    public boolean knows() {
        return contact || follow || accepted;
    }

    /** After a change of some fields, which are of their form. */
    public Relation with(ObjectNode change) {
        return new Relation(
                flag(change, "contact", contact),
                flag(change, "follow", follow),
                flag(change, "accepted", accepted),
                flag(change, "pinned", pinned),
                flag(change, "muted", muted),
                change.has("remark") ? change.get("remark").textValue() : remark);
    }

    private static boolean flag(ObjectNode change, String name, boolean before) {
        return change.has(name) ? change.get(name).booleanValue() : before;
    }

    /** As it is told. */
    public ObjectNode toJson() {
        return Json.MAPPER.valueToTree(this);
    }

    /** As it is kept. */
    public String text() {
        return new String(Json.bytes(this), StandardCharsets.UTF_8);
    }

    /** @param text of {@link #text()}, or null where there is none */
    public static Relation of(String text) {
        return text == null ? NONE : Json.read(text.getBytes(StandardCharsets.UTF_8), Relation.class);
    }
}
