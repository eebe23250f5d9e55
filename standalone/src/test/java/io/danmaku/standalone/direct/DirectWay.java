package io.danmaku.standalone.direct;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.json.Json;
import io.danmaku.standalone.client.Answer;
import io.danmaku.standalone.system.Witness;
import java.net.URI;

/** How one user says things to another one: over a WebSocket or over HTTP. */
interface DirectWay {
    /** What was answered: what was done, or a code. */
    record Done(String code, JsonNode ok) {
        JsonNode taken() {
            assertEquals("", code, "taken");
            return ok;
        }
    }

    Done send(DirectClient to, ObjectNode message) throws Exception;

    Done edit(DirectClient peer, String mid, JsonNode body) throws Exception;

    Done react(DirectClient peer, String mid, String sign) throws Exception;

    Done recall(DirectClient peer, String mid) throws Exception;

    Done hide(DirectClient peer, String mid) throws Exception;

    Done clear(DirectClient peer, long seq) throws Exception;

    record OverWebSocket(Witness device) implements DirectWay {
        private Done ask(String op, String to, DirectClient peer, ObjectNode fields) {
            ObjectNode command = fields.deepCopy().put("op", op).put(to, peer.user());
            Answer answer = device.wait(device.client().request(command));
            return new Done(answer.code(), answer.ok());
        }

        private static ObjectNode about(String mid) {
            return Json.object().put("mid", mid);
        }

        @Override
        public Done send(DirectClient to, ObjectNode message) {
            return ask("dm.send", "to", to, message);
        }

        @Override
        public Done edit(DirectClient peer, String mid, JsonNode body) {
            return ask("dm.edit", "peer", peer, about(mid).set("body", body));
        }

        @Override
        public Done react(DirectClient peer, String mid, String sign) {
            return ask("dm.react", "peer", peer, about(mid).put("sign", sign));
        }

        @Override
        public Done recall(DirectClient peer, String mid) {
            return ask("dm.recall", "peer", peer, about(mid));
        }

        @Override
        public Done hide(DirectClient peer, String mid) {
            return ask("dm.hide", "peer", peer, about(mid));
        }

        @Override
        public Done clear(DirectClient peer, long seq) {
            return ask("dm.clear", "peer", peer, Json.object().put("seq", seq));
        }
    }

    record OverHttp(DirectClient user, URI at) implements DirectWay {
        private Done ask(String method, DirectClient peer, String path, ObjectNode body) throws Exception {
            DirectClient.Answer answer = user.ask(method, at, "/api/dm/" + peer.user() + path, body);
            return new Done(answer.status() / 100 == 2 ? "" : answer.code(), answer.body());
        }

        @Override
        public Done send(DirectClient to, ObjectNode message) throws Exception {
            return ask("POST", to, "/messages", message);
        }

        @Override
        public Done edit(DirectClient peer, String mid, JsonNode body) throws Exception {
            return ask("PATCH", peer, "/messages/" + mid, Json.object().set("body", body));
        }

        @Override
        public Done react(DirectClient peer, String mid, String sign) throws Exception {
            return ask(
                    "PUT", peer, "/messages/" + mid + "/reaction", Json.object().put("sign", sign));
        }

        @Override
        public Done recall(DirectClient peer, String mid) throws Exception {
            return ask("DELETE", peer, "/messages/" + mid, null);
        }

        @Override
        public Done hide(DirectClient peer, String mid) throws Exception {
            return ask("PUT", peer, "/messages/" + mid + "/hidden", null);
        }

        @Override
        public Done clear(DirectClient peer, long seq) throws Exception {
            return ask("POST", peer, "/clear", Json.object().put("seq", seq));
        }
    }
}
