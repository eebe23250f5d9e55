package io.danmaku.room.room;

import io.danmaku.protocol.log.StateKeys;
import io.danmaku.protocol.room.Deletion;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.room.RoomState;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which deletions are of no more use: those that are about nothing that the log keeps, and those that another one covers.
 *
 * <p>What the log keeps no clock tells: the broker counts the retention of what was written last from when it loads a topic, and trims none
 * that is not loaded. So the log itself is asked, which makes the broker load it, and a deletion stays until the answer says that all it is
 * about is gone. On the state context.
 */
public final class OutdatedDeletions implements Sweep.Useless<Deletion> {
    private static final Logger LOG = LoggerFactory.getLogger(OutdatedDeletions.class);
    /** The log is cut by whole ledgers, which are closed after a while: so much later than its retention at the most, while it is loaded. */
    private static final Duration CUT_LATE_MAX = Duration.ofHours(24);

    /** How long an answer counts. Much shorter than the time after which a log is asked: so an answer is never older than the deletion. */
    static final long ANSWER_MS = 3_600_000;

    /** Logs that are asked at a time. */
    static final int ASKED_AT_ONCE = 4;
    /** Logs that wait to be asked; further ones are found again by a later sweep. */
    private static final int WAITING_MAX = 1_000;

    private record Log(RoomKey room, String epoch) {}

    private record Answer(long oldest, long atMs) {}

    private record Question(RoomState room, long atMs) {}

    private final Function<RoomState, Future<Long>> oldest;
    private final Map<Log, Question> waiting = new LinkedHashMap<>();
    private final Set<Log> asked = new HashSet<>();
    /** In the order in which they were asked for. No more than there are rooms. */
    private final Map<Log, Answer> answers = new LinkedHashMap<>();

    /** @param oldest offset of the oldest event that a logged room keeps, {@code Long.MAX_VALUE} when it keeps none; may fail */
    public OutdatedDeletions(Function<RoomState, Future<Long>> oldest) {
        this.oldest = oldest;
    }

    /**
     * When the last of the deleted bytes leave the log if the broker keeps it loaded, Unix time. By the retention as it is; and where that was
     * made shorter, the log keeps what it had for a while after it: so not before that can have been.
     *
     * @param deletion of a room of the table
     */
    public static long goneAtMs(RoomTable table, Deletion deletion) {
        RoomKey key = deletion.room();
        long retainedMs =
                Duration.ofHours(table.room(key).policy().retentionHours()).toMillis();
        return Math.max(deletion.atMs() + retainedMs, table.retentionSinceMs(key)) + CUT_LATE_MAX.toMillis();
    }

    @Override
    public List<Deletion> find(RoomTable table, long nowMs, int limit) {
        answers.values().removeIf(answer -> answer.atMs + ANSWER_MS < nowMs);
        List<Deletion> found = table.deletions(
                (deletion, live) -> !live || isCovered(table, deletion) || isLetGo(table, deletion, nowMs), limit);
        ask();
        return found;
    }

    /** Whether everything that it is about is deleted for everybody besides. */
    private static boolean isCovered(RoomTable table, Deletion deletion) {
        Deletion all = table.deletion(StateKeys.deletionOfAll(deletion.room(), deletion.epoch()));
        return all != null && all.upTo() >= deletion.upTo() && !all.equals(deletion);
    }

    private boolean isLetGo(RoomTable table, Deletion deletion, long nowMs) {
        RoomState room = table.room(deletion.room());
        // nobody is served a closed room: its deletions go with its record, and who asks a log that is being removed
        // makes it anew
        if (room.end() == RoomState.End.CLOSED || goneAtMs(table, deletion) >= nowMs) {
            return false;
        }
        Log log = new Log(deletion.room(), deletion.epoch());
        Answer answer = answers.get(log);
        if (answer != null) {
            return deletion.upTo() < answer.oldest;
        }
        if (waiting.size() < WAITING_MAX && !asked.contains(log)) {
            waiting.putIfAbsent(log, new Question(room, nowMs));
        }
        return false;
    }

    private void ask() {
        Iterator<Map.Entry<Log, Question>> next = waiting.entrySet().iterator();
        while (asked.size() < ASKED_AT_ONCE && next.hasNext()) {
            Map.Entry<Log, Question> entry = next.next();
            next.remove();
            ask(entry.getKey(), entry.getValue());
        }
    }

    private void ask(Log log, Question question) {
        asked.add(log);
        oldest.apply(question.room).onComplete((offset, failure) -> {
            asked.remove(log);
            if (failure == null) {
                answers.put(log, new Answer(offset, question.atMs));
            } else {
                // its deletions stay, and the next sweep asks again
                LOG.debug("the log of {} does not answer", log.room, failure);
            }
            ask();
        });
    }
}
