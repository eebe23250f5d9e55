package io.danmaku.dm.inbound;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.dm.account.Writers;
import io.danmaku.dm.conversation.Rules;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.log.DirectRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Relations and settings as {@link Reference} knows them: all that was ever said, looked through each time. */
final class ReferenceOwn {
    private static final List<String> ORDER = List.of("all", "followed", "contacts");

    /** By side: what was said last of each field. */
    private final Map<String, Map<String, JsonNode>> relations = new HashMap<>();

    private final Map<String, List<ObjectNode>> settings = new HashMap<>();
    private final int strangerMessages;

    ReferenceOwn(int strangerMessages) {
        this.strangerMessages = strangerMessages;
    }

    /** What one user says of another one, without what is not so. */
    Map<String, JsonNode> relation(String tenant, String owner, String peer) {
        return relations.computeIfAbsent(tenant + "/" + owner + "/" + peer, k -> new TreeMap<>());
    }

    /** Whether it says anything new. */
    boolean relate(DirectRecord r) {
        Map<String, JsonNode> relation = relation(r.tenant(), r.from(), r.to());
        Map<String, JsonNode> before = Map.copyOf(relation);
        Rules.own(r).properties().forEach(field -> {
            JsonNode value = field.getValue();
            if (value.isBoolean() ? value.booleanValue() : !value.textValue().isEmpty()) {
                relation.put(field.getKey(), value);
            } else {
                relation.remove(field.getKey());
            }
        });
        return !relation.equals(before);
    }

    void settle(DirectRecord r) {
        settings.computeIfAbsent(ModelOwn.user(r.tenant(), r.from()), k -> new ArrayList<>())
                .add(Rules.own(r));
    }

    String allowed(String tenant, String user) {
        return newest(tenant, user, "writers", Comparator.comparing(n -> ORDER.indexOf(n.textValue())), "all");
    }

    int strangers(String tenant, String user) {
        String none = Integer.toString(Writers.OPERATORS);
        return Integer.parseInt(
                newest(tenant, user, "strangerMessages", Comparator.comparing(JsonNode::intValue), none));
    }

    private String newest(String tenant, String user, String field, Comparator<JsonNode> higher, String absent) {
        return settings.getOrDefault(ModelOwn.user(tenant, user), List.of()).stream()
                .filter(change -> change.has(field))
                .max(Comparator.comparingLong(
                                (ObjectNode change) -> change.get("at").longValue())
                        .thenComparing(change -> change.get(field), higher))
                .map(change -> change.get(field).asText())
                .orElse(absent);
    }

    /**
     * Why who did not block takes nothing of a record, or null.
     *
     * @param counts whether it is one message more
     */
    ErrorCode refused(DirectRecord r, List<Reference.Message> all, boolean counts) {
        long fromRecipient = all.stream().filter(m -> m.from().equals(r.to())).count();
        if (fromRecipient > 0) {
            return null;
        }
        Map<String, JsonNode> relation = relation(r.tenant(), r.to(), r.from());
        String allowed = allowed(r.tenant(), r.to());
        boolean contact = relation.containsKey("contact");
        boolean follow = relation.containsKey("follow");
        boolean accepted = relation.containsKey("accepted");
        if (!accepted && !contact && !allowed.equals("all") && !(follow && allowed.equals("followed"))) {
            return ErrorCode.BLOCKED;
        }
        int chosen = strangers(r.tenant(), r.to());
        int most = chosen == Writers.OPERATORS ? strangerMessages : chosen;
        long written = all.stream().filter(m -> !m.isNotice()).count();
        boolean full = counts && most > 0 && written >= most;
        return full && !contact && !follow && !accepted ? ErrorCode.UNANSWERED : null;
    }
}
