package io.danmaku.protocol.json;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.room.Pin;
import io.danmaku.protocol.room.Sanction;

/** A room's pin as clients are told it. */
public final class PinJson {
    private PinJson() {}

    public static ObjectNode of(Pin pin) {
        ObjectNode json = Json.object();
        if (pin.offset() > 0) {
            json.put("o", pin.offset()).put("user", pin.user());
        } else {
            json.put("text", pin.text());
        }
        Long until = pin.untilMs() == Sanction.FOREVER_MS ? null : Long.valueOf(pin.untilMs());
        return json.put("by", pin.by()).put("at", pin.atMs()).put("until", until);
    }

    /** The {@code d} of the event that there is no pin any more. */
    public static ObjectNode lifted() {
        return Json.object().put("lifted", true);
    }
}
