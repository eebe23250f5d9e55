package io.danmaku.dm.inbound;

import io.danmaku.dm.conversation.Marks;
import java.util.Map;
import java.util.TreeMap;

/** One row of {@code contact}. */
final class ModelContact {
    /** A cell and the timestamp of its write. */
    record Cell(long value, long timestamp) {
        static final Cell NONE = new Cell(0, Long.MIN_VALUE);
    }

    final Map<String, Cell> cells = new TreeMap<>();

    void put(String column, long value, long timestamp) {
        Cell old = cells.getOrDefault(column, Cell.NONE);
        if (timestamp > old.timestamp || (timestamp == old.timestamp && value > old.value)) {
            cells.put(column, new Cell(value, timestamp));
        }
    }

    long get(String column) {
        return cells.getOrDefault(column, Cell.NONE).value;
    }

    Marks.Side marks() {
        return new Marks.Side(mark("read_seq"), mark("delivered_seq"));
    }

    private Marks.Mark mark(String column) {
        Cell cell = cells.get(column);
        return cell == null ? Marks.Mark.NONE : new Marks.Mark(cell.value, cell.timestamp - 1);
    }

    long unread() {
        return Math.max(0, get("received") - Math.max(get("read_received"), get("cleared_received")));
    }
}
