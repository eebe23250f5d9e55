package io.danmaku.standalone.direct;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.dm.account.Account;
import io.danmaku.protocol.json.Json;
import io.danmaku.standalone.client.Answer;
import io.danmaku.standalone.client.Clients;
import io.danmaku.standalone.hub.TestHub;
import io.danmaku.standalone.system.Witness;
import java.net.URI;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Who users are, told by a backend, and what they choose. */
class AccountsIT {
    private static final String ELSEWHERE = "elsewhere";
    private static final String ACCOUNTS = "/api/dm/accounts";
    private static final String SETTINGS = "/api/dm/settings";

    private final URI direct = TestHub.get().dmService();
    private final URI edge = TestHub.get().edge(1);
    private final String run = "accounts-" + Long.toString(System.nanoTime(), 36) + "-";
    private final DirectClient backend = new DirectClient("backend");
    private final DirectClient ann = new DirectClient(run + "ann", false);
    private final DirectClient bob = new DirectClient(run + "bob", false);

    private static void refused(int status, String code, DirectClient.Answer answer) {
        assertEquals(status + " " + code, answer.status() + " " + answer.code(), answer.toString());
    }

    private static ObjectNode body(ObjectNode... accounts) {
        ObjectNode body = Json.object();
        ArrayNode array = body.putArray("accounts");
        for (ObjectNode account : accounts) {
            array.add(account);
        }
        return body;
    }

    private static ObjectNode account(String id, String name) {
        return Json.object().put("id", id).put("name", name);
    }

    private JsonNode found(DirectClient by, String ids) throws Exception {
        DirectClient.Answer answer = by.get(edge, ACCOUNTS + "?ids=" + ids);
        assertEquals(200, answer.status(), answer.toString());
        return answer.body().get("accounts");
    }

    @Test
    void aBackendSaysWhoUsersAreAndUsersSeeOfOthersNameAndPicture() throws Exception {
        ObjectNode told = account(ann.user(), "Ann 安").put("avatar", "https://x.example/a.png");
        told.putObject("attributes").put("city", "Munich");
        assertEquals(
                200,
                backend.ask("PUT", direct, ACCOUNTS, body(told, account(bob.user(), "Bob")))
                        .status());
        JsonNode seen = found(bob, ann.user() + ",nobody-at-all," + bob.user());
        assertEquals(2, seen.size(), seen::toString);
        assertEquals(
                "{\"id\":\"" + ann.user() + "\",\"name\":\"Ann 安\",\"avatar\":\"https://x.example/a.png\"}",
                seen.get(0).toString());
        assertTrue(seen.get(1).has("settings"), "one's own are told");
        assertEquals("Munich", found(ann, ann.user()).at("/0/attributes/city").asText());
        assertEquals(
                "Munich", found(backend, ann.user()).at("/0/attributes/city").asText());
        assertEquals("all", found(backend, ann.user()).at("/0/settings/online").asText());

        // an account is told as a whole, and the same twice is the same
        for (int i = 0; i < 2; i++) {
            assertEquals(
                    200,
                    backend.ask("PUT", edge, ACCOUNTS, body(account(ann.user(), "Anna")))
                            .status());
        }
        assertEquals(
                "{\"id\":\"" + ann.user() + "\",\"name\":\"Anna\"}",
                found(bob, ann.user()).get(0).toString());
        assertEquals(0, found(backend, ann.user()).at("/0/attributes").size());
        assertEquals(
                204,
                backend.ask("DELETE", edge, ACCOUNTS + "?ids=" + ann.user(), null)
                        .status());
        assertEquals(0, found(bob, ann.user()).size());
    }

    @Test
    void contactsAreToldWithTheNamesAndPicturesOfThoseWhoHaveAnAccount() throws Exception {
        DirectClient cat = new DirectClient(run + "cat", false);
        ObjectNode told = account(bob.user(), "Bob 宝").put("avatar", "https://x.example/b.png");
        assertEquals(
                200,
                backend.ask("PUT", direct, ACCOUNTS, body(told, account(cat.user(), "Cat")))
                        .status());
        for (String peer : List.of(bob.user(), cat.user(), run + "nobody")) {
            assertEquals(201, ann.send(direct, peer, "c1", "hello").status());
        }
        JsonNode named = ann.contact(edge, bob.user());
        assertEquals("Bob 宝", named.path("name").asText(), named::toString);
        assertEquals("https://x.example/b.png", named.path("avatar").asText());
        JsonNode without = ann.contact(edge, cat.user());
        assertEquals("Cat", without.path("name").asText());
        assertFalse(without.has("avatar"), without::toString);
        assertFalse(ann.contact(direct, run + "nobody").has("name"));
        DirectClient namesake = new DirectClient(ELSEWHERE, ann.user(), false);
        assertEquals(201, namesake.send(direct, bob.user(), "c1", "hello").status());
        assertFalse(namesake.contact(direct, bob.user()).has("name"), "a tenant's names are its own");
    }

    @Test
    void fiveHundredComeAtOnceAndAHundredAreReadAtOnce() throws Exception {
        ObjectNode[] many = IntStream.range(0, Account.UPSERTS_MAX)
                .mapToObj(i -> account(run + i, "Name of " + i).put("avatar", "https://x.example/" + "a".repeat(300)))
                .toArray(ObjectNode[]::new);
        DirectClient.Answer all = backend.ask("PUT", edge, ACCOUNTS, body(many));
        assertEquals(Account.UPSERTS_MAX, all.body().path("accounts").asInt(), all.toString());
        String ids = IntStream.range(400, 400 + Account.IDS_MAX)
                .mapToObj(i -> run + i)
                .collect(Collectors.joining(","));
        JsonNode seen = found(ann, ids);
        assertEquals(Account.IDS_MAX, seen.size());
        assertEquals("Name of 499", seen.get(99).get("name").asText());
        refused(400, "bad_field", ann.get(edge, ACCOUNTS + "?ids=" + ids + ",one-more"));
        ObjectNode oneMore = body(many);
        ((ArrayNode) oneMore.get("accounts")).add(account(run + "more", "x"));
        refused(400, "bad_field", backend.ask("PUT", edge, ACCOUNTS, oneMore));
        refused(413, "too_long", backend.ask("PUT", direct, ACCOUNTS, body(account(run + "big", "x".repeat(1 << 20)))));
    }

    @Test
    void whatIsNoAccountIsRefusedAsAWhole() throws Exception {
        String deep = "{\"a\":{\"b\":{\"c\":{\"d\":1}}}}";
        for (String bad : List.of(
                "{\"id\":\"a/b\",\"name\":\"x\"}",
                "{\"id\":\"" + run + "x\"}",
                "{\"id\":\"" + run + "x\",\"name\":\" \"}",
                "{\"id\":\"" + run + "x\",\"name\":\"" + "n".repeat(65) + "\"}",
                "{\"id\":\"" + run + "x\",\"name\":\"x\",\"avatar\":\"javascript:alert(1)\"}",
                "{\"id\":\"" + run + "x\",\"name\":\"x\",\"settings\":{\"writers\":\"all\"}}",
                "{\"id\":\"" + run + "x\",\"name\":\"x\",\"attributes\":[]}",
                "{\"id\":\"" + run + "x\",\"name\":\"x\",\"attributes\":" + deep.replace("1", "{\"e\":1}") + "}",
                "{\"id\":\"" + run + "x\",\"name\":\"x\",\"attributes\":{\"a\":\"" + "x".repeat(2_048) + "\"}}",
                "{\"id\":\"" + run + "good\",\"name\":\"twice\"}",
                "7")) {
            String both = "{\"accounts\":[{\"id\":\"" + run + "good\",\"name\":\"x\"}," + bad + "]}";
            refused(400, "bad_field", backend.ask("PUT", direct, ACCOUNTS, (ObjectNode) Json.MAPPER.readTree(both)));
        }
        refused(400, "bad_field", backend.ask("PUT", direct, ACCOUNTS, body()));
        assertEquals(0, found(backend, run + "good," + run + "x").size(), "nothing of it was taken");
        for (String ids : List.of("", "?ids=", "?ids=a,,b", "?ids=a%2Fb")) {
            refused(400, "bad_field", ann.get(direct, ACCOUNTS + ids));
        }
    }

    @Test
    void aViewerAndAnotherTenantsBackendChangeNothing() throws Exception {
        assertEquals(
                200,
                backend.ask("PUT", direct, ACCOUNTS, body(account(ann.user(), "Ann")))
                        .status());
        refused(403, "forbidden", ann.ask("PUT", direct, ACCOUNTS, body(account(ann.user(), "Queen"))));
        refused(403, "forbidden", ann.ask("DELETE", edge, ACCOUNTS + "?ids=" + ann.user(), null));
        DirectClient other = new DirectClient(ELSEWHERE, "backend", true);
        assertEquals(0, found(other, ann.user()).size());
        assertEquals(
                200,
                other.ask("PUT", direct, ACCOUNTS, body(account(ann.user(), "Another")))
                        .status());
        assertEquals(
                204,
                other.ask("DELETE", direct, ACCOUNTS + "?ids=" + ann.user(), null)
                        .status());
        assertEquals("Ann", found(bob, ann.user()).at("/0/name").asText());
        DirectClient namesake = new DirectClient(ELSEWHERE, ann.user(), false);
        ObjectNode nobody = Json.object().put("online", "nobody").put("writers", "contacts");
        assertEquals(200, namesake.ask("PATCH", direct, SETTINGS, nobody).status());
        assertEquals("all", ann.get(direct, SETTINGS).body().get("online").asText());
        assertEquals("all", ann.get(direct, SETTINGS).body().get("writers").asText());
        assertEquals(
                201, bob.send(direct, ann.user(), "c1", "here all may write").status());
    }

    @Test
    void aUserChoosesAndReadsSettingsOverHttpAndWebSocket() throws Exception {
        assertEquals(
                "{\"writers\":\"all\",\"strangerMessages\":0,\"online\":\"all\"}",
                ann.get(edge, SETTINGS).body().toString());
        DirectClient.Answer changed =
                ann.ask("PATCH", edge, SETTINGS, Json.object().put("online", "contacts"));
        assertEquals(
                "{\"writers\":\"all\",\"strangerMessages\":0,\"online\":\"contacts\"}",
                changed.body().toString());
        try (Clients clients = new Clients(1);
                Witness device = Witness.viewer(clients, TestHub.get(), ann.user(), 1)) {
            ObjectNode command = Json.object().put("op", "dm.settings");
            Answer more = device.wait(device.client()
                    .request(command.deepCopy().put("writers", "followed").put("strangerMessages", 3)));
            assertEquals(
                    "{\"writers\":\"followed\",\"strangerMessages\":3,\"online\":\"contacts\"}",
                    more.ok().toString());
            assertEquals(
                    more.ok(),
                    device.wait(device.client().request(command.deepCopy())).ok());
            Answer bad = device.wait(device.client().request(command.deepCopy().put("writers", "friends")));
            assertEquals("bad_field", bad.code());
        }
        for (String bad : List.of(
                "{}",
                "{\"writers\":\"nobody\"}",
                "{\"writers\":null}",
                "{\"strangerMessages\":-1}",
                "{\"strangerMessages\":1001}",
                "{\"strangerMessages\":1.5}",
                "{\"online\":true}",
                "{\"online\":\"all\",\"at\":9007199254740991}")) {
            refused(400, "bad_field", backend.ask("PATCH", direct, SETTINGS, (ObjectNode) Json.MAPPER.readTree(bad)));
        }
        assertFalse(found(bob, bob.user()).has(0), "settings make no account");
    }
}
