package io.danmaku.standalone.direct;

import io.danmaku.standalone.hub.Documented;
import java.util.List;
import java.util.Map;

/** A request in good order for each operation of dm-service's document: nobody is refused for how it asks. */
final class DirectSamples {
    private static final Map<String, Object> TEXT = Map.of("cid", "taken", "kind", "text", "body", "taken");
    private static final Map<String, Object> SEQ = Map.of("seq", 1);

    /** By operation, where it has a body that does not name anybody. */
    private static final Map<String, Map<String, ?>> BODIES = Map.ofEntries(
            Map.entry("sendMessage", TEXT),
            Map.entry("markRead", SEQ),
            Map.entry("markDelivered", SEQ),
            Map.entry("clear", SEQ),
            Map.entry("editMessage", Map.of("body", "taken")),
            Map.entry("react", Map.of("sign", "t")),
            Map.entry("decideReport", Map.of("state", "upheld")),
            Map.entry("expire", Map.of("seconds", 60)),
            Map.entry("relate", Map.of("contact", true)),
            Map.entry("changeSettings", Map.of("online", "nobody")),
            Map.entry("makeJob", Map.of("from", "taken", "kind", "text", "body", "taken")));

    /** Those whose query names users. */
    private static final List<String> NAMING = List.of("readOnline", "readAccounts", "deleteAccounts");

    /** With whom, and about what. */
    record Of(String peer, String other, String mid, String report, String job) {}

    private DirectSamples() {}

    /** The path with its query. */
    static String path(Documented operation, Of of) {
        String path = operation.path();
        String id = path.startsWith("/api/dm/reports/") ? of.report : of.job;
        String filled = operation.in(Map.of("peer", of.peer, "mid", of.mid, "id", id, "part", "1"));
        return NAMING.contains(operation.id()) ? filled + "?ids=" + of.peer + "," + of.other : filled;
    }

    /** The body, or null. */
    static Map<String, ?> body(Documented operation, Of of) {
        return switch (operation.id()) {
            case "report" -> Map.of("peer", of.peer, "mids", List.of(of.mid), "reason", "taken");
            case "putAccounts" -> Map.of("accounts", List.of(Map.of("id", of.peer, "name", "taken")));
            case "sendAs" -> Map.of("from", of.other, "to", of.peer, "cid", "taken", "kind", "text", "body", "taken");
            case "addPart" -> Map.of("users", List.of(of.peer));
            default -> BODIES.get(operation.id());
        };
    }
}
