package io.danmaku.standalone.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

final class DirectInboxTest {
    private final List<String> told = new ArrayList<>();
    private final List<String> asked = new ArrayList<>();
    private final Queue<Consumer<Answer>> askers = new ArrayDeque<>();
    private final HubListener listener = new HubListener() {
        @Override
        public void direct(JsonNode messages) {
            messages.forEach(message -> told.add(
                    message.path("mid").asText() + "/" + message.path("rev").asLong()));
        }

        @Override
        public void directNote(JsonNode note) {
            told.add("note " + note);
        }

        @Override
        public void directMarks(JsonNode marks) {
            told.add("marks " + marks);
        }

        @Override
        public void directSynced(String position) {
            told.add("at " + position);
        }
    };

    private void ask(ObjectNode command, Consumer<Answer> taker) {
        asked.add(command.path("pos").asText("-"));
        askers.add(taker);
    }

    private void answer(String ok) {
        askers.remove().accept(Answer.of(ScriptedEdge.json("{'re':1," + ok + "}")));
    }

    private static JsonNode push(int seq, int rev) {
        return ScriptedEdge.json("{'dm':[" + message(seq, rev) + "]}");
    }

    private static String message(int seq, int rev) {
        return "{'mid':'m" + seq + "','from':'8','to':'7','seq':" + seq + ",'rev':" + rev + "}";
    }

    @Test
    void aSyncIsReadToItsEndAfterEachConnectAndThenNowAndAgain() {
        DirectInbox inbox = new DirectInbox("now", listener);
        inbox.tick(0, this::ask);
        inbox.tick(100, this::ask);
        assertEquals(List.of("now"), asked, "one at a time");
        answer("'ok':{'messages':[" + message(1, 0)
                + "],'changes':[{'peer':'8','hidden':'m0'}],'pos':'p','more':true}");
        inbox.tick(200, this::ask);
        answer("'ok':{'messages':[],'marks':[{'peer':'8','readSeq':1}],'pos':'q','more':false}");
        assertEquals(
                List.of(
                        "m1/0",
                        "note {\"peer\":\"8\",\"hidden\":\"m0\"}",
                        "at p",
                        "marks {\"peer\":\"8\",\"readSeq\":1}",
                        "at q"),
                told);
        inbox.tick(200 + DirectInbox.SYNC_EVERY_MS * 7 / 10, this::ask);
        assertEquals(List.of("now", "p"), asked, "it is early");
        inbox.tick(200 + DirectInbox.SYNC_EVERY_MS * 6 / 5, this::ask);
        assertEquals(List.of("now", "p", "q"), asked);
        askers.remove().accept(Answer.refused("disconnected", "", true));
        inbox.lost();
        inbox.tick(60_000, this::ask);
        assertEquals(List.of("now", "p", "q", "q"), asked, "at once after a new connect");
    }

    @Test
    void eachFormOfAMessageIsToldOnceHoweverItComes() {
        DirectInbox inbox = new DirectInbox("p", listener);
        inbox.take(push(1, 0), 0);
        inbox.take(push(1, 0), 0);
        inbox.tick(0, this::ask);
        answer("'ok':{'messages':[" + message(1, 0) + "," + message(2, 3) + "],'pos':'q','more':false}");
        inbox.take(push(2, 1), 0);
        inbox.take(push(1, 4), 0);
        assertEquals(List.of("m1/0", "m2/3", "at q", "m1/4"), told);
    }

    @Test
    void aPingThatIsToldOfLostPushesIsFollowedByASync() {
        DirectInbox inbox = new DirectInbox("p", listener);
        inbox.tick(0, this::ask);
        answer("'ok':{'messages':[],'pos':'q','more':false}");
        inbox.pong(Answer.of(ScriptedEdge.json("{'re':1,'ok':{}}")));
        inbox.tick(10, this::ask);
        assertEquals(List.of("p"), asked, "nothing is lost");
        inbox.pong(Answer.of(ScriptedEdge.json("{'re':2,'ok':{'sync':true}}")));
        inbox.tick(20, this::ask);
        assertEquals(List.of("p", "q"), asked);
        askers.remove().accept(Answer.refused("unavailable", "", true));
        inbox.pong(Answer.of(ScriptedEdge.json("{'re':3,'ok':{'sync':true}}")));
        inbox.tick(30, this::ask);
        assertEquals(List.of("p", "q"), asked, "who was refused waits");
    }

    @Test
    void aNumberThatIsLeftOutIsAskedForSoon() {
        DirectInbox inbox = new DirectInbox("p", listener);
        inbox.tick(0, this::ask);
        answer("'ok':{'messages':[" + message(7, 0) + "],'pos':'q','more':false}");
        inbox.take(push(8, 0), 1_000);
        inbox.tick(1_000 + DirectInbox.JUMP_MS, this::ask);
        assertEquals(1, asked.size(), "none is left out");
        inbox.take(push(10, 0), 2_000);
        inbox.tick(2_000, this::ask);
        assertEquals(1, asked.size(), "syncs are behind the pushes");
        inbox.tick(2_000 + DirectInbox.JUMP_MS, this::ask);
        assertEquals(List.of("p", "q"), asked);
        answer("'ok':{'messages':[],'pos':'q','more':false}");
        inbox.tick(2_000 + DirectInbox.JUMP_MS + 2_000, this::ask);
        assertEquals(3, asked.size(), "the hub may show it later than usual");
    }

    @Test
    void aRefusalIsAskedAgainAndAPositionOfAnotherHubBeginsAnew() {
        DirectInbox inbox = new DirectInbox("strange", listener);
        inbox.tick(0, this::ask);
        answer("'error':{'code':'bad_field','message':''}");
        inbox.tick(999, this::ask);
        assertEquals(List.of("strange"), asked);
        inbox.tick(1_250, this::ask);
        answer("'error':{'code':'unavailable','message':'','retryMs':3000}");
        inbox.tick(4_200, this::ask);
        assertEquals(List.of("strange", "-"), asked);
        inbox.tick(5_000, this::ask);
        assertEquals(List.of("strange", "-", "-"), asked);
        answer("'error':{'code':'unavailable','message':''}");
        inbox.tick(8_900, this::ask);
        assertEquals(3, asked.size(), "the pause has doubled twice");
        inbox.tick(10_000, this::ask);
        assertEquals(4, asked.size());
    }

    @Test
    void aNoteThatIsOlderThanOneToldIsNotTold() {
        DirectInbox inbox = new DirectInbox("p", listener);
        inbox.take(ScriptedEdge.json("{'dmNote':{'peer':'8','blocked':false,'rev':8}}"), 0);
        inbox.tick(0, this::ask);
        answer("'ok':{'messages':[],'changes':[{'peer':'8','blocked':true,'rev':5},{'peer':'8','cleared':2,'rev':4}],"
                + "'pos':'q','more':false}");
        assertEquals(
                List.of(
                        "note {\"peer\":\"8\",\"blocked\":false,\"rev\":8}",
                        "note {\"peer\":\"8\",\"cleared\":2,\"rev\":4}",
                        "at q"),
                told);
    }

    @Test
    void whatAListenerThatThrewWasNotToldIsToldAgain() {
        List<String> heard = new ArrayList<>();
        DirectInbox inbox = new DirectInbox("p", new HubListener() {
            @Override
            public void direct(JsonNode messages) {
                heard.add(messages.get(0).path("mid").asText());
                if (heard.size() == 1) {
                    throw new IllegalStateException("not now");
                }
            }
        });
        inbox.tick(0, this::ask);
        String page = "'ok':{'messages':[" + message(1, 0) + "],'pos':'q','more':false}";
        assertThrows(IllegalStateException.class, () -> answer(page));
        inbox.tick(1_000, this::ask);
        assertEquals(List.of("p", "p"), asked);
        answer(page);
        assertEquals(List.of("m1", "m1"), heard);
    }

    @Test
    void whoDoesNotWantItIsToldPushesAsTheyCome() {
        DirectInbox inbox = new DirectInbox(null, listener);
        inbox.tick(0, this::ask);
        assertTrue(asked.isEmpty());
        inbox.take(push(1, 0), 0);
        inbox.take(push(1, 0), 0);
        assertEquals(List.of("m1/0", "m1/0"), told);
    }
}
