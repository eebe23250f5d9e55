package io.danmaku.node.http;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.RoutingContext;

/** Times every request by its route, and traces it as a part of the caller's trace. */
public final class RequestMeter implements Handler<RoutingContext> {
    private static final int SERVER_ERROR = 500;

    private static final TextMapGetter<HttpServerRequest> HEADERS = new TextMapGetter<>() {
        @Override
        @SuppressWarnings("deprecation") // still has to be there
        public Iterable<String> keys(HttpServerRequest request) {
            return request.headers().names();
        }

        @Override
        public String get(HttpServerRequest request, String name) {
            return request == null ? null : request.getHeader(name);
        }
    };

    private final MeterRegistry registry;
    private final Tracer tracer;

    public RequestMeter(MeterRegistry registry, Tracer tracer) {
        this.registry = registry;
        this.tracer = tracer;
    }

    @Override
    public void handle(RoutingContext context) {
        Timer.Sample sample = Timer.start(registry);
        Context caller = W3CTraceContextPropagator.getInstance().extract(Context.root(), context.request(), HEADERS);
        Span span = tracer.spanBuilder("http")
                .setParent(caller)
                .setSpanKind(SpanKind.SERVER)
                .startSpan();
        // whoever the request is handed on to belongs under this span
        W3CTraceContextPropagator.getInstance()
                .inject(caller.with(span), context.request().headers(), MultiMap::set);
        context.addEndHandler(ended -> {
            // clients can invent methods: each would be a time series of its own
            HttpMethod asked = context.request().method();
            String method = HttpMethod.values().contains(asked) ? asked.name() : "other";
            String route = route(context);
            int status = context.response().getStatusCode();
            sample.stop(registry.timer(
                    "danmaku.http.requests", "method", method, "route", route, "status", Integer.toString(status)));
            span.updateName(method + " " + route);
            span.setAttribute("http.request.method", method);
            span.setAttribute("http.route", route);
            span.setAttribute("http.response.status_code", status);
            if (status >= SERVER_ERROR) {
                span.setStatus(StatusCode.ERROR);
            }
            span.end();
        });
        context.next();
    }

    /** The route's pattern and never the path, which has as many values as there are rooms or users. */
    private static String route(RoutingContext context) {
        Route route = context.currentRoute();
        return route == null || route.getPath() == null ? "none" : route.getPath();
    }
}
