package io.danmaku.edge.direct;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.Delivery;
import io.danmaku.protocol.log.DirectMessage;
import java.nio.charset.StandardCharsets;

/** What became of a command. */
public sealed interface Outcome {
    /** How long a client should wait where nothing better is known. */
    long RETRY_MS = 1_000;

    /** It is done; the {@code ok} of the reply. */
    record Done(ObjectNode ok) implements Outcome {}

    record Refused(Refusal refusal) implements Outcome {}

    static Outcome refused(ErrorCode code, String message) {
        return new Refused(Refusal.retry(code, message, RETRY_MS));
    }

    /** Of a {@link Delivery.Kind#RESULT}. */
    static Outcome of(Delivery result) {
        if (result.refusal() != null) {
            return new Refused(result.refusal());
        }
        if (result.change() != null) {
            return new Done(Json.read(result.change().getBytes(StandardCharsets.UTF_8), ObjectNode.class));
        }
        ObjectNode ok = Json.object();
        DirectMessage message = result.message();
        if (message == null) {
            return new Done(ok.put("seq", result.readSeq()));
        }
        ok.put("mid", message.mid()).put("seq", message.seq()).put("ts", message.tsMs());
        return new Done(
                message.revision().number() == 0
                        ? ok
                        : ok.put("rev", message.revision().number()));
    }
}
