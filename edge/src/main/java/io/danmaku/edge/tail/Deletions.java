package io.danmaku.edge.tail;

import io.danmaku.protocol.room.Deletion;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What was taken out of one room's log. Written by the table's reader; any thread asks, for every record that it reads. */
public final class Deletions {
    /** By state key, so that a record that goes is found. */
    private final Map<String, Deletion> all = new ConcurrentHashMap<>();

    private final Map<Long, Deletion> events = new ConcurrentHashMap<>();
    private final Map<String, Deletion> users = new ConcurrentHashMap<>();
    private volatile Deletion everybody;
    private volatile int version;

    /** Takes in a record of the state topic. */
    public synchronized void put(String key, Deletion deletion) {
        all.put(key, deletion);
        if (deletion.single()) {
            events.put(deletion.from(), deletion);
        } else if (deletion.user().isEmpty()) {
            everybody = deletion;
        } else {
            users.put(deletion.user(), deletion);
        }
        version++;
    }

    /** Its time is over: the log has let go of what it was about. Another one that stands in its place stays. */
    public synchronized void remove(String key) {
        Deletion gone = all.remove(key);
        if (gone == null) {
            return;
        }
        if (gone.single()) {
            events.remove(gone.from(), gone);
        } else if (gone.user().isEmpty()) {
            everybody = null;
        } else {
            users.remove(gone.user(), gone);
        }
    }

    /** Grows with every deletion: what was read at a smaller one may hold what is deleted now. */
    public int version() {
        return version;
    }

    /**
     * Whether an event of the log is deleted.
     *
     * @param user who sent it, empty for the hub itself
     */
    public boolean cover(long offset, String user) {
        Deletion room = everybody;
        if (room != null && room.covers(offset, user)) {
            return true;
        }
        if (!events.isEmpty()) {
            Deletion one = events.get(offset);
            if (one != null && one.covers(offset, user)) {
                return true;
            }
        }
        if (!users.isEmpty()) {
            Deletion theirs = users.get(user);
            return theirs != null && theirs.covers(offset, user);
        }
        return false;
    }
}
