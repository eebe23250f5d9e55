package io.danmaku.edge.service;

import io.danmaku.node.config.ConfigurationException;
import io.danmaku.node.config.Settings;
import io.vertx.core.Future;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The instances of a service, each of which answers everything. One is asked until it fails; then the next one, once. With one address there is
 * nothing to choose: that of a load balancer, for example. Thread-safe.
 */
public final class Instances {
    private static final int MAX = 16;
    private static final int PORT_MAX = 65_535;

    private final List<URI> addresses;
    private final AtomicInteger current = new AtomicInteger();

    /** @param addresses {@code http://host:port} each, at least one; the first is asked first */
    public Instances(List<URI> addresses) {
        this.addresses = List.copyOf(addresses);
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
                return new URI("http", null, uri.getHost(), uri.getPort() < 0 ? 80 : uri.getPort(), null, null, null);
            }
        } catch (URISyntaxException bad) {
            // the same as another form
        }
        throw new ConfigurationException(
                key, "is http://host:port, or several with commas between them, not '" + text + "'");
    }

    /**
     * Asks an instance, and the next one when that fails.
     *
     * @param goesOn whether the next one may be asked after such a failure
     */
    public <T> Future<T> ask(Function<URI, Future<T>> asking, Predicate<Throwable> goesOn) {
        URI first = addresses.get(current.get());
        Future<T> asked = asking.apply(first).onFailure(lost -> leave(first));
        if (addresses.size() == 1) {
            return asked;
        }
        return asked.recover(lost -> {
            if (!goesOn.test(lost)) {
                return Future.failedFuture(lost);
            }
            URI next = next(first);
            return asking.apply(next).onFailure(lostToo -> leave(next));
        });
    }

    /** From now on the next one is asked, where this one was till now. */
    public void leave(URI instance) {
        int index = addresses.indexOf(instance);
        current.compareAndSet(index, (index + 1) % addresses.size());
    }

    private URI next(URI instance) {
        return addresses.get((addresses.indexOf(instance) + 1) % addresses.size());
    }
}
