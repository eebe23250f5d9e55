package io.danmaku.dm.account;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.json.Json;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class WritersTest {
    private static ObjectNode change(long at, String writers) {
        return Json.object().put("at", at).put("writers", writers);
    }

    @Property
    void behindTheSameChangesInAnyOrderAllPartitionsKnowTheSame(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 8) int count) {
        Random random = new Random(seed);
        List<ObjectNode> changes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ObjectNode change = Json.object().put("at", 1 + random.nextInt(4));
            if (random.nextBoolean()) {
                change.put("writers", List.of("all", "followed", "contacts").get(random.nextInt(3)));
            }
            if (random.nextBoolean()) {
                change.put("strangerMessages", random.nextInt(3));
            }
            changes.add(change);
        }
        Writers one = apply(changes);
        Collections.shuffle(changes, random);
        assertEquals(one, apply(changes));
        assertEquals(one, Writers.of(one.text()), "kept as it is");
    }

    private static Writers apply(List<ObjectNode> changes) {
        Writers writers = Writers.ANYBODY;
        for (ObjectNode change : changes) {
            writers = writers.with(change);
        }
        return writers;
    }

    @Test
    void whoeverChangesItLearnsWhetherALaterChoiceIsThere() {
        ObjectNode earlier = change(5, "contacts");
        ObjectNode later = change(6, "all");
        assertTrue(Writers.ANYBODY.with(earlier).has(earlier));
        assertTrue(Writers.ANYBODY.with(earlier).with(later).has(later));
        assertFalse(Writers.ANYBODY.with(later).with(earlier).has(earlier));
        assertFalse(Writers.ANYBODY.with(change(5, "all")).with(earlier).has(change(5, "all")));
    }

    @Test
    void theSameChoiceOfTwoDevicesAtOnceHoldsForBothInWhicheverOrderItComes() {
        ObjectNode first = change(5, "contacts").put("strangerMessages", 3);
        ObjectNode second = change(6, "contacts");
        for (Writers both : List.of(
                Writers.ANYBODY.with(first).with(second),
                Writers.ANYBODY.with(second).with(first))) {
            assertTrue(both.has(first));
            assertTrue(both.has(second));
        }
        ObjectNode other = change(7, "contacts").put("strangerMessages", 4);
        assertFalse(Writers.ANYBODY.with(first).with(other).has(first), "one field of two is another one");
    }

    @Test
    void contactsMayWriteWhereOnlyContactsMayAndFollowedOnesWhereTheyMay() {
        Writers contacts = Writers.ANYBODY.with(change(1, "contacts"));
        Writers followed = Writers.ANYBODY.with(change(1, "followed"));
        Relation contact = Relation.NONE.with(Json.object().put("contact", true));
        Relation follow = Relation.NONE.with(Json.object().put("follow", true));
        Relation accepted = Relation.NONE.with(Json.object().put("accepted", true));
        Relation muted = Relation.NONE.with(Json.object().put("muted", true));
        assertNull(contacts.refusal(contact, 9, 1));
        assertNull(contacts.refusal(accepted, 9, 1));
        assertEquals(ErrorCode.BLOCKED, contacts.refusal(follow, 0, 0).code());
        assertEquals(ErrorCode.BLOCKED, followed.refusal(muted, 0, 0).code());
        assertNull(followed.refusal(follow, 9, 1));
        assertNull(followed.refusal(contact, 9, 1));
        assertNull(Writers.ANYBODY.refusal(Relation.NONE, 9, 0));
    }

    @Test
    void aStrangerSendsAsManyAsTheUserOrElseTheOperatorSays() {
        assertNull(Writers.ANYBODY.refusal(Relation.NONE, 2, 3));
        assertEquals(
                ErrorCode.UNANSWERED,
                Writers.ANYBODY.refusal(Relation.NONE, 3, 3).code());
        Writers own = Writers.ANYBODY.with(Json.object().put("at", 1).put("strangerMessages", 1));
        assertEquals(ErrorCode.UNANSWERED, own.refusal(Relation.NONE, 1, 3).code());
        Writers any = Writers.ANYBODY.with(Json.object().put("at", 1).put("strangerMessages", 0));
        assertNull(any.refusal(Relation.NONE, 99, 3));
        assertFalse(any.asksForRelation(99, 3), "nobody has to be asked for");
    }
}
