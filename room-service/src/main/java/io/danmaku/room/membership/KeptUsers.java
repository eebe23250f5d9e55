package io.danmaku.room.membership;

import io.danmaku.protocol.log.Mark;
import io.danmaku.protocol.log.Membership;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Who is where, by edge and room; bounded over all of them. */
final class KeptUsers {
    private static final int MARKS_MAX = 4_096;

    private final int usersMax;
    private final Attendance.Watcher watcher;
    /** Marks are few and users many: each is kept once. */
    private final Map<String, Mark> marks = new HashMap<>();

    private long count;

    KeptUsers(int usersMax, Attendance.Watcher watcher) {
        this.usersMax = usersMax;
        this.watcher = watcher;
    }

    long count() {
        return count;
    }

    /** Takes in who came and left. */
    void change(EdgeRoom held, RoomAttendance room, Membership record) {
        enter(held, room, record);
        if (record.left() != null) {
            leave(held, room, record.left());
        }
    }

    /** Takes in who is there. Who was there before stays, and is nobody who comes. */
    void replace(EdgeRoom held, RoomAttendance room, Membership record) {
        Set<String> named = record.joined() == null ? Set.of() : new HashSet<>(record.joined());
        held.uncounted = false;
        leave(
                held,
                room,
                held.users().keySet().stream()
                        .filter(user -> !named.contains(user))
                        .toList());
        enter(held, room, record);
    }

    void forget(EdgeRoom held, RoomAttendance room) {
        count -= held.users().size();
        held.users().keySet().forEach(room::leave);
        held.users().clear();
        held.uncounted = false;
    }

    private void enter(EdgeRoom held, RoomAttendance room, Membership record) {
        List<String> users = record.joined();
        if (users == null || held.uncounted) {
            return;
        }
        for (int i = 0; i < users.size(); i++) {
            String user = users.get(i);
            Mark mark = mark(record.marks(), i);
            if (held.users().replace(user, mark) != null) {
                continue;
            }
            if (count >= usersMax) {
                watcher.dropped("users");
                forget(held, room);
                held.uncounted = true;
                return;
            }
            held.users().put(user, mark);
            count++;
            room.enter(user);
        }
    }

    private void leave(EdgeRoom held, RoomAttendance room, List<String> users) {
        for (String user : users) {
            if (held.users().remove(user) != null) {
                count--;
                room.leave(user);
            }
        }
    }

    private Mark mark(List<String> texts, int place) {
        String text = texts == null || place >= texts.size() ? null : texts.get(place);
        if (text == null || text.isEmpty()) {
            return Mark.PLAIN;
        }
        Mark known = marks.get(text);
        if (known == null) {
            known = Mark.parse(text);
            if (marks.size() < MARKS_MAX) {
                marks.put(text, known);
            }
        }
        return known;
    }
}
