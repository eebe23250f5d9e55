package io.danmaku.edge.direct;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.Delivery;
import io.danmaku.protocol.log.DirectMessage;
import io.danmaku.protocol.log.Revision;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PushesTest {
    private final Devices devices = new Devices(10);
    private final Pushes pushes = new Pushes(devices);
    private final HeldDevice ann = device("ann", "a1");
    private final HeldDevice bob = device("bob", "b1");

    @Test
    void aMessageReachesEveryDeviceOfTheNamedUsersInOneSharedFrame() {
        HeldDevice second = device("ann", "a2");
        pushes.add(message("m1", 1, List.of("ann", "bob")));
        pushes.flush();
        String frame =
                "{\"dm\":[{\"mid\":\"m1\",\"from\":\"bob\",\"to\":\"ann\",\"seq\":1,\"kind\":\"text\",\"body\":\"hi\",\"ts\":9}]}";
        assertEquals(List.of(frame), ann.texts());
        assertEquals(List.of(frame), second.texts());
        assertEquals(List.of(frame), bob.texts());
        assertSame(ann.frames.get(0), second.frames.get(0));
    }

    @Test
    void messagesThatArriveTogetherShareAFrameInTheirOrder() throws IOException {
        for (int seq = 1; seq <= 3; seq++) {
            pushes.add(message("m" + seq, seq, List.of("ann")));
        }
        pushes.flush();
        assertEquals(1, ann.frames.size());
        JsonNode messages = Json.MAPPER.readTree(ann.frames.get(0)).get("dm");
        assertEquals(List.of("m1", "m2", "m3"), messages.findValuesAsText("mid"));
        assertEquals(List.of(), bob.texts());
    }

    @Test
    void aFullFrameGoesOutAtOnce() {
        for (int seq = 1; seq <= Pushes.FRAME_MESSAGES_MAX + 1; seq++) {
            pushes.add(message("m" + seq, seq, List.of("ann")));
        }
        assertEquals(1, ann.frames.size());
        pushes.flush();
        assertEquals(2, ann.frames.size());
    }

    @Test
    void aReadMarkComesAfterTheMessagesBeforeIt() {
        pushes.add(message("m1", 1, List.of("ann")));
        pushes.add(Delivery.read("default", List.of("ann"), "bob", "ann", 1));
        assertEquals(2, ann.frames.size());
        assertEquals(
                "{\"dmRead\":{\"reader\":\"bob\",\"peer\":\"ann\",\"seq\":1}}",
                ann.texts().get(1));
    }

    @Test
    void whatIsDeliveredAgainIsNotPushedAgain() {
        pushes.add(message("m1", 1, List.of("ann")));
        pushes.add(message("m1", 1, List.of("ann")));
        pushes.flush();
        pushes.add(message("m1", 1, List.of("ann", "bob")));
        pushes.flush();
        assertEquals(1, ann.frames.size());
        assertEquals(1, bob.frames.size());
        assertEquals(2, pushes.repeats());
    }

    @Test
    void anOlderFormOfAMessageIsNotPushedAfterANewerOne() {
        DirectMessage sent = text("m1", 1);
        pushes.add(Delivery.message("default", List.of("ann"), sent.with("", new Revision(12, 0, 9, "", ""))));
        pushes.flush();
        // an owner that was slow, and did not see the recall
        pushes.add(Delivery.message("default", List.of("ann"), sent.with("secret", new Revision(11, 9, 0, "", ""))));
        pushes.add(message("m1", 1, List.of("ann")));
        pushes.flush();
        assertEquals(1, ann.frames.size(), () -> ann.texts().toString());
        pushes.add(Delivery.message("default", List.of("ann"), sent.with("", new Revision(13, 0, 9, "", ""))));
        pushes.flush();
        assertEquals(2, ann.frames.size());
    }

    @Test
    void whatIsDeliveredAndWhoTypesIsToldToo() {
        pushes.add(Delivery.delivered("default", List.of("ann", "bob"), "bob", "ann", 3));
        pushes.add(Delivery.typing("default", List.of("ann"), "bob"));
        String mark = "{\"dmDelivered\":{\"user\":\"bob\",\"peer\":\"ann\",\"seq\":3}}";
        assertEquals(List.of(mark, "{\"dmTyping\":{\"from\":\"bob\"}}"), ann.texts());
        assertEquals(List.of(mark), bob.texts());
    }

    @Test
    void usersOfAnotherTenantOrNotHereGetNothing() {
        Delivery foreign = Delivery.message("other", List.of("ann", "eve"), text("m1", 1));
        pushes.add(foreign);
        pushes.flush();
        assertEquals(List.of(), ann.texts());
    }

    @Test
    void aDeviceThatFailsDoesNotKeepAnotherFromItsMessage() {
        devices.add(new FailingDevice());
        pushes.add(message("m1", 1, List.of("eve", "ann")));
        pushes.flush();
        assertEquals(1, ann.frames.size());
    }

    private HeldDevice device(String user, String session) {
        HeldDevice device = new HeldDevice(user, session);
        devices.add(device);
        return device;
    }

    private static Delivery message(String mid, long seq, List<String> users) {
        return Delivery.message("default", users, text(mid, seq));
    }

    private static DirectMessage text(String mid, long seq) {
        return new DirectMessage(mid, "bob", "ann", seq, "text", "hi", 9);
    }

    private static final class FailingDevice implements Device {
        @Override
        public String tenant() {
            return "default";
        }

        @Override
        public String user() {
            return "eve";
        }

        @Override
        public String token() {
            return "";
        }

        @Override
        public String session() {
            return "e1";
        }

        @Override
        public void push(byte[] utf8Json) {
            throw new IllegalStateException("broken");
        }

        @Override
        public boolean reads() {
            return true;
        }

        @Override
        public void mayHaveMissed() {}

        @Override
        public void pushSurely(byte[] utf8Json) {
            push(utf8Json);
        }
    }
}
