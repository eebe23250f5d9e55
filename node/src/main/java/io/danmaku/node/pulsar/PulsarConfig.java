package io.danmaku.node.pulsar;

import io.danmaku.node.config.Settings;

/**
 * Where Pulsar is.
 *
 * @param url of the brokers, {@code pulsar://host:port}
 * @param adminUrl of the brokers' REST API, {@code http://host:port}
 * @param token presented to Pulsar when not empty
 * @param cluster the cluster that the hub's tenant may use
 */
public record PulsarConfig(String url, String adminUrl, String token, String cluster) {

    public static PulsarConfig read(Settings settings) {
        String token = settings.text("pulsar.token").isEmpty() ? "" : settings.secret("pulsar.token");
        return new PulsarConfig(
                settings.nonEmpty("pulsar.url"),
                settings.nonEmpty("pulsar.adminUrl"),
                token,
                settings.nonEmpty("pulsar.cluster"));
    }

    @Override
    public String toString() {
        return "PulsarConfig[" + url + ", " + adminUrl + "]";
    }
}
