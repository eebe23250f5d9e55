package io.danmaku.node.config;

import io.danmaku.protocol.room.Ids;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What tenants may use: something for each, and something of their own for those that are named.
 *
 * @param named by tenant, at most {@link #NAMED_MAX}
 */
public record TenantQuotas(Quota each, Map<String, Quota> named) {
    public static final int NAMED_MAX = 1_000;

    private static final String KEY = "quota.tenants";
    private static final Pattern ENTRY =
            Pattern.compile("([^:\\s]+)\\s*:((?:\\s*[A-Za-z]+=\\d{1,9})(?:\\s+[A-Za-z]+=\\d{1,9})*)");

    /**
     * What one tenant may use; 0 = as much as it likes.
     *
     * @param viewers in all its rooms, on all edges
     * @param messagesPerSecond into all its rooms, on all edges
     * @param rooms closed ones that are still kept included
     * @param sanctions ended ones that are still kept included, in all its rooms and for all rooms of owners
     * @param words terms of all its word lists, of which each pattern counts as many
     */
    public record Quota(int viewers, int messagesPerSecond, int rooms, int sanctions, int words) {

        /** What an edge asks for. */
        public Quota(int viewers, int messagesPerSecond, int rooms) {
            this(viewers, messagesPerSecond, rooms, 0, 0);
        }
    }

    public TenantQuotas {
        named = Map.copyOf(named);
    }

    /**
     * Reads those that are named, from {@code quota.tenants}: a list of {@code acme: viewers=1000 messagesPerSecond=500 rooms=50}, where
     * what is not said is as for each.
     *
     * @throws ConfigurationException naming the key and what of it is wrong
     */
    public static TenantQuotas read(Settings s, Quota each) {
        List<String> entries = s.texts(KEY);
        if (entries.size() > NAMED_MAX) {
            throw new ConfigurationException(KEY, "names at most " + NAMED_MAX + " tenants");
        }
        Map<String, Quota> named = new HashMap<>();
        for (String entry : entries) {
            Matcher form = ENTRY.matcher(entry.trim());
            if (!form.matches() || !Ids.isTenant(form.group(1))) {
                throw new ConfigurationException(
                        KEY, "is a list of 'tenant: viewers=1000 messagesPerSecond=500 rooms=50', not '" + entry + "'");
            }
            if (named.put(form.group(1), quota(each, form.group(2).trim())) != null) {
                throw new ConfigurationException(KEY, "names " + form.group(1) + " twice");
            }
        }
        return new TenantQuotas(each, named);
    }

    private static Quota quota(Quota each, String parts) {
        Quota quota = each;
        for (String part : parts.split("\\s+", -1)) {
            int is = part.indexOf('=');
            int value = Integer.parseInt(part.substring(is + 1));
            Quota q = quota;
            quota = switch (part.substring(0, is)) {
                case "viewers" -> new Quota(value, q.messagesPerSecond, q.rooms, q.sanctions, q.words);
                case "messagesPerSecond" -> new Quota(q.viewers, value, q.rooms, q.sanctions, q.words);
                case "rooms" -> new Quota(q.viewers, q.messagesPerSecond, value, q.sanctions, q.words);
                case "sanctions" -> new Quota(q.viewers, q.messagesPerSecond, q.rooms, value, q.words);
                case "words" -> new Quota(q.viewers, q.messagesPerSecond, q.rooms, q.sanctions, value);
                default ->
                    throw new ConfigurationException(
                            KEY, "has viewers, messagesPerSecond, rooms, sanctions and words, not '" + part + "'");
            };
        }
        return quota;
    }

    public Quota of(String tenant) {
        return named.getOrDefault(tenant, each);
    }

    /** Whether somebody's messages are counted. */
    public boolean limitMessages() {
        return each.messagesPerSecond > 0 || named.values().stream().anyMatch(quota -> quota.messagesPerSecond > 0);
    }
}
