package io.danmaku.room.membership;

/** Nobody looks. */
final class Silent {
    static final Attendance.Watcher WATCHER = new Attendance.Watcher() {
        @Override
        public void hole() {}

        @Override
        public void died(String edge) {}

        @Override
        public void dropped(String why) {}
    };

    private Silent() {}
}
