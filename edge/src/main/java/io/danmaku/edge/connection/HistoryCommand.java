package io.danmaku.edge.connection;

import io.danmaku.edge.roomlog.HistoryPage;
import io.danmaku.edge.roomlog.HistoryRequest;
import io.danmaku.protocol.command.Command;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.room.Durability;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Carries out {@code history}: pages of a joined room's log. */
final class HistoryCommand {
    private static final long RETRY_MS = 1_000;
    /** What one command may look through: {@code limit} events may lie among many repeats. */
    private static final int PAGES_MAX = 4;

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
        m.room.history(HistoryRequest.below(history.before(), history.limit(), PAGES_MAX))
                .whenComplete((page, failure) -> connection.loop().eventLoop().execute(() -> {
                    span.end();
                    connection.history.end();
                    if (failure != null) {
                        connection.refuse(id, Refusal.retry(ErrorCode.UNAVAILABLE, "the room's log is away", RETRY_MS));
                    } else {
                        connection.reply(reply(id, page));
                    }
                }));
    }

    private static byte[] reply(long id, HistoryPage page) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(("{\"re\":" + id + ",\"ok\":{\"events\":").getBytes(StandardCharsets.US_ASCII));
        page.writeEvents(out);
        out.writeBytes("}}".getBytes(StandardCharsets.US_ASCII));
        return out.toByteArray();
    }
}
