package io.danmaku.node.http;

import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.token.ApiKey;
import io.danmaku.protocol.token.Claims;
import io.danmaku.protocol.token.KeyScope;
import io.danmaku.protocol.token.Tokens;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;

/** Lets a request on only with a valid token, or where keys are known a key that holds, in {@code Authorization: Bearer}. */
public final class Bearer implements Handler<RoutingContext> {
    private static final String CLAIMS = Claims.class.getName();
    private static final String KEY = ApiKey.class.getName();
    private static final String SCHEME = "Bearer ";
    private static final long RETRY_MS = 1_000;

    /** The API keys of all tenants. */
    public interface Keys {
        /** The key of an id, also one that does not hold any more, or null. */
        ApiKey key(String id);

        /** Whether a key that is not known here is none. */
        boolean knowsAllKeys();
    }

    private final Tokens tokens;
    private final Keys keys;

    /** Takes tokens alone: to it a key is a bad token. */
    public Bearer(Tokens tokens) {
        this(tokens, null);
    }

    /** Takes keys too; each route has to say for which of them it is, by {@link #within}. */
    public Bearer(Tokens tokens, Keys keys) {
        this.tokens = tokens;
        this.keys = keys;
    }

    @Override
    public void handle(RoutingContext context) {
        String header = context.request().getHeader("Authorization");
        if (header == null || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            Problems.send(
                    context, Refusal.of(ErrorCode.UNAUTHENTICATED, "Authorization: Bearer and a token are missing"));
            return;
        }
        String credential = header.substring(SCHEME.length()).trim();
        if (keys != null && ApiKey.isMeant(credential)) {
            byKey(context, credential);
            return;
        }
        Tokens.Checked checked = tokens.verify(credential);
        if (checked.refusal() != null) {
            Problems.send(context, checked.refusal());
            return;
        }
        context.put(CLAIMS, checked.claims());
        context.next();
    }

    private void byKey(RoutingContext context, String credential) {
        ApiKey.Presented presented = ApiKey.Presented.of(credential);
        ApiKey key = presented == null ? null : keys.key(presented.id());
        Refusal refusal = refusal(presented, key, System.currentTimeMillis());
        if (refusal != null) {
            Problems.send(context, refusal);
            return;
        }
        // who it is, only a route that is for keys says: one that forgot to has nobody
        context.put(KEY, key);
        context.next();
    }

    private Refusal refusal(ApiKey.Presented presented, ApiKey key, long nowMs) {
        if (presented != null && key == null && !keys.knowsAllKeys()) {
            return Refusal.retry(ErrorCode.UNAVAILABLE, "not all keys are read here yet", RETRY_MS);
        }
        if (key == null || !key.isOpenedBy(presented.secret())) {
            return Refusal.of(ErrorCode.BAD_TOKEN, "the key is not valid here");
        }
        if (key.revoked()) {
            return Refusal.of(ErrorCode.BAD_TOKEN, "the key was revoked");
        }
        return key.holds(nowMs) ? null : Refusal.of(ErrorCode.TOKEN_EXPIRED, "the key has expired");
    }

    /**
     * Behind a bearer: lets a key on only when it has this scope. Tokens are not asked.
     *
     * @param scope null = no key is let on
     */
    public static Handler<RoutingContext> within(KeyScope scope) {
        return context -> {
            ApiKey key = context.get(KEY);
            if (key == null) {
                context.next();
            } else if (scope != null && key.scopes().contains(scope)) {
                context.put(CLAIMS, key.claims());
                context.next();
            } else {
                String wanted = scope == null
                        ? "this is not for keys: ask with a token"
                        : "the key lacks the scope " + scope.wireName();
                Problems.send(context, Refusal.of(ErrorCode.FORBIDDEN, wanted));
            }
        };
    }

    /** Who asks; only behind this handler. */
    public static Claims claims(RoutingContext context) {
        return context.get(CLAIMS);
    }

    /** Who asks, also by a key that the route may turn out not to be for; only behind this handler. */
    static Claims asker(RoutingContext context) {
        ApiKey key = context.get(KEY);
        return key == null ? claims(context) : key.claims();
    }
}
