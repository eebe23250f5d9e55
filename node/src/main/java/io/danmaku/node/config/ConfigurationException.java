package io.danmaku.node.config;

/** A configuration that a service cannot start with. The message names the key and what it wants. */
public final class ConfigurationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ConfigurationException(String key, String problem) {
        super(key + ": " + problem);
    }
}
