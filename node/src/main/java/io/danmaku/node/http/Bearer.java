package io.danmaku.node.http;

import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.token.Claims;
import io.danmaku.protocol.token.Tokens;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;

/** Lets a request on only with a valid token in {@code Authorization: Bearer}. */
public final class Bearer implements Handler<RoutingContext> {
    private static final String CLAIMS = Claims.class.getName();
    private static final String SCHEME = "Bearer ";

    private final Tokens tokens;

    public Bearer(Tokens tokens) {
        this.tokens = tokens;
    }

    @Override
    public void handle(RoutingContext context) {
        String header = context.request().getHeader("Authorization");
        if (header == null || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            Problems.send(
                    context, Refusal.of(ErrorCode.UNAUTHENTICATED, "Authorization: Bearer and a token are missing"));
            return;
        }
        Tokens.Checked checked = tokens.verify(header.substring(SCHEME.length()).trim());
        if (checked.refusal() != null) {
            Problems.send(context, checked.refusal());
            return;
        }
        context.put(CLAIMS, checked.claims());
        context.next();
    }

    /** Who asks; only behind this handler. */
    public static Claims claims(RoutingContext context) {
        return context.get(CLAIMS);
    }
}
