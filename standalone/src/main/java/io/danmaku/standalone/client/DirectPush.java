package io.danmaku.standalone.client;

import com.fasterxml.jackson.databind.JsonNode;

/** What a client is told of direct messages without having asked. */
final class DirectPush {
    private DirectPush() {}

    /** Tells the listener, where the push is one of direct messages. */
    static void tell(JsonNode said, HubListener listener) {
        if (said.has("dm")) {
            listener.direct(said.get("dm"));
        } else if (said.has("dmNote")) {
            listener.directNote(said.get("dmNote"));
        } else if (said.has("dmRead") || said.has("dmDelivered")) {
            listener.directMark(said);
        } else if (said.has("dmTyping")) {
            listener.directTyping(said.get("dmTyping").path("from").asText());
        } else if (said.has("dmOnline")) {
            listener.directOnline(said.get("dmOnline"));
        }
    }
}
