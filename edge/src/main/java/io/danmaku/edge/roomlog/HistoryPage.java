package io.danmaku.edge.roomlog;

import java.io.ByteArrayOutputStream;
import java.util.List;

/**
 * What was found of a {@link HistoryRequest}.
 *
 * @param events as JSON, oldest first
 * @param next where the next page begins: its {@code before} going back, its {@code after} going forward
 * @param more whether anything is left to look through there
 * @param gapFrom first of the wanted offsets that the log keeps no more, 0 = it keeps all
 * @param gapTo last of them
 */
public record HistoryPage(List<byte[]> events, long next, boolean more, long gapFrom, long gapTo) {

    public HistoryPage {
        events = List.copyOf(events);
    }

    /** Writes the events as a JSON array. */
    public void writeEvents(ByteArrayOutputStream out) {
        out.write('[');
        for (int i = 0; i < events.size(); i++) {
            if (i > 0) {
                out.write(',');
            }
            out.writeBytes(events.get(i));
        }
        out.write(']');
    }
}
