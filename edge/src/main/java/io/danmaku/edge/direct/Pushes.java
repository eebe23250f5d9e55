package io.danmaku.edge.direct;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.Delivery;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns deliveries into frames for devices. Messages of one user that arrive together share a frame; its bytes are made
 * once and shared by the user's devices. dm-service delivers again after a crash, and an owner that was slow delivers what another one has
 * changed since: what was pushed lately is known here, and neither it nor an older form of it is pushed after it. Owned by the thread {@code direct-delivery}.
 */
final class Pushes {
    /** Messages in a frame; more make another one. */
    static final int FRAME_MESSAGES_MAX = 50;
    /** Bytes of messages above which a frame takes no more. */
    static final int FRAME_BYTES_MAX = 64 << 10;
    /** Pushed messages remembered, by user; of older ones a repeat reaches the client, which knows it by its {@code mid}. */
    static final int PUSHED_MAX = 16_384;

    private static final Logger LOG = LoggerFactory.getLogger(Pushes.class);
    private static final byte[] HEAD = "{\"dm\":[".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] TAIL = "]}".getBytes(StandardCharsets.US_ASCII);

    private record User(String tenant, String id) {}

    private static final class Frame {
        private final List<byte[]> messages = new ArrayList<>();
        private int bytes;

        private byte[] finish() {
            byte[] frame = new byte[HEAD.length + bytes + messages.size() - 1 + TAIL.length];
            System.arraycopy(HEAD, 0, frame, 0, HEAD.length);
            int at = HEAD.length;
            for (byte[] message : messages) {
                if (at > HEAD.length) {
                    frame[at++] = ',';
                }
                System.arraycopy(message, 0, frame, at, message.length);
                at += message.length;
            }
            System.arraycopy(TAIL, 0, frame, at, TAIL.length);
            return frame;
        }
    }

    /** By user and message: the newest form that was pushed. */
    private static final class Pushed extends LinkedHashMap<String, Long> {
        private static final long serialVersionUID = 1L;

        boolean isNewer(String key, long rev) {
            Long before = get(key);
            if (before != null && before >= rev) {
                return false;
            }
            // to the end of those that are remembered
            remove(key);
            put(key, rev);
            return true;
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
            return size() > PUSHED_MAX;
        }
    }

    private final Devices devices;
    private final Map<User, Frame> frames = new LinkedHashMap<>();
    private final Pushed pushed = new Pushed();
    private final LongAdder pushes = new LongAdder();
    private final LongAdder repeats = new LongAdder();

    Pushes(Devices devices) {
        this.devices = devices;
    }

    /** Takes a message, a mark, a note or that somebody types; what it makes goes out at the latest with {@link #flush}. */
    void add(Delivery delivery) {
        switch (delivery.kind()) {
            case MESSAGE -> message(delivery);
            case READ -> mark(delivery, "dmRead", "reader");
            case DELIVERED -> mark(delivery, "dmDelivered", "user");
            case NOTE -> tell(delivery, ("{\"dmNote\":" + delivery.change() + "}").getBytes(StandardCharsets.UTF_8));
            case TYPING -> typing(delivery);
            case RESULT, SIGHT -> throw new IllegalArgumentException("this is for this node, not for devices");
        }
    }

    private void message(Delivery delivery) {
        byte[] json = null;
        for (String id : delivery.users()) {
            if (devices.of(delivery.tenant(), id).isEmpty()) {
                continue;
            }
            if (!pushed.isNewer(
                    id + "/" + delivery.message().mid(),
                    delivery.message().revision().number())) {
                repeats.increment();
                continue;
            }
            if (json == null) {
                json = Json.bytes(delivery.message().toJson());
            }
            User user = new User(delivery.tenant(), id);
            Frame frame = frames.computeIfAbsent(user, first -> new Frame());
            frame.messages.add(json);
            frame.bytes += json.length;
            if (frame.messages.size() >= FRAME_MESSAGES_MAX || frame.bytes >= FRAME_BYTES_MAX) {
                flush(user);
            }
        }
    }

    private void mark(Delivery delivery, String name, String whose) {
        ObjectNode mark = Json.object();
        mark.putObject(name)
                .put(whose, delivery.reader())
                .put("peer", delivery.peer())
                .put("seq", delivery.readSeq());
        tell(delivery, Json.bytes(mark));
    }

    private void typing(Delivery delivery) {
        ObjectNode typing = Json.object();
        typing.putObject("dmTyping").put("from", delivery.reader());
        tell(delivery, Json.bytes(typing));
    }

    /** Pushes a frame behind the messages that came before it. */
    private void tell(Delivery delivery, byte[] json) {
        for (String id : delivery.users()) {
            User user = new User(delivery.tenant(), id);
            flush(user);
            push(user, json);
        }
    }

    /** Pushes what waits. */
    void flush() {
        frames.forEach((user, frame) -> push(user, frame.finish()));
        frames.clear();
    }

    private void flush(User user) {
        Frame frame = frames.remove(user);
        if (frame != null) {
            push(user, frame.finish());
        }
    }

    private void push(User user, byte[] json) {
        for (Device device : devices.of(user.tenant, user.id)) {
            pushes.increment();
            try {
                device.push(json);
            } catch (RuntimeException bug) {
                LOG.error("a device could not be pushed to", bug);
            }
        }
    }

    /** Frames handed to devices. */
    long pushes() {
        return pushes.sum();
    }

    /** Messages that were delivered again, or late in an older form, and not pushed. */
    long repeats() {
        return repeats.sum();
    }
}
