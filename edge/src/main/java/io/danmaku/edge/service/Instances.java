package io.danmaku.edge.service;

import io.danmaku.node.config.ConfigurationException;
import io.danmaku.node.config.Settings;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The instances of a service, each of which answers everything. The first is asked until it fails; then the next one, once; and the first again
 * {@link #BACK_AFTER_MS} after it was left. With one address there is nothing to choose: that of a load balancer, for example. Thread-safe.
 */
public final class Instances {
    /** For so long one that failed is not asked first again. */
    static final long BACK_AFTER_MS = 30_000;

    private static final Logger LOG = LoggerFactory.getLogger(Instances.class);
    private static final long TOLD_MS = 1_000;
    private static final int MAX = 16;
    private static final int PORT_MAX = 65_535;
    private static final int HTTP_PORT = 80;

    private final String service;
    private final List<URI> addresses;
    private final Counter left;
    private final LongSupplier clockNs;
    private int current;
    private long leftNs;
    private long toldNs;

    /**
     * @param service what they are called in the log and in metrics
     * @param addresses {@code http://host:port} each, at least one; the first is asked first
     */
    public Instances(String service, List<URI> addresses, MeterRegistry registry) {
        this(service, addresses, registry, System::nanoTime);
    }

    Instances(String service, List<URI> addresses, MeterRegistry registry, LongSupplier clockNs) {
        this.service = service;
        this.addresses = List.copyOf(addresses);
        this.clockNs = clockNs;
        left = registry.counter("danmaku.service.left", "service", service);
    }

    /**
     * Reads addresses, 1 to 16 of the form {@code http://host:port}, where the port may be left out (80).
     *
     * @throws ConfigurationException when there are none, too many, or others
     */
    public static List<URI> read(Settings settings, String key) {
        List<URI> addresses = new ArrayList<>();
        for (String text : settings.texts(key)) {
            addresses.add(address(key, text));
        }
        if (addresses.isEmpty() || addresses.size() > MAX) {
            throw new ConfigurationException(key, "has 1.." + MAX + " addresses, not " + addresses.size());
        }
        return addresses;
    }

    private static URI address(String key, String text) {
        try {
            URI uri = new URI(text);
            boolean bare = !uri.isOpaque()
                    && uri.getRawUserInfo() == null
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null
                    && (uri.getRawPath().isEmpty() || uri.getRawPath().equals("/"));
            if ("http".equals(uri.getScheme()) && uri.getHost() != null && bare && uri.getPort() <= PORT_MAX) {
                int port = uri.getPort() < 0 ? HTTP_PORT : uri.getPort();
                return new URI("http", null, uri.getHost(), port, null, null, null);
            }
        } catch (URISyntaxException bad) {
            // as one of another form
        }
        throw new ConfigurationException(
                key, "is http://host:port, or several with commas between them, not '" + text + "'");
    }

    /** How many are asked for one answer, one after the other: 1 or 2. */
    public int tries() {
        return Math.min(2, addresses.size());
    }

    /**
     * Asks an instance, and the next one when that fails.
     *
     * @param goesOn whether the next one may be asked after such a failure
     */
    public <T> Future<T> ask(Function<URI, Future<T>> asking, Predicate<Throwable> goesOn) {
        URI first = current();
        Future<T> asked = asking.apply(first).onFailure(lost -> leave(first, lost.toString()));
        if (addresses.size() == 1) {
            return asked;
        }
        return asked.recover(lost -> {
            if (!goesOn.test(lost)) {
                return Future.failedFuture(lost);
            }
            URI next = addresses.get(after(first));
            return asking.apply(next).onFailure(lostToo -> leave(next, lostToo.toString()));
        });
    }

    private synchronized URI current() {
        if (current != 0 && clockNs.getAsLong() - leftNs > TimeUnit.MILLISECONDS.toNanos(BACK_AFTER_MS)) {
            current = 0;
        }
        return addresses.get(current);
    }

    /**
     * From now on the next one is asked, where this one was till now.
     *
     * @param why for the log
     */
    public synchronized void leave(URI instance, String why) {
        if (addresses.size() == 1 || addresses.indexOf(instance) != current) {
            return;
        }
        current = after(instance);
        long nowNs = clockNs.getAsLong();
        // while none answers they are left by turns, as fast as somebody asks
        if (left.count() == 0 || nowNs - toldNs > TimeUnit.MILLISECONDS.toNanos(TOLD_MS)) {
            toldNs = nowNs;
            LOG.warn("{} at {} does not answer ({}): {} is asked", service, instance, why, addresses.get(current));
        }
        leftNs = nowNs;
        left.increment();
    }

    private int after(URI instance) {
        return (addresses.indexOf(instance) + 1) % addresses.size();
    }
}
