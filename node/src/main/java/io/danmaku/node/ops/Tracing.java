package io.danmaku.node.ops;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.util.concurrent.TimeUnit;

/** Traces by OpenTelemetry, sent over OTLP/HTTP when an endpoint is configured; without one every span is a no-op. */
public final class Tracing implements AutoCloseable {
    private static final int QUEUE_SPANS_MAX = 2_048;
    private static final long EXPORT_TIMEOUT_S = 5;

    private final OpenTelemetry telemetry;

    /**
     * @param endpoint of OTLP over HTTP, for example {@code http://127.0.0.1:4318}; empty = no traces
     * @param ratio of traces that are kept, 0..1
     */
    public Tracing(String service, String endpoint, double ratio) {
        if (endpoint.isBlank()) {
            telemetry = OpenTelemetry.noop();
            return;
        }
        OtlpHttpSpanExporter exporter = OtlpHttpSpanExporter.builder()
                .setEndpoint(endpoint.replaceAll("/+$", "") + "/v1/traces")
                .setTimeout(EXPORT_TIMEOUT_S, TimeUnit.SECONDS)
                .build();
        SdkTracerProvider provider = SdkTracerProvider.builder()
                .setResource(Resource.getDefault().toBuilder()
                        .put(AttributeKey.stringKey("service.name"), "danmaku-" + service)
                        .build())
                .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(ratio)))
                // a full queue drops spans: traces never hold up the hub
                .addSpanProcessor(BatchSpanProcessor.builder(exporter)
                        .setMaxQueueSize(QUEUE_SPANS_MAX)
                        .build())
                .build();
        telemetry = OpenTelemetrySdk.builder().setTracerProvider(provider).build();
    }

    public Tracer tracer() {
        return telemetry.getTracer("io.danmaku");
    }

    @Override
    public void close() {
        if (telemetry instanceof OpenTelemetrySdk sdk) {
            sdk.close();
        }
    }
}
