package io.danmaku.room.moderation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
        return SanctionForm.wanted((ObjectNode) Json.MAPPER.readTree(text), true);
    }

    private static SanctionForm.Wanted user(String id, Sanction.Kind kind, int seconds, String reason) {
        return new SanctionForm.Wanted(id, null, null, kind, seconds, false, reason);
    }

    @Test
    void aMuteIsRead() throws JsonProcessingException {
        assertEquals(
                user("7", Sanction.Kind.MUTE, 60, "spam"),
                wanted("{\"user\":\"7\",\"kind\":\"mute\",\"seconds\":60,\"reason\":\"spam\"}")
                        .value());
        assertEquals(
                user("a@b.c", Sanction.Kind.MUTE, 1, ""),
                wanted("{\"user\":\"a@b.c\",\"kind\":\"mute\",\"seconds\":1}").value());
    }

    @Test
    void withoutSecondsItIsForEverAndAKickIsShort() throws JsonProcessingException {
        assertEquals(
                user("7", Sanction.Kind.BAN, 0, ""),
                wanted("{\"user\":\"7\",\"kind\":\"ban\"}").value());
        assertEquals(
                user("7", Sanction.Kind.SHADOW, 0, ""),
                wanted("{\"user\":\"7\",\"kind\":\"shadow\",\"seconds\":null}").value());
        assertEquals(
                user("7", Sanction.Kind.KICK, Sanction.KICK_SECONDS, ""),
                wanted("{\"user\":\"7\",\"kind\":\"kick\"}").value());
        Sanction ban = new Sanction(
                "x", new RoomKey("default", "42"), "k3", "7", Sanction.Kind.BAN, "", "1", 5, Sanction.FOREVER_MS);
        assertTrue(SanctionForm.json(ban).get("until").isNull());
    }

    @Test
    void aDeviceOrAddressesAreNamedInPlaceOfAUser() throws JsonProcessingException {
        assertEquals(
                new SanctionForm.Wanted(null, "ios:4f", null, Sanction.Kind.BAN, 0, true, ""),
                wanted("{\"device\":\"ios:4f\",\"kind\":\"ban\",\"stream\":true,\"user\":null}")
                        .value());
        assertEquals(
                new SanctionForm.Wanted(null, null, "10.0.0.0/8", Sanction.Kind.MUTE, 0, false, ""),
                wanted("{\"address\":\"10.1.2.3/8\",\"kind\":\"mute\",\"stream\":false}")
                        .value());
        assertEquals(
                "address:2001:db8::1",
                wanted("{\"address\":\"2001:DB8::1\",\"kind\":\"kick\"}")
                        .value()
                        .target());
    }

    @Test
    void allRoomsOfAnOwnerHaveNoStreamToEndWith() throws JsonProcessingException {
        ObjectNode body = (ObjectNode) Json.MAPPER.readTree("{\"user\":\"7\",\"kind\":\"ban\",\"stream\":true}");
        assertTrue(SanctionForm.wanted(body, false).isRefused());
        body.put("stream", false);
        assertFalse(SanctionForm.wanted(body, false).isRefused());
    }

    @Test
    void aDeviceAndAStreamAreToldToWhoModerates() {
        RoomKey room = new RoomKey("default", "42");
        Sanction ban =
                new Sanction("x", room, "k3", null, "d1", null, Sanction.Kind.BAN, "", "1", 5, Sanction.FOREVER_MS, 2);
        assertEquals(
                "{\"id\":\"x\",\"device\":\"d1\",\"kind\":\"ban\",\"reason\":\"\",\"by\":\"1\",\"at\":5,\"until\":null,"
                        + "\"stream\":true}",
                SanctionForm.json(ban).toString());
        Sanction mute = new Sanction("x", room, "k3", null, null, "10.0.0.0/8", Sanction.Kind.MUTE, "r", "1", 5, 65, 0);
        assertEquals(
                "{\"id\":\"x\",\"address\":\"10.0.0.0/8\",\"kind\":\"mute\",\"reason\":\"r\",\"by\":\"1\",\"at\":5,\"until\":65}",
                SanctionForm.json(mute).toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"kind\":\"mute\"}",
                "{\"user\":\"7\",\"device\":\"d\",\"kind\":\"mute\"}",
                "{\"device\":\"a/b\",\"kind\":\"mute\"}",
                "{\"device\":7,\"kind\":\"mute\"}",
                "{\"address\":\"localhost\",\"kind\":\"mute\"}",
                "{\"address\":\"10.0.0.0/7\",\"kind\":\"mute\"}",
                "{\"address\":\"::/15\",\"kind\":\"mute\"}",
                "{\"address\":7,\"kind\":\"mute\"}",
                "{\"user\":\"7\",\"kind\":\"mute\",\"seconds\":60,\"stream\":true}",
                "{\"user\":\"7\",\"kind\":\"kick\",\"stream\":true}",
                "{\"user\":\"7\",\"kind\":\"mute\",\"stream\":1}",
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
        Sanction stream = new Sanction(
                "x", s.room(), "k3", "7", null, null, Sanction.Kind.BAN, "", "1", 5, Sanction.FOREVER_MS, 1);
        assertEquals(
                "{\"user\":\"7\",\"kind\":\"ban\",\"until\":null,\"stream\":true}",
                SanctionForm.spoken(stream).toString());
        assertEquals(
                "{\"user\":\"7\",\"kind\":\"mute\",\"lifted\":true}",
                SanctionForm.lifted(s).toString());
    }
}
