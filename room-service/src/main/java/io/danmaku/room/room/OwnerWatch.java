package io.danmaku.room.room;

import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.net.ConnectException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Whether other instances answer their {@code /healthz}. One that does not, or not as itself, gives reason to ask the broker for its groups,
 * who grants them when its connection is gone. One that was silent several times in a row counts as hung: its connection may stand for
 * long, so it is thrown out.
 */
final class OwnerWatch {
    /** Looks in a row without an answer after which an instance counts as hung. */
    static final int HUNG_LOOKS = 2;

    private static final int OK = 200;

    private final HttpClient http;
    private final long timeoutMs;
    /** Looks without an answer since the last one with one. */
    private final Map<Owner, Integer> missed = new HashMap<>();

    private final Set<Owner> underWay = new HashSet<>();

    OwnerWatch(HttpClient http, long timeoutMs) {
        this.http = http;
        this.timeoutMs = timeoutMs;
    }

    /** True until a look has failed. */
    boolean answers(Owner owner) {
        return missed.getOrDefault(owner, 0) == 0;
    }

    /** Whether {@link #HUNG_LOOKS} and more looks in a row have failed. */
    boolean isHung(Owner owner) {
        return missed.getOrDefault(owner, 0) >= HUNG_LOOKS;
    }

    /** Looks at these instances, and forgets all others. */
    void look(Set<Owner> owners) {
        missed.keySet().retainAll(owners);
        for (Owner owner : owners) {
            if (!underWay.add(owner)) {
                continue; // after a standstill of this process all late ticks come at once: one look at a time
            }
            RequestOptions options = new RequestOptions()
                    .setMethod(HttpMethod.GET)
                    .setAbsoluteURI(owner.url() + "/healthz")
                    .setConnectTimeout(timeoutMs)
                    .setTimeout(timeoutMs)
                    .setIdleTimeout(timeoutMs);
            http.request(options)
                    .compose(request ->
                            request.send().compose(response -> response.body().map(body -> isFrom(owner, response))))
                    .onComplete((same, failure) -> {
                        underWay.remove(owner);
                        if (failure == null && same) {
                            missed.put(owner, 0);
                        } else if (failure instanceof ConnectException) {
                            // nobody listens: it has ended or is ending, and lets go by itself
                            missed.put(owner, 1);
                        } else {
                            missed.merge(owner, 1, Integer::sum);
                        }
                    });
        }
    }

    /** An address may have passed on to another instance. */
    private static boolean isFrom(Owner owner, HttpClientResponse response) {
        return response.statusCode() == OK && owner.instance().equals(response.getHeader(Owner.HEADER));
    }
}
