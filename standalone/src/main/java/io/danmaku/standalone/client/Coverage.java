package io.danmaku.standalone.client;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.protocol.event.EventType;
import io.danmaku.protocol.event.SkipReason;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Checks on every batch of a room that nothing was dropped silently: {@code to - from + 1 = events + sum(skipped)}, each
 * batch's {@code from} follows on the last one's {@code to}, offsets grow inside the range, and every reason is of the
 * closed list. A gap is excepted from the sum, and recorded. Not thread-safe.
 */
public final class Coverage {
    private static final Set<String> REASONS =
            Stream.of(SkipReason.values()).map(SkipReason::wireName).collect(Collectors.toUnmodifiableSet());
    private static final Set<String> GAP_REASONS = Set.of("retention", "lost");
    /** More are counted, not kept. */
    private static final int KEPT_MAX = 100;

    private final List<String> violations = new ArrayList<>();
    private final List<Gap> gaps = new ArrayList<>();
    private final Map<String, Long> skipped = new TreeMap<>();
    private long next = -1;
    private long frames;
    private long events;
    private long violationCount;

    /** Offsets that the hub said are gone. */
    public record Gap(long from, long to, String reason) {}

    /**
     * Says which offset is due. When a batch came before this could be said, it is checked now that it was the one.
     *
     * @return what is wrong, or null
     */
    public String begin(long due) {
        if (frames > 0 && next >= 0 && due > next) {
            return violated("covers from " + due + " by its join, but already told of " + (next - 1));
        }
        if (frames == 0) {
            next = due;
        }
        return null;
    }

    /** Forgets the position: the room is another one than before. */
    public void restart(long due) {
        next = due;
    }

    /** The offset that the next batch must begin with, or -1 while that is unknown. */
    public long next() {
        return next;
    }

    /**
     * Checks a batch.
     *
     * @return what is wrong with it, or null
     */
    public String check(JsonNode batch) {
        frames++;
        JsonNode fromNode = batch.path("from");
        JsonNode toNode = batch.path("to");
        if (!fromNode.canConvertToLong()
                || !toNode.canConvertToLong()
                || !fromNode.isIntegralNumber()
                || !toNode.isIntegralNumber()) {
            return violated("a batch without a range");
        }
        long from = fromNode.longValue();
        long to = toNode.longValue();
        long due = next;
        next = to + 1;
        if (from < 1 || to < from) {
            return violated("a range of " + from + ".." + to);
        }
        String at = from + ".." + to + ": ";
        if (due >= 0 && from != due) {
            return violated(at + "does not follow, " + due + " was due");
        }
        if (!batch.path("events").isArray()) {
            return violated(at + "has no events");
        }
        return batch.has("gap") ? checkGap(batch, at, from, to) : checkSum(batch, at, from, to);
    }

    private String checkGap(JsonNode batch, String at, long from, long to) {
        String reason = batch.path("gap").asText();
        if (!GAP_REASONS.contains(reason)) {
            return violated(at + "a gap for '" + reason + "', which is no reason");
        }
        if (!batch.path("events").isEmpty() || batch.has("skipped")) {
            return violated(at + "a gap with events or skipped");
        }
        if (gaps.size() < KEPT_MAX) {
            gaps.add(new Gap(from, to, reason));
        }
        return null;
    }

    private String checkSum(JsonNode batch, String at, long from, long to) {
        long last = from - 1;
        long count = 0;
        for (JsonNode event : batch.get("events")) {
            JsonNode offset = event.path("o");
            if (!offset.isIntegralNumber() || offset.longValue() <= last || offset.longValue() > to) {
                return violated(at + "offset " + offset + " after " + last);
            }
            last = offset.longValue();
            String fault = fault(event);
            if (fault != null) {
                return violated(at + "event " + last + " " + fault);
            }
            count++;
        }
        long sum = 0;
        JsonNode reasons = batch.path("skipped");
        if (!reasons.isMissingNode() && !reasons.isObject()) {
            return violated(at + "skipped is not an object");
        }
        for (Map.Entry<String, JsonNode> reason : reasons.properties()) {
            if (!REASONS.contains(reason.getKey())) {
                return violated(at + "skipped for '" + reason.getKey() + "', which is no reason");
            }
            if (!reason.getValue().isIntegralNumber() || reason.getValue().longValue() < 1) {
                return violated(at + "skipped " + reason);
            }
            sum += reason.getValue().longValue();
            skipped.merge(reason.getKey(), reason.getValue().longValue(), Long::sum);
        }
        events += count;
        if (count + sum != to - from + 1) {
            return violated(at + count + " events and " + sum + " skipped");
        }
        return null;
    }

    private static String fault(JsonNode event) {
        if (EventType.ofWireName(event.path("t").asText()) == null) {
            return "is of no known type";
        }
        if (!event.path("ts").isIntegralNumber() || event.path("ts").longValue() <= 0) {
            return "has no time";
        }
        if (!event.path("d").isObject()) {
            return "has no detail";
        }
        JsonNode user = event.path("u");
        if (!user.isMissingNode()
                && !(user.path("id").isTextual() && user.path("name").isTextual())) {
            return "has half a user";
        }
        return null;
    }

    private String violated(String what) {
        violationCount++;
        if (violations.size() < KEPT_MAX) {
            violations.add(what);
        }
        return what;
    }

    public long frames() {
        return frames;
    }

    public long events() {
        return events;
    }

    /** How many events were left out, by reason. */
    public Map<String, Long> skipped() {
        return Map.copyOf(skipped);
    }

    public List<Gap> gaps() {
        return List.copyOf(gaps);
    }

    public long violationCount() {
        return violationCount;
    }

    /** The first violations; see {@link #violationCount()} for how many there were. */
    public List<String> violations() {
        return List.copyOf(violations);
    }
}
