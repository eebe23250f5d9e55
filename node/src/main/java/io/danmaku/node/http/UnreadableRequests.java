package io.danmaku.node.http;

import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.json.Json;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;

/**
 * Answers what no route can look at with problem details, as everything else: a request whose first line or headers are too long, and what is no
 * HTTP. The connection ends with it.
 */
public final class UnreadableRequests implements Handler<HttpServerRequest> {
    /** Longest first line of a request, in bytes. */
    public static final int LINE_BYTES_MAX = 8 << 10;

    /** Most bytes of the headers of a request: a token alone may have 8 KiB. */
    public static final int HEADERS_BYTES_MAX = 16 << 10;

    /** The same of a service behind an edge, which adds some to the headers that it took. */
    public static final int FORWARDED_HEADERS_BYTES_MAX = HEADERS_BYTES_MAX + (4 << 10);

    /** So long the rest of the request is read and thrown away: bytes that nobody has read would reset the connection, and the answer with it. */
    private static final long REST_MS = 200;

    private final Vertx vertx;
    private final int headersBytesMax;

    /** @param headersBytesMax what the server takes */
    public UnreadableRequests(Vertx vertx, int headersBytesMax) {
        this.vertx = vertx;
        this.headersBytesMax = headersBytesMax;
    }

    @Override
    public void handle(HttpServerRequest request) {
        vertx.setTimer(REST_MS, read -> answer(request));
    }

    private void answer(HttpServerRequest request) {
        Throwable cause = request.decoderResult().cause();
        HttpResponseStatus status = HttpResponseStatus.BAD_REQUEST;
        Refusal refusal = Refusal.of(ErrorCode.BAD_COMMAND, "the request cannot be understood");
        if (cause instanceof TooLongHttpLineException) {
            status = HttpResponseStatus.REQUEST_URI_TOO_LONG;
            refusal = Refusal.of(ErrorCode.TOO_LONG, "the first line has more than " + LINE_BYTES_MAX + " bytes");
        } else if (cause instanceof TooLongHttpHeaderException) {
            status = HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE;
            refusal = Refusal.of(ErrorCode.TOO_LONG, "the headers have more than " + headersBytesMax + " bytes");
        }
        request.response()
                .setStatusCode(status.code())
                .putHeader("Content-Type", Problems.CONTENT_TYPE)
                .end(Buffer.buffer(Json.bytes(Problems.problem(refusal, status.code()))))
                .onComplete(sent -> request.connection().close());
    }
}
