package io.danmaku.protocol.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.command.Refusal;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.json.PolicyJson;
import io.danmaku.protocol.room.ChatStyles;
import io.danmaku.protocol.room.Durability;
import io.danmaku.protocol.room.Pin;
import io.danmaku.protocol.room.Raid;
import io.danmaku.protocol.room.RoomKey;
import io.danmaku.protocol.room.RoomPolicy;
import io.danmaku.protocol.room.RoomProfile;
import io.danmaku.protocol.room.RoomState;
import io.danmaku.protocol.room.Sanction;
import io.danmaku.protocol.room.Webhook;
import io.danmaku.protocol.room.WhoMaySend;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** What nodes say to each other as JSON. Another version of a node, or anything else, may have written what is read. */
final class JsonRecordsTest {
    private static final List<Class<?>> TYPES = List.of(
            DirectRecord.class,
            Delivery.class,
            Membership.class,
            MembershipRequest.class,
            HookRecord.class,
            Webhook.class,
            RoomStats.class,
            RaidSigns.class,
            RoomState.class,
            Sanction.class);

    @Property
    void aRecordReadsBackAsItWasWritten(@ForAll("records") Object record) {
        assertEquals(record, Json.read(Json.bytes(record), record.getClass()));
    }

    @Test
    void nothingIsNoRecord() {
        byte[] nothing = "null".getBytes(StandardCharsets.US_ASCII);
        TYPES.forEach(type -> assertThrows(UncheckedIOException.class, () -> Json.read(nothing, type)));
    }

    @Property(tries = 3_000)
    void foreignBytesAreRefusedAsNotOfTheForm(@ForAll byte[] bytes) {
        TYPES.forEach(type -> assertReadOrRefused(bytes, type));
    }

    @Property(tries = 3_000)
    void aDamagedRecordIsReadOrRefusedAsNotOfTheForm(
            @ForAll("records") Object record,
            @ForAll @Size(max = 4) List<@IntRange(max = 1 << 20) Integer> places,
            @ForAll @Size(value = 4) List<Byte> noise,
            @ForAll @IntRange(max = 1 << 20) int length) {
        byte[] bytes = Json.bytes(record);
        for (int i = 0; i < places.size(); i++) {
            bytes[places.get(i) % bytes.length] = noise.get(i);
        }
        assertReadOrRefused(bytes, record.getClass());
        byte[] cut = java.util.Arrays.copyOf(bytes, length % (bytes.length + 1));
        TYPES.forEach(type -> assertReadOrRefused(cut, type));
    }

    @Property(tries = 1_000)
    void aRecordOfAnotherKindIsReadOrRefusedAsNotOfTheForm(@ForAll("records") Object record) {
        byte[] bytes = Json.bytes(record);
        TYPES.forEach(type -> assertReadOrRefused(bytes, type));
    }

    /** The one way that a reader has to be ready for. */
    private static void assertReadOrRefused(byte[] bytes, Class<?> type) {
        try {
            Json.read(bytes, type);
        } catch (UncheckedIOException declared) {
            assertEquals("not a " + type.getSimpleName(), declared.getMessage());
        }
    }

    @Test
    void whatALaterVersionAddsIsPassedOver() {
        byte[] later = "{\"edge\":\"e\",\"kind\":\"LEASE\",\"mood\":{\"of\":[1]}}".getBytes(StandardCharsets.UTF_8);
        Membership read = Json.read(later, Membership.class);
        assertEquals("e", read.edge());
        assertEquals(Membership.Kind.LEASE, read.kind());
    }

    @Test
    void whatBreaksARuleIsRefusedAsNotOfTheForm() {
        for (String bad : List.of(
                "",
                "[]",
                "7",
                "{\"key\":{\"tenant\":\"default\",\"room\":\"../../etc\"}}",
                "{\"policy\":{\"slowModeMs\":-1,\"whoMaySend\":\"EVERYONE\",\"textLengthMax\":1,\"retentionHours\":1}}",
                "{\"version\":9223372036854775808}",
                "{\"version\":1e99999}",
                "{\"open\":true,\"open\":false}",
                "{\"open\":true} trailing")) {
            byte[] bytes = bad.getBytes(StandardCharsets.UTF_8);
            assertThrows(UncheckedIOException.class, () -> Json.read(bytes, RoomState.class), bad);
        }
    }

    @Provide
    Arbitrary<Object> records() {
        return Arbitraries.oneOf(directRecords(), deliveries(), memberships(), stats(), states(), sanctions(), hooks());
    }

    private static Arbitrary<Object> hooks() {
        return Arbitraries.oneOf(
                Combinators.combine(texts(), texts(), numbers(), texts())
                        .as((hook, id, atMs, text) -> (Object) new HookRecord(
                                "default",
                                hook,
                                id,
                                "live",
                                "42",
                                atMs,
                                Json.object().put("a", text).put("n", 7))),
                Combinators.combine(texts(), texts(), users().list().ofMaxSize(3), numbers())
                        .as((url, secret, events, deadUpTo) -> (Object) new Webhook(
                                "default", "shop", url, secret, events, deadUpTo, List.of(deadUpTo + 3), "7", 1)));
    }

    private static Arbitrary<String> texts() {
        return Arbitraries.oneOf(
                Arbitraries.of("", "\"", "\\", "{\"a\":1}", "弹幕", "😀", "\u0000\u001f\u2028", "x".repeat(3_000)),
                Arbitraries.strings().ascii().ofMaxLength(40));
    }

    private static Arbitrary<String> users() {
        return Arbitraries.strings()
                .alpha()
                .numeric()
                .withChars("_.@-")
                .ofMinLength(1)
                .ofMaxLength(64);
    }

    private static Arbitrary<RoomKey> rooms() {
        return Combinators.combine(
                        Arbitraries.strings()
                                .withCharRange('a', 'z')
                                .withChars("0-")
                                .ofMinLength(1)
                                .ofMaxLength(32),
                        Arbitraries.strings()
                                .alpha()
                                .withChars("_-")
                                .ofMinLength(1)
                                .ofMaxLength(64))
                .as(RoomKey::new);
    }

    private static Arbitrary<Long> numbers() {
        return Arbitraries.longs();
    }

    private static Arbitrary<Object> directRecords() {
        return Combinators.combine(
                        Arbitraries.of(DirectRecord.Op.values()),
                        users(),
                        users(),
                        texts(),
                        texts(),
                        numbers(),
                        numbers())
                .as((op, from, to, cid, body, seq, sendId) ->
                        new DirectRecord(op, "default", from, to, cid, "text", body, seq, "n0de", sendId));
    }

    private static Arbitrary<Object> deliveries() {
        Arbitrary<DirectMessage> messages = Combinators.combine(
                        texts(), users(), users(), numbers(), texts(), numbers())
                .as((mid, from, to, seq, body, tsMs) -> new DirectMessage(mid, from, to, seq, "text", body, tsMs));
        Arbitrary<Refusal> refusals = Combinators.combine(
                        Arbitraries.of(ErrorCode.values()),
                        texts(),
                        Arbitraries.longs().between(0, Long.MAX_VALUE))
                .as(Refusal::retry);
        Arbitrary<List<String>> some = users().list().ofMaxSize(3);
        return Arbitraries.oneOf(
                Combinators.combine(some, messages).as((users, m) -> (Object) Delivery.message("default", users, m)),
                Combinators.combine(numbers(), messages).as((id, m) -> (Object) Delivery.sent("default", id, m)),
                Combinators.combine(numbers(), refusals).as((id, r) -> (Object) Delivery.refused("default", id, r)),
                Combinators.combine(numbers(), numbers())
                        .as((id, seq) -> (Object) Delivery.readResult("default", id, seq)),
                Combinators.combine(some, users(), users(), numbers())
                        .as((users, reader, peer, seq) -> (Object) Delivery.read("default", users, reader, peer, seq)));
    }

    private static Arbitrary<Object> memberships() {
        Arbitrary<List<String>> some = users().list().ofMaxSize(5);
        return Arbitraries.oneOf(
                texts().map(edge -> (Object) Membership.lease(edge)),
                texts().map(edge -> (Object) Membership.bye(edge)),
                Combinators.combine(texts(), rooms().injectNull(0.3))
                        .as((edge, room) -> (Object) new MembershipRequest(edge, room)),
                Combinators.combine(
                                Arbitraries.of(Membership.Kind.DELTA, Membership.Kind.SNAPSHOT),
                                rooms(),
                                numbers(),
                                Arbitraries.integers(),
                                some,
                                some,
                                numbers())
                        .as((kind, room, n, viewers, joined, left, sent) ->
                                (Object) new Membership("edge", kind, room, n, viewers, joined, left, sent)));
    }

    private static Arbitrary<Object> stats() {
        return Combinators.combine(
                        rooms(),
                        Arbitraries.integers(),
                        Arbitraries.integers(),
                        Arbitraries.integers(),
                        Arbitraries.integers())
                .as(RoomStats::new);
    }

    private static Arbitrary<Object> states() {
        Arbitrary<RoomPolicy> policies = Combinators.combine(
                        Arbitraries.longs().between(0, RoomPolicy.SLOW_MODE_MS_MAX),
                        Arbitraries.of(WhoMaySend.values()),
                        Arbitraries.integers().between(1, RoomPolicy.TEXT_LENGTH_LIMIT),
                        Arbitraries.of(true, false),
                        Arbitraries.of(ChatStyles.values()),
                        Arbitraries.integers().between(0, RoomPolicy.BEST_EFFORT_PER_SECOND_MAX),
                        Arbitraries.integers().between(1, RoomPolicy.RETENTION_HOURS_MAX))
                .as((slowMs, who, length, links, styles, budget, hours) -> PolicyJson.merged(
                        RoomPolicy.DEFAULT,
                        Json.object()
                                .put("slowModeMs", slowMs)
                                .put("memberSlowModeMs", slowMs / 2)
                                .put("whoMaySend", who.wireName())
                                .put("textLengthMax", length)
                                .put("uniqueSeconds", length)
                                .put("links", links ? "held" : "refused")
                                .put("capsPercentMax", length % 100)
                                .put("styles", styles.wireName())
                                .put("emoteOnly", !links)
                                .put("bestEffortPerSecond", budget)
                                .put("enterPerSecond", hours % 101)
                                .put("retentionHours", hours)
                                .put("holdAll", links)
                                .put("heldMinutes", 1 + length % 1_440)
                                .put("externalCheck", !links)));
        return Combinators.combine(
                        rooms(),
                        texts(),
                        Arbitraries.of(Durability.values()),
                        Arbitraries.of(true, false),
                        policies,
                        numbers(),
                        numbers())
                .as((key, title, durability, open, policy, version, createdAtMs) -> new RoomState(
                        key,
                        "e0",
                        title,
                        durability,
                        open,
                        policy,
                        open
                                ? new RoomProfile(
                                        "https://x/y",
                                        List.of("a", "b"),
                                        "c",
                                        "zh-CN",
                                        true,
                                        Map.of("k", title.length() > RoomProfile.ATTRIBUTE_CHARS_MAX ? "" : title))
                                : RoomProfile.NONE,
                        open ? new Pin(title, version, "7", "8", createdAtMs, version) : null,
                        version,
                        createdAtMs,
                        open ? "7" : "",
                        1 + Math.abs(version % 100),
                        open ? createdAtMs : 0,
                        open ? new Raid(3, version, createdAtMs, 2, version, "7", title) : null,
                        open ? null : version % 2 == 0 ? RoomState.End.CLOSED : RoomState.End.ARCHIVED));
    }

    private static Arbitrary<Object> sanctions() {
        Arbitrary<RoomKey> places = Arbitraries.oneOf(rooms(), users().map(owner -> RoomKey.ownedBy("default", owner)));
        return Combinators.combine(places, users(), texts(), Arbitraries.of(0, 1, 2), numbers(), numbers())
                .as((place, id, reason, about, atMs, untilMs) -> new Sanction(
                        "id",
                        place,
                        "e0",
                        about == 0 ? id : null,
                        about == 1 ? id : null,
                        about == 2 ? id : null,
                        Sanction.Kind.MUTE,
                        reason,
                        id,
                        atMs,
                        untilMs,
                        atMs));
    }
}
