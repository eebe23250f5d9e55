package io.danmaku.room.room;

import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Whether other instances answer their {@code /healthz}. One that does not, or not as itself, gives reason to ask the broker for its groups;
 * it decides nothing: the broker grants a group only when its owner's connection is gone.
 */
final class OwnerWatch {
    private static final int OK = 200;

    private final HttpClient http;
    private final long timeoutMs;
    private final Map<Owner, Boolean> answered = new HashMap<>();

    OwnerWatch(HttpClient http, long timeoutMs) {
        this.http = http;
        this.timeoutMs = timeoutMs;
    }

    /** True until a look has failed. */
    boolean answers(Owner owner) {
        return answered.getOrDefault(owner, true);
    }

    /** Looks at these instances, and forgets all others. */
    void look(Set<Owner> owners) {
        answered.keySet().retainAll(owners);
        for (Owner owner : owners) {
            RequestOptions options = new RequestOptions()
                    .setMethod(HttpMethod.GET)
                    .setAbsoluteURI(owner.url() + "/healthz")
                    .setConnectTimeout(timeoutMs)
                    .setTimeout(timeoutMs)
                    .setIdleTimeout(timeoutMs);
            http.request(options)
                    .compose(request ->
                            request.send().compose(response -> response.body().map(body -> isFrom(owner, response))))
                    .onComplete((same, failure) -> answered.put(owner, failure == null && same));
        }
    }

    /** An address may have passed on to another instance. */
    private static boolean isFrom(Owner owner, HttpClientResponse response) {
        return response.statusCode() == OK && owner.instance().equals(response.getHeader(Owner.HEADER));
    }
}
