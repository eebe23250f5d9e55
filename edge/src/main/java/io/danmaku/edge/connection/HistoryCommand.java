package io.danmaku.edge.connection;

import io.danmaku.protocol.command.Command;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.room.Durability;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Carries out {@code history}: pages of a joined room's log. */
final class HistoryCommand {
    private static final long RETRY_MS = 1_000;

    private final Tracer tracer;

    HistoryCommand(Tracer tracer) {
        this.tracer = tracer;
    }

    void carryOut(Connection connection, long id, Command.History history) {
        Membership m = connection.rooms().get(history.room());
        if (m == null || m.viewer == null) {
            connection.refuse(id, Commands.notJoined());
            return;
        }
        if (m.room.live().durability() == Durability.EPHEMERAL) {
            connection.refuse(id, Refusal.of(ErrorCode.UNSUPPORTED, "an ephemeral room has no history"));
            return;
        }
        if (m.room.busy() || !connection.history.begin()) {
            connection.refuse(id, Refusal.retry(ErrorCode.BUSY, "too many read history at a time", RETRY_MS));
            return;
        }
        Span span = tracer.spanBuilder("room.history")
                .setAttribute("room", m.room.live().key().toString())
                .startSpan();
        m.room.history(history.before(), history.limit())
                .whenComplete((events, failure) -> connection.loop().eventLoop().execute(() -> {
                    span.end();
                    connection.history.end();
                    if (failure != null) {
                        connection.refuse(id, Refusal.retry(ErrorCode.UNAVAILABLE, "the room's log is away", RETRY_MS));
                    } else {
                        connection.reply(reply(id, events));
                    }
                }));
    }

    private static byte[] reply(long id, List<byte[]> events) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(("{\"re\":" + id + ",\"ok\":{\"events\":[").getBytes(StandardCharsets.US_ASCII));
        for (int i = 0; i < events.size(); i++) {
            if (i > 0) {
                out.write(',');
            }
            out.writeBytes(events.get(i));
        }
        out.writeBytes("]}}".getBytes(StandardCharsets.US_ASCII));
        return out.toByteArray();
    }
}
