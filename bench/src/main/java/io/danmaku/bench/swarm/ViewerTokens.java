package io.danmaku.bench.swarm;

import io.danmaku.protocol.room.Ids;
import io.danmaku.protocol.token.Claims;
import io.danmaku.protocol.token.Tokens;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Tokens of viewers without a role, valid for longer than any run. */
final class ViewerTokens {
    private static final long VALID_MS = 24 * 3_600_000L;

    private ViewerTokens() {}

    /** @param secret the hub's */
    static List<String> of(String secret, int viewers) {
        Tokens signer = new Tokens(secret);
        long expiresAtMs = System.currentTimeMillis() + VALID_MS;
        List<String> tokens = new ArrayList<>(viewers);
        for (int i = 0; i < viewers; i++) {
            String user = "viewer" + i;
            tokens.add(signer.sign(new Claims(user, user, Ids.DEFAULT_TENANT, Map.of(), false, expiresAtMs)));
        }
        return tokens;
    }
}
