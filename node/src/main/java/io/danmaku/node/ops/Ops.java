package io.danmaku.node.ops;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.node.http.Problems;
import io.danmaku.protocol.json.Json;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.ext.web.Router;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.BooleanSupplier;

/**
 * {@code /healthz} (the process lives), {@code /readyz} (it can serve, or names what it waits for) and {@code /metrics}
 * (Prometheus text) of one process.
 */
public final class Ops implements AutoCloseable {
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Map<String, BooleanSupplier> needs = new ConcurrentSkipListMap<>();
    private final JvmGcMetrics gcMetrics = new JvmGcMetrics();
    private volatile boolean draining;

    public Ops(String service) {
        registry.config().commonTags("service", service);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        gcMetrics.bindTo(registry);
    }

    public MeterRegistry registry() {
        return registry;
    }

    /** Readiness wants this too. {@code ready} is asked on an event loop: it must answer from memory. */
    public void need(String part, BooleanSupplier ready) {
        needs.put(part, ready);
    }

    /** The process stops: not ready from now on, so that nobody sends it more. The first step of a stop. */
    public void drain() {
        draining = true;
    }

    public void mount(Router router) {
        router.get("/healthz").handler(context -> context.response().end("ok\n"));
        router.get("/readyz").handler(context -> {
            ObjectNode answer = Json.object();
            ArrayNode waiting = Json.MAPPER.createArrayNode();
            if (draining) {
                waiting.add("draining");
            }
            needs.forEach((part, ready) -> {
                if (!ready.getAsBoolean()) {
                    waiting.add(part);
                }
            });
            answer.put("ready", waiting.isEmpty());
            answer.set("waiting", waiting);
            Problems.json(context, waiting.isEmpty() ? 200 : 503, answer);
        });
        router.get("/metrics")
                .handler(context -> context.response()
                        .putHeader("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
                        .end(registry.scrape()));
    }

    @Override
    public void close() {
        gcMetrics.close();
        registry.close();
    }
}
