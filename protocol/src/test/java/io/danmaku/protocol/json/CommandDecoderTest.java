package io.danmaku.protocol.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.command.Command;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.event.EventType;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

final class CommandDecoderTest {

    @Property(tries = 5_000)
    void anyBytesAreEitherACommandOrARefusal(@ForAll byte[] bytes) {
        assertWhole(CommandDecoder.decode(bytes));
    }

    @Property(tries = 5_000)
    void aDamagedCommandIsEitherACommandOrARefusal(
            @ForAll("commands") String command, @ForAll("damages") Damage damage) {
        assertWhole(CommandDecoder.decode(damage.applyTo(command.getBytes(StandardCharsets.UTF_8))));
    }

    @Property(tries = 3_000)
    void anyFieldOfAnyTypeIsEitherACommandOrARefusal(
            @ForAll("ops") String op, @ForAll("fields") String field, @ForAll("values") String value) {
        String frame =
                "{\"op\":\"" + op + "\",\"id\":7,\"room\":\"42\",\"" + field + "x\":1,\"" + field + "\":" + value + "}";
        CommandDecoder.Decoded decoded = CommandDecoder.decode(frame.getBytes(StandardCharsets.UTF_8));
        assertWhole(decoded);
    }

    @Property
    void anIdThatCanBeReadComesBackWithEveryRefusal(@ForAll @LongRange(max = (1L << 53) - 1) long id) {
        for (String rest :
                new String[] {"", ",\"op\":7", ",\"op\":\"x\"", ",\"op\":\"join\"", ",\"op\":\"send\",\"room\":1"}) {
            CommandDecoder.Decoded decoded = decode("{\"id\":" + id + rest + "}");
            assertEquals(id, decoded.id());
            assertNotNull(decoded.refusal());
        }
    }

    @Property
    void anIdOutsideItsRangeIsNotTaken(@ForAll("badIds") String id) {
        CommandDecoder.Decoded decoded = decode("{\"op\":\"ping\",\"id\":" + id + "}");
        assertEquals(-1, decoded.id());
        assertEquals(ErrorCode.BAD_COMMAND, decoded.refusal().code());
    }

    @Test
    void everyCommandOfTheProtocolIsRead() {
        assertEquals(Command.Auth.token("x.y.z"), command("{\"op\":\"auth\",\"id\":1,\"token\":\"x.y.z\"}"));
        assertEquals(Command.Auth.guest("acme"), command("{\"op\":\"auth\",\"id\":1,\"guest\":\"acme\"}"));
        assertEquals(
                new Command.Join("42", 1234, -1, "k3"),
                command("{\"op\":\"join\",\"id\":2,\"room\":\"42\",\"since\":1234,\"epoch\":\"k3\"}"));
        assertEquals(
                new Command.Join("42", -1, 50, null),
                command("{\"op\":\"join\",\"id\":2,\"room\":\"42\",\"last\":50}"));
        assertEquals(new Command.Join("42", -1, -1, null), command("{\"op\":\"join\",\"id\":2,\"room\":\"42\"}"));
        assertEquals(
                new Command.Join("42", 0, -1, null), command("{\"op\":\"join\",\"id\":2,\"room\":\"42\",\"since\":0}"));
        assertEquals(new Command.Leave("42"), command("{\"op\":\"leave\",\"id\":2,\"room\":\"42\"}"));
        assertEquals(
                new Command.History("42", 1200, 50),
                command("{\"op\":\"history\",\"id\":4,\"room\":\"42\",\"before\":1200,\"limit\":50}"));
        assertEquals(
                new Command.History("42", Long.MAX_VALUE, 50),
                command("{\"op\":\"history\",\"id\":4,\"room\":\"42\"}"));
        assertEquals(
                new Command.DmSend("8", "b1", "text", "hello", ""),
                command(
                        "{\"op\":\"dm.send\",\"id\":5,\"to\":\"8\",\"cid\":\"b1\",\"kind\":\"text\",\"body\":\"hello\"}"));
        assertEquals(new Command.DmRead("8", 3), command("{\"op\":\"dm.read\",\"id\":5,\"peer\":\"8\",\"seq\":3}"));
        assertEquals(
                new Command.DmDelivered("8", 3),
                command("{\"op\":\"dm.delivered\",\"id\":5,\"peer\":\"8\",\"seq\":3}"));
        assertEquals(
                new Command.DmExpiry("8", 0), command("{\"op\":\"dm.expiry\",\"id\":5,\"peer\":\"8\",\"seconds\":0}"));
        assertEquals(
                new Command.DmExpiry("8", 5), command("{\"op\":\"dm.expiry\",\"id\":5,\"peer\":\"8\",\"seconds\":5}"));
        assertEquals(new Command.DmTyping("8"), command("{\"op\":\"dm.typing\",\"id\":5,\"peer\":\"8\"}"));
        assertEquals(
                new Command.DmLook(List.of("8", "9")),
                command("{\"op\":\"dm.look\",\"id\":5,\"peers\":[\"8\",\"9\",\"8\"]}"));
        assertEquals(new Command.DmLook(List.of()), command("{\"op\":\"dm.look\",\"id\":5,\"peers\":[]}"));
        assertEquals(new Command.DmSync(null, 100), command("{\"op\":\"dm.sync\",\"id\":5}"));
        assertEquals(
                new Command.DmHistory("8", Long.MAX_VALUE, 50),
                command("{\"op\":\"dm.history\",\"id\":5,\"peer\":\"8\"}"));
        assertEquals(
                new Command.DmHistory("8", 12, 3),
                command("{\"op\":\"dm.history\",\"id\":5,\"peer\":\"8\",\"before\":12,\"limit\":3}"));
        assertEquals(new Command.DmContacts(null, 50, null), command("{\"op\":\"dm.contacts\",\"id\":5}"));
        assertEquals(
                new Command.DmContacts("c", 200, null),
                command("{\"op\":\"dm.contacts\",\"id\":5,\"cursor\":\"c\",\"limit\":200}"));
        assertEquals(new Command.DmSync("p", 5), command("{\"op\":\"dm.sync\",\"id\":5,\"pos\":\"p\",\"limit\":5}"));
        assertEquals(new Command.Ping(), command("{\"op\":\"ping\",\"id\":6}"));
        Command.Send send = assertInstanceOf(
                Command.Send.class,
                command(
                        "{\"op\":\"send\",\"id\":3,\"room\":\"42\",\"t\":\"chat\",\"cid\":\"a1\",\"d\":{\"text\":\"你好\"}}"));
        assertEquals(EventType.CHAT, send.type());
        assertEquals("你好", send.detail().get("text").textValue());
    }

    @Test
    void fieldsTheProtocolDoesNotKnowArePassedOver() {
        assertEquals(new Command.Ping(), command("{\"op\":\"ping\",\"id\":6,\"later\":{\"a\":[1]}}"));
    }

    @Test
    void whatIsWrongIsNamed() {
        assertRefused(ErrorCode.BAD_JSON, "");
        assertRefused(ErrorCode.BAD_JSON, "hello");
        assertRefused(ErrorCode.BAD_JSON, "[]");
        assertRefused(ErrorCode.BAD_JSON, "{\"op\":\"ping\",\"id\":1}{}");
        assertRefused(ErrorCode.BAD_JSON, "{\"op\":\"ping\",\"op\":\"ping\",\"id\":1}");
        assertRefused(ErrorCode.BAD_JSON, "{\"op\":\"ping\",\"id\":1,\"x\":" + "[".repeat(50) + "]".repeat(50) + "}");
        assertRefused(ErrorCode.BAD_COMMAND, "{\"op\":\"ping\"}");
        assertRefused(ErrorCode.BAD_COMMAND, "{\"op\":\"ping\",\"id\":\"1\"}");
        assertRefused(ErrorCode.BAD_COMMAND, "{\"op\":null,\"id\":1}");
        assertRefused(ErrorCode.UNKNOWN_COMMAND, "{\"op\":\"fly\",\"id\":1}");
        assertRefused(ErrorCode.BAD_FIELD, "{\"op\":\"auth\",\"id\":1}");
        assertRefused(ErrorCode.BAD_FIELD, "{\"op\":\"auth\",\"id\":1,\"token\":7}");
        assertRefused(ErrorCode.BAD_FIELD, "{\"op\":\"join\",\"id\":1,\"room\":\"a room\"}");
        assertRefused(ErrorCode.BAD_FIELD, "{\"op\":\"join\",\"id\":1,\"room\":\"42\",\"since\":-1}");
        assertRefused(ErrorCode.BAD_FIELD, "{\"op\":\"join\",\"id\":1,\"room\":\"42\",\"since\":1.5}");
        assertRefused(ErrorCode.BAD_FIELD, "{\"op\":\"join\",\"id\":1,\"room\":\"42\",\"since\":1,\"last\":1}");
        assertRefused(ErrorCode.BAD_FIELD, "{\"op\":\"join\",\"id\":1,\"room\":\"42\",\"last\":501}");
        assertRefused(ErrorCode.BAD_FIELD, "{\"op\":\"join\",\"id\":1,\"room\":\"42\",\"epoch\":\"K 3\"}");
        assertRefused(
                ErrorCode.BAD_FIELD, "{\"op\":\"send\",\"id\":1,\"room\":\"42\",\"t\":\"x\",\"cid\":\"a\",\"d\":{}}");
        assertRefused(ErrorCode.BAD_FIELD, "{\"op\":\"send\",\"id\":1,\"room\":\"42\",\"t\":\"chat\",\"d\":{}}");
        assertRefused(
                ErrorCode.BAD_FIELD,
                "{\"op\":\"send\",\"id\":1,\"room\":\"42\",\"t\":\"chat\",\"cid\":\"a b\",\"d\":{}}");
        assertRefused(
                ErrorCode.BAD_FIELD,
                "{\"op\":\"send\",\"id\":1,\"room\":\"42\",\"t\":\"chat\",\"cid\":\"a\",\"d\":[]}");
        assertRefused(ErrorCode.BAD_FIELD, "{\"op\":\"dm.read\",\"id\":1,\"peer\":\"8\"}");
        assertRefused(ErrorCode.BAD_FIELD, "{\"op\":\"dm.delivered\",\"id\":1,\"peer\":\"8\",\"seq\":0}");
        assertRefused(ErrorCode.BAD_FIELD, "{\"op\":\"dm.expiry\",\"id\":1,\"peer\":\"8\"}");
        assertRefused(ErrorCode.BAD_FIELD, "{\"op\":\"dm.expiry\",\"id\":1,\"peer\":\"8\",\"seconds\":4}");
        assertRefused(ErrorCode.BAD_FIELD, "{\"op\":\"dm.typing\",\"id\":1,\"peer\":\"a/b\"}");
        assertRefused(ErrorCode.BAD_FIELD, "{\"op\":\"dm.look\",\"id\":1}");
        assertRefused(ErrorCode.BAD_FIELD, "{\"op\":\"dm.look\",\"id\":1,\"peers\":\"8\"}");
        assertRefused(ErrorCode.BAD_FIELD, "{\"op\":\"dm.look\",\"id\":1,\"peers\":[8]}");
        String many = "\"8\",".repeat(CommandDecoder.LOOKED_AT_MAX) + "\"8\"";
        assertRefused(ErrorCode.BAD_FIELD, "{\"op\":\"dm.look\",\"id\":1,\"peers\":[" + many + "]}");
        assertRefused(ErrorCode.BAD_FIELD, "{\"op\":\"history\",\"id\":1,\"room\":\"42\",\"limit\":0}");
    }

    @Test
    void halfOfASurrogatePairIsRefusedBecauseNobodyCouldWriteItAgain() {
        assertRefused(
                ErrorCode.BAD_JSON,
                "{\"op\":\"send\",\"id\":1,\"room\":\"42\",\"t\":\"chat\",\"cid\":\"a\",\"d\":{\"text\":\"\\ud83d\"}}");
        assertRefused(
                ErrorCode.BAD_JSON,
                "{\"op\":\"send\",\"id\":1,\"room\":\"42\",\"t\":\"app\",\"cid\":\"a\",\"d\":{\"x\":[{\"\\udc00\":1}]}}");
        assertRefused(
                ErrorCode.BAD_JSON,
                "{\"op\":\"dm.send\",\"id\":5,\"to\":\"8\",\"cid\":\"b1\",\"kind\":\"text\",\"body\":\"\\ude00\\ud83d\"}");
        assertInstanceOf(
                Command.Send.class,
                command(
                        "{\"op\":\"send\",\"id\":1,\"room\":\"42\",\"t\":\"chat\",\"cid\":\"a\",\"d\":{\"text\":\"\\ud83d\\ude00\"}}"));
    }

    private static void assertWhole(CommandDecoder.Decoded decoded) {
        assertTrue((decoded.command() == null) != (decoded.refusal() == null), decoded::toString);
        assertTrue(decoded.id() >= -1);
        if (decoded.command() != null) {
            assertTrue(decoded.id() >= 0);
            if (decoded.command() instanceof Command.Send send) {
                assertNotNull(Json.bytes(send.detail()));
            }
        } else {
            // what refuses must itself be writable
            assertNotNull(Replies.error(decoded.id(), decoded.refusal()));
        }
    }

    private static CommandDecoder.Decoded decode(String frame) {
        return CommandDecoder.decode(frame.getBytes(StandardCharsets.UTF_8));
    }

    private static Command command(String frame) {
        CommandDecoder.Decoded decoded = decode(frame);
        assertNull(decoded.refusal(), decoded::toString);
        return decoded.command();
    }

    private static void assertRefused(ErrorCode code, String frame) {
        CommandDecoder.Decoded decoded = decode(frame);
        assertNotNull(decoded.refusal(), () -> "accepted: " + frame);
        assertEquals(code, decoded.refusal().code(), frame);
    }

    /** Overwrites, cuts out or repeats some bytes of a frame. */
    record Damage(int at, int length, byte with, int kind) {
        byte[] applyTo(byte[] frame) {
            int from = at % frame.length;
            int to = Math.min(frame.length, from + length);
            byte[] damaged = switch (kind) {
                case 0 -> frame.clone();
                case 1 -> new byte[frame.length - (to - from)];
                default -> new byte[frame.length + (to - from)];
            };
            switch (kind) {
                case 0 -> java.util.Arrays.fill(damaged, from, to, with);
                case 1 -> {
                    System.arraycopy(frame, 0, damaged, 0, from);
                    System.arraycopy(frame, to, damaged, from, frame.length - to);
                }
                default -> {
                    System.arraycopy(frame, 0, damaged, 0, to);
                    System.arraycopy(frame, from, damaged, to, frame.length - from);
                }
            }
            return damaged;
        }
    }

    @Provide
    Arbitrary<Damage> damages() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 200),
                        Arbitraries.integers().between(0, 12),
                        Arbitraries.bytes(),
                        Arbitraries.integers().between(0, 2))
                .as(Damage::new);
    }

    @Provide
    Arbitrary<String> commands() {
        return Arbitraries.of(
                "{\"op\":\"auth\",\"id\":1,\"token\":\"aaa.bbb.ccc\"}",
                "{\"op\":\"join\",\"id\":2,\"room\":\"42\",\"since\":1234,\"epoch\":\"k3\"}",
                "{\"op\":\"join\",\"id\":2,\"room\":\"42\",\"last\":50}",
                "{\"op\":\"send\",\"id\":3,\"room\":\"42\",\"t\":\"chat\",\"cid\":\"a1\",\"d\":{\"text\":\"你好 \\ud83d\\ude00\",\"size\":25}}",
                "{\"op\":\"send\",\"id\":3,\"room\":\"42\",\"t\":\"state\",\"cid\":\"a1\",\"d\":{\"key\":\"k\",\"value\":[1,{\"a\":null}]}}",
                "{\"op\":\"history\",\"id\":4,\"room\":\"42\",\"before\":1200,\"limit\":50}",
                "{\"op\":\"dm.send\",\"id\":5,\"to\":\"8\",\"cid\":\"b1\",\"kind\":\"text\",\"body\":\"hello\"}",
                "{\"op\":\"dm.sync\",\"id\":6,\"pos\":\"abc\",\"limit\":10}",
                "{\"op\":\"ping\",\"id\":7}");
    }

    @Provide
    Arbitrary<String> ops() {
        return Arbitraries.of(
                "auth",
                "join",
                "leave",
                "send",
                "history",
                "dm.send",
                "dm.read",
                "dm.sync",
                "dm.history",
                "dm.contacts",
                "dm.delivered",
                "dm.typing",
                "dm.look",
                "ping",
                "",
                "x");
    }

    @Provide
    Arbitrary<String> fields() {
        return Arbitraries.of(
                "token", "since", "last", "epoch", "before", "limit", "t", "cid", "d", "to", "kind", "body", "pos",
                "peer", "seq", "peers");
    }

    @Provide
    Arbitrary<String> values() {
        return Arbitraries.of(
                "null",
                "true",
                "0",
                "-1",
                "1",
                "1.0",
                "1e3",
                "1e99999",
                "-0.0",
                "9223372036854775808",
                "9007199254740992",
                "\"\"",
                "\"1\"",
                "\"chat\"",
                "\"\\u0000\"",
                "\"" + "x".repeat(9_000) + "\"",
                "[]",
                "{}",
                "[1,[2]]",
                "{\"text\":\"a\"}");
    }

    @Provide
    Arbitrary<String> badIds() {
        return Arbitraries.of(
                "-1", "9007199254740992", "9223372036854775808", "1.0", "1e3", "\"1\"", "null", "[]", "{}", "true");
    }

    @Property
    void aFrameWithoutAnyStructureOfItsOwnKeepsItsDetail(@ForAll String text) {
        ObjectNode frame = Json.object()
                .put("op", "send")
                .put("id", 1)
                .put("room", "42")
                .put("t", "app")
                .put("cid", "c");
        frame.putObject("d")
                .put(
                        "text",
                        text.codePoints()
                                .filter(c -> c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE)
                                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                                .toString());
        CommandDecoder.Decoded decoded = CommandDecoder.decode(Json.bytes(frame));
        Command.Send send = assertInstanceOf(Command.Send.class, decoded.command());
        assertEquals(frame.get("d"), send.detail());
    }
}
