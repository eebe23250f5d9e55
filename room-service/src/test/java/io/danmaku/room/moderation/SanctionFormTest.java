package io.danmaku.room.moderation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.room.Sanction;
import io.danmaku.room.room.Result;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SanctionFormTest {

    private static Result<SanctionForm.Wanted> wanted(String text) throws JsonProcessingException {
        return SanctionForm.wanted((ObjectNode) Json.MAPPER.readTree(text));
    }

    @Test
    void aMuteIsRead() throws JsonProcessingException {
        assertEquals(
                new SanctionForm.Wanted("7", Sanction.Kind.MUTE, 60, "spam"),
                wanted("{\"user\":\"7\",\"kind\":\"mute\",\"seconds\":60,\"reason\":\"spam\"}")
                        .value());
        assertEquals(
                new SanctionForm.Wanted("a@b.c", Sanction.Kind.MUTE, 1, ""),
                wanted("{\"user\":\"a@b.c\",\"kind\":\"mute\",\"seconds\":1}").value());
    }

    @Test
    void withoutSecondsItIsForEverAndAKickIsShort() throws JsonProcessingException {
        assertEquals(
                new SanctionForm.Wanted("7", Sanction.Kind.BAN, 0, ""),
                wanted("{\"user\":\"7\",\"kind\":\"ban\"}").value());
        assertEquals(
                new SanctionForm.Wanted("7", Sanction.Kind.SHADOW, 0, ""),
                wanted("{\"user\":\"7\",\"kind\":\"shadow\",\"seconds\":null}").value());
        assertEquals(
                new SanctionForm.Wanted("7", Sanction.Kind.KICK, Sanction.KICK_SECONDS, ""),
                wanted("{\"user\":\"7\",\"kind\":\"kick\"}").value());
        Sanction ban = new Sanction(
                "x", new RoomKey("default", "42"), "k3", "7", Sanction.Kind.BAN, "", "1", 5, Sanction.FOREVER_MS);
        assertTrue(SanctionForm.json(ban).get("until").isNull());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"user\":\"7\",\"kind\":\"silence\",\"seconds\":60}",
                "{\"user\":\"7\",\"seconds\":60}",
                "{\"user\":\"7/8\",\"kind\":\"mute\",\"seconds\":60}",
                "{\"user\":7,\"kind\":\"mute\",\"seconds\":60}",
                "{\"user\":\"7\",\"kind\":\"kick\",\"seconds\":60}",
                "{\"user\":\"7\",\"kind\":7,\"seconds\":60}",
                "{\"user\":\"7\",\"kind\":\"mute\",\"seconds\":0}",
                "{\"user\":\"7\",\"kind\":\"mute\",\"seconds\":31536001}",
                "{\"user\":\"7\",\"kind\":\"mute\",\"seconds\":\"60\"}",
                "{\"user\":\"7\",\"kind\":\"mute\",\"seconds\":60,\"reason\":7}",
                "{\"user\":\"7\",\"kind\":\"mute\",\"seconds\":60,\"until\":7}"
            })
    void whatIsNotOfItsFormIsRefused(String body) throws JsonProcessingException {
        assertTrue(wanted(body).isRefused(), body);
    }

    @Test
    void viewersAreToldOfASanctionAndOfItsEnd() {
        Sanction s = new Sanction("x", new RoomKey("default", "42"), "k3", "7", Sanction.Kind.MUTE, "", "1", 5, 65_000);
        assertEquals(
                "{\"user\":\"7\",\"kind\":\"mute\",\"until\":65000}",
                SanctionForm.spoken(s).toString());
        assertEquals(
                "{\"user\":\"7\",\"kind\":\"mute\",\"lifted\":true}",
                SanctionForm.lifted(s).toString());
    }
}
