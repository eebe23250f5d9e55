package io.danmaku.edge.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.danmaku.node.config.ConfigurationException;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SocketTransportTest {
    private static final int ENTRIES = 4_096;

    @Test
    void byItselfTheFirstThatThisMachineHasIsTaken() {
        assertTrue(SocketTransport.choose(SocketTransport.AUTO, ENTRIES).available());
    }

    @Test
    void aNamedOneIsTakenOrStopsTheStart() {
        for (SocketTransport transport : SocketTransport.values()) {
            if (transport.available()) {
                assertEquals(transport, SocketTransport.choose(transport.toString(), ENTRIES));
            } else {
                ConfigurationException refused = assertThrows(
                        ConfigurationException.class, () -> SocketTransport.choose(transport.toString(), ENTRIES));
                assertTrue(refused.getMessage().contains("transport.kind"), refused.getMessage());
            }
        }
        assertEquals(SocketTransport.NIO, SocketTransport.choose("nio", ENTRIES), "everywhere");
    }

    @Test
    void anUnknownNameStopsTheStartWithTheKeyAndWhatThereIs() {
        String message = assertThrows(ConfigurationException.class, () -> SocketTransport.choose("carrier", ENTRIES))
                .getMessage();
        assertTrue(message.contains("transport.kind") && message.contains("auto, io_uring, epoll, nio"), message);
    }

    @Test
    void completionsThatWaitAsideAreCountedFromTheKernelsList() {
        List<String> quiet =
                List.of("SqMask:\t0x3ff", "PollList:", "  op=22, task_works=0", "CqOverflowList:", "NAPI:\tdisabled");
        assertEquals(0, RingOverflow.waiting(quiet));
        assertEquals(0, RingOverflow.waiting(List.of("pos:\t0")));
        List<String> full = List.of(
                "PollList:",
                "CqOverflowList:",
                "  user_data=17, res=-11, flags=0",
                "  user_data=18, res=105, flags=0",
                "NAPI:\tdisabled");
        assertEquals(2, RingOverflow.waiting(full));
    }
}
