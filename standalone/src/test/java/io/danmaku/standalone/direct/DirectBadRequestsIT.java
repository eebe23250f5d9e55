package io.danmaku.standalone.direct;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.danmaku.standalone.hub.Documented;
import io.danmaku.standalone.hub.Eventually;
import io.danmaku.standalone.hub.OwnFaults;
import io.danmaku.standalone.hub.SpoiltJson;
import io.danmaku.standalone.hub.TestHub;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Requests to dm-service that are not of their form, made of its document: each is refused as the document says, and none is a fault of the hub. */
class DirectBadRequestsIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final int MIXED = 1_500;
    private static final String NO_SUCH = "AAAAAAAAAAAAAAAAAAAAAA";
    private static final Set<String> NOT_OF_ITS_FORM = Set.of("bad_json", "bad_field", "too_long", "unsupported");
    private static final Set<String> FOR_WHAT_IS_THERE = Set.of("not_found", "forbidden", "conflict", "blocked");

    /** What no id can be, as it stands in a path. */
    private static final List<String> NO_IDS = List.of(
            "%00",
            "8%00",
            "a%20b",
            "a%2Fb",
            "..%2F8",
            "%C3%A9",
            "%EF%BC%98",
            "%ED%A0%80",
            "%FF",
            "%F0%9F%8E%89",
            "a%0A",
            "%7Bpeer%7D",
            "a%3Fb",
            "a%25",
            "'",
            "a".repeat(65),
            "a".repeat(2_000));

    private final TestHub hub = TestHub.get();
    private final OwnFaults faults = OwnFaults.since(hub);
    private final String tenant = "bad-requests-" + Long.toString(System.nanoTime(), 36);
    private final DirectClient mallory = new DirectClient(tenant, "mallory", true);
    private final DirectSamples.Of about = new DirectSamples.Of("8", "9", NO_SUCH, NO_SUCH, "job");

    @AfterEach
    void nothingIsAFaultOfTheHub() {
        faults.assertNone();
    }

    private DirectClient.Answer ask(URI at, String method, String path, String body) {
        DirectClient.Answer[] answer = new DirectClient.Answer[1];
        Eventually.await(SOON, method + " " + path + " is not too fast", () -> {
            answer[0] = mallory.askAnything(method, at, path, body.getBytes(StandardCharsets.UTF_8));
            return answer[0].status() != 429;
        });
        return answer[0];
    }

    /** Operations with a body, and how the document wants it. */
    private record Described(Documented operation, SpoiltJson spoilt) {}

    private List<Described> withBodies() throws Exception {
        URI where = hub.dmService().resolve("/openapi/dm-service.yaml");
        JsonNode document = Documented.read(where);
        List<Described> found = new ArrayList<>();
        for (Documented operation : Documented.at(where)) {
            if (!operation.body().isMissingNode()) {
                Map<String, ?> sound = DirectSamples.body(operation, about);
                assertTrue(sound != null, () -> "no sample for " + operation);
                found.add(new Described(
                        operation,
                        new SpoiltJson(document, resolved(document, operation.body()), SpoiltJson.object(sound))));
            }
        }
        assertTrue(found.size() >= 15, found::toString);
        return found;
    }

    private static JsonNode resolved(JsonNode document, JsonNode schema) {
        return schema.has("$ref") ? document.at(schema.get("$ref").textValue().substring(1)) : schema;
    }

    private void check(URI at, String seed, Documented operation, SpoiltJson.Spoilt spoilt) {
        DirectClient.Answer answer = ask(at, operation.method(), DirectSamples.path(operation, about), spoilt.text());
        String shown = seed + operation + ": "
                + (spoilt.text().length() > 500 ? spoilt.text().substring(0, 500) + " …" : spoilt.text());
        if (answer.status() / 100 == 2) {
            assertFalse(spoilt.refused(), () -> shown + " was taken");
            return;
        }
        boolean documented = NOT_OF_ITS_FORM.contains(answer.code())
                || (!spoilt.refused() && FOR_WHAT_IS_THERE.contains(answer.code()));
        assertTrue(documented, () -> shown + " got " + answer);
    }

    @Test
    void whateverIsWrongInOneFieldOfABodyIsRefused() throws Exception {
        for (Described described : withBodies()) {
            described.spoilt.all().forEach(spoilt -> check(hub.dmService(), "", described.operation, spoilt));
        }
    }

    @Test
    void whateverIsWrongInSeveralFieldsOfABodyIsRefused() throws Exception {
        long seed = System.nanoTime();
        System.out.println("DirectBadRequestsIT: seed " + seed);
        Random random = new Random(seed);
        List<Described> all = withBodies();
        for (int i = 0; i < MIXED; i++) {
            Described described = all.get(random.nextInt(all.size()));
            check(hub.edge(1), "seed " + seed + ", ", described.operation, described.spoilt.any(random));
        }
    }

    @Test
    void anIdThatCanBeNoneIsRefusedWhereverItStandsInAPath() throws Exception {
        for (Documented operation : Documented.at(hub.dmService().resolve("/openapi/dm-service.yaml"))) {
            for (String parameter : List.of("peer", "mid", "id", "part")) {
                if (operation.path().contains("{" + parameter + "}")) {
                    for (String bad : badFor(parameter)) {
                        String path = operation
                                .path()
                                .replace("{" + parameter + "}", bad)
                                .replace("{peer}", "8")
                                .replace("{mid}", NO_SUCH)
                                .replace("{id}", operation.path().contains("reports") ? NO_SUCH : "job")
                                .replace("{part}", "1");
                        Map<String, ?> body = DirectSamples.body(operation, about);
                        for (URI at : List.of(hub.edge(2), hub.dmService())) {
                            DirectClient.Answer answer = ask(
                                    at,
                                    operation.method(),
                                    path,
                                    body == null ? "" : SpoiltJson.object(body).toString());
                            assertTrue(
                                    Set.of("400 bad_field", "404 not_found")
                                            .contains(answer.status() + " " + answer.code()),
                                    () -> operation + " " + path + " at " + at + ": " + answer);
                        }
                    }
                }
            }
        }
    }

    private static List<String> badFor(String parameter) {
        List<String> bad = new ArrayList<>(NO_IDS);
        switch (parameter) {
            case "mid" -> bad.addAll(List.of(NO_SUCH.substring(1), NO_SUCH + "A", "AAAAAAAAAAAAAAAAAAAAA%2B"));
            case "part" -> bad.addAll(List.of("0", "-1", "1001", "1000000000", "99999999999999999999", "x", "1.0"));
            default -> {
                // what is said of all
            }
        }
        return bad;
    }

    @Test
    void aListOfUsersThatIsNoneIsRefused() {
        for (String path : List.of("/api/dm/online?ids=", "/api/dm/accounts?ids=")) {
            for (String bad : List.of(
                    "",
                    ",",
                    "8,",
                    ",8",
                    "8,,9",
                    "8,%209",
                    "8%00",
                    "%ED%A0%80",
                    "a".repeat(65),
                    String.join(
                            ",", IntStream.range(0, 101).mapToObj(i -> "u" + i).toList()))) {
                DirectClient.Answer answer = ask(hub.edge(1), "GET", path + bad, "");
                assertEquals("400 bad_field", answer.status() + " " + answer.code(), () -> path + bad);
            }
        }
    }
}
