package io.danmaku.edge.direct;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A device that keeps what it is sent. */
final class HeldDevice implements Device {
    private final String user;
    private final String session;
    final List<byte[]> frames = new ArrayList<>();
    boolean reads = true;
    boolean hasMissed;

    HeldDevice(String user, String session) {
        this.user = user;
        this.session = session;
    }

    @Override
    public String tenant() {
        return "default";
    }

    @Override
    public String user() {
        return user;
    }

    @Override
    public String token() {
        return "token of " + session;
    }

    @Override
    public String session() {
        return session;
    }

    @Override
    public void push(byte[] utf8Json) {
        if (reads) {
            frames.add(utf8Json);
        }
    }

    @Override
    public boolean reads() {
        return reads;
    }

    @Override
    public void mayHaveMissed() {
        hasMissed = true;
    }

    @Override
    public void pushSurely(byte[] utf8Json) {
        frames.add(utf8Json);
    }

    List<String> texts() {
        return frames.stream()
                .map(frame -> new String(frame, StandardCharsets.UTF_8))
                .toList();
    }
}
