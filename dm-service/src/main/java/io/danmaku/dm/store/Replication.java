package io.danmaku.dm.store;

import io.danmaku.node.config.ConfigurationException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How many copies a keyspace that is made here has and where, as a CQL map. */
final class Replication {
    private static final String KEY = "cql.replication";
    private static final String CLASS = "class";
    private static final String EVERYWHERE = "replication_factor";
    private static final String SIMPLE = "SimpleStrategy";
    private static final String BY_DATACENTER = "NetworkTopologyStrategy";
    /** As Cassandra and ScyllaDB may name both. */
    private static final String PACKAGE = "org.apache.cassandra.locator.";

    private static final String OPTION = "'[A-Za-z0-9_.:-]+'\\s*:\\s*(?:'[A-Za-z0-9_.]+'|\\d+)";
    private static final Pattern MAP = Pattern.compile("\\{\\s*" + OPTION + "(?:\\s*,\\s*" + OPTION + ")*\\s*}");
    private static final Pattern NAME_AND_VALUE = Pattern.compile("'([^']+)'\\s*:\\s*'?([^',}\\s]+)");
    private static final Pattern COPIES = Pattern.compile("[1-9]\\d?");

    private Replication() {}

    /**
     * Checks it.
     *
     * @param datacenter that has to have a copy, because it is asked
     * @throws ConfigurationException when the store would not take it, or could not serve with it
     */
    static void check(String replication, String datacenter) {
        if (!MAP.matcher(replication).matches()) {
            throw new ConfigurationException(
                    KEY, "is a CQL map, for example {'class': '" + BY_DATACENTER + "', 'dc1': 3}");
        }
        Map<String, String> copies = new HashMap<>();
        Matcher options = NAME_AND_VALUE.matcher(replication);
        while (options.find()) {
            if (copies.put(options.group(1), options.group(2)) != null) {
                throw new ConfigurationException(KEY, "names " + options.group(1) + " twice");
            }
        }
        String named = copies.remove(CLASS);
        String strategy = named != null && named.startsWith(PACKAGE) ? named.substring(PACKAGE.length()) : named;
        if (!SIMPLE.equals(strategy) && !BY_DATACENTER.equals(strategy)) {
            throw new ConfigurationException(KEY, "has the class " + BY_DATACENTER + " or " + SIMPLE);
        }
        copies.forEach((where, number) -> {
            if (!COPIES.matcher(number).matches()) {
                throw new ConfigurationException(KEY, "keeps 1 to 99 copies, not " + number + ", in " + where);
            }
        });
        if (SIMPLE.equals(strategy) && !copies.keySet().equals(Set.of(EVERYWHERE))) {
            throw new ConfigurationException(KEY, SIMPLE + " wants " + EVERYWHERE + " and nothing else");
        }
        if (!copies.containsKey(EVERYWHERE) && !copies.containsKey(datacenter)) {
            throw new ConfigurationException(KEY, "keeps no copy in " + datacenter + ", which cql.datacenter names");
        }
    }
}
