package io.danmaku.node.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValueType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The values of one service's file. Each is asked for once, with its range; {@link #finish()} then refuses keys that
 * nobody asked for, so that a misspelt key cannot go unnoticed.
 */
public final class Settings {
    private static final Pattern WITH_UNIT = Pattern.compile("\\s*\\d+(\\.\\d+)?\\s*[A-Za-z]+\\s*");

    private final Config config;
    private final Map<String, String> read = new TreeMap<>();

    private Settings(Config config) {
        this.config = config;
    }

    /**
     * Loads {@code danmaku/<service>.conf} from the class path, which has every key with its default.
     *
     * @param override a file whose keys go first, or null
     * @throws ConfigurationException when a file is missing or not HOCON
     */
    public static Settings load(String service, Path override) {
        try {
            Config defaults = ConfigFactory.parseResources(
                    Settings.class.getClassLoader(), "danmaku/" + service + ".conf", strict());
            Config config = defaults;
            if (override != null) {
                if (!Files.isReadable(override)) {
                    throw new ConfigurationException(override.toString(), "cannot be read");
                }
                config = ConfigFactory.parseFile(override.toFile(), strict()).withFallback(defaults);
            }
            return new Settings(config.resolve());
        } catch (ConfigException bad) {
            throw new ConfigurationException(service + ".conf", String.valueOf(bad.getMessage()));
        }
    }

    /** Settings of a text, for tests of what reads them. */
    public static Settings parse(String hocon) {
        return new Settings(ConfigFactory.parseString(hocon).resolve());
    }

    private static com.typesafe.config.ConfigParseOptions strict() {
        return com.typesafe.config.ConfigParseOptions.defaults().setAllowMissing(false);
    }

    public int integer(String key, int min, int max) {
        return (int) whole(key, min, max);
    }

    public long whole(String key, long min, long max) {
        String raw = raw(key);
        try {
            return inRange(key, Long.parseLong(raw.trim()), min, max, "");
        } catch (NumberFormatException e) {
            throw new ConfigurationException(key, "is a whole number, not '" + raw + "'");
        }
    }

    /** A size with its unit, {@code 256KiB}; in bytes. */
    public long bytes(String key, long min, long max) {
        String raw = unit(key, "a size with its unit, for example 256KiB");
        try {
            return inRange(key, config.getBytes(key), min, max, " bytes");
        } catch (ConfigException bad) {
            throw new ConfigurationException(key, "is a size with its unit, for example 256KiB, not '" + raw + "'");
        }
    }

    /** A time with its unit, {@code 50ms}; in milliseconds. */
    public long millis(String key, long min, long max) {
        String raw = unit(key, "a time with its unit, for example 50ms");
        try {
            return inRange(key, config.getDuration(key).toMillis(), min, max, " ms");
        } catch (ConfigException bad) {
            throw new ConfigurationException(key, "is a time with its unit, for example 50ms, not '" + raw + "'");
        }
    }

    /** A text that may be empty. */
    public String text(String key) {
        return raw(key);
    }

    public String nonEmpty(String key) {
        String value = raw(key);
        if (value.isBlank()) {
            throw new ConfigurationException(key, "is missing");
        }
        return value;
    }

    /** A text that is never printed. */
    public String secret(String key) {
        String value = nonEmpty(key);
        read.put(key, "***");
        return value;
    }

    public boolean flag(String key) {
        return switch (raw(key)) {
            case "true", "on", "yes" -> true;
            case "false", "off", "no" -> false;
            default -> throw new ConfigurationException(key, "is true or false");
        };
    }

    /** A list, written as one or as a text with commas (so that the environment can give it). */
    public List<String> texts(String key) {
        List<String> values = new ArrayList<>();
        try {
            if (config.getValue(key).valueType() == ConfigValueType.LIST) {
                values.addAll(config.getStringList(key));
                read.put(key, String.join(",", values));
            } else {
                for (String part : raw(key).split(",", -1)) {
                    if (!part.isBlank()) {
                        values.add(part.trim());
                    }
                }
            }
        } catch (ConfigException.Missing missing) {
            throw new ConfigurationException(key, "is missing");
        } catch (ConfigException bad) {
            throw new ConfigurationException(key, "is a list of texts");
        }
        return List.copyOf(values);
    }

    /** @throws ConfigurationException when there is a key that was not asked for */
    public void finish() {
        Set<String> known = read.keySet();
        for (var entry : config.entrySet()) {
            if (!known.contains(entry.getKey())) {
                throw new ConfigurationException(entry.getKey(), "is not a setting of this service");
            }
        }
    }

    /** What was read, {@code key = value} a line, secrets masked. */
    public String printed() {
        StringBuilder out = new StringBuilder();
        read.forEach((key, value) ->
                out.append(out.isEmpty() ? "" : ", ").append(key).append(" = ").append(value));
        return out.toString();
    }

    private String unit(String key, String form) {
        String raw = raw(key);
        if (!WITH_UNIT.matcher(raw).matches()) {
            throw new ConfigurationException(key, "is " + form + ", not '" + raw + "'");
        }
        return raw;
    }

    private static long inRange(String key, long value, long min, long max, String unit) {
        if (value < min || value > max) {
            throw new ConfigurationException(key, "is " + min + ".." + max + unit + ", not " + value);
        }
        return value;
    }

    private String raw(String key) {
        try {
            String value = config.getString(key);
            read.put(key, value);
            return value;
        } catch (ConfigException.Missing missing) {
            throw new ConfigurationException(key, "is missing");
        } catch (ConfigException bad) {
            throw new ConfigurationException(key, "is not a single value");
        }
    }
}
