package io.danmaku.room.room;

import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Whether other instances answer their {@code /healthz}. One that does not gives reason to ask the broker for its groups;
 * it decides nothing: the broker grants a group only when its owner's connection is gone.
 */
final class OwnerWatch {
    private static final int OK = 200;

    private final HttpClient http;
    private final long timeoutMs;
    private final Map<String, Boolean> answered = new HashMap<>();

    OwnerWatch(HttpClient http, long timeoutMs) {
        this.http = http;
        this.timeoutMs = timeoutMs;
    }

    /** True until a look has failed. */
    boolean answers(String url) {
        return answered.getOrDefault(url, true);
    }

    /** Looks at these instances, and forgets all others. */
    void look(Set<String> urls) {
        answered.keySet().retainAll(urls);
        for (String url : urls) {
            RequestOptions options = new RequestOptions()
                    .setMethod(HttpMethod.GET)
                    .setAbsoluteURI(url + "/healthz")
                    .setConnectTimeout(timeoutMs)
                    .setTimeout(timeoutMs)
                    .setIdleTimeout(timeoutMs);
            http.request(options)
                    .compose(request ->
                            request.send().compose(response -> response.body().map(response.statusCode())))
                    .onComplete(answer -> answered.put(url, answer.succeeded() && answer.result() == OK));
        }
    }
}
