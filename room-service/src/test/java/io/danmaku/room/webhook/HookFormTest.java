package io.danmaku.room.webhook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.command.ErrorCode;
import io.danmaku.protocol.json.Json;
import io.danmaku.protocol.log.HookRecord;
import io.danmaku.protocol.room.Webhook;
import io.danmaku.room.room.Result;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HookFormTest {
    private static final String SECRET = "0123456789abcdef";

    private static Result<HookForm.Wanted> wanted(String body) throws JsonProcessingException {
        return HookForm.wanted((ObjectNode) Json.MAPPER.readTree(body.replace('\'', '"')));
    }

    @Test
    void aWebhookIsRead() throws JsonProcessingException {
        assertEquals(
                new HookForm.Wanted("https://a.example:8443/hook?x=1", SECRET, List.of("live", "room.closed")),
                wanted("{'url':'https://a.example:8443/hook?x=1','secret':'" + SECRET
                                + "','events':['live','room.closed']}")
                        .value());
        assertNull(
                wanted("{'url':'http://10.0.0.7/','events':['held']}").value().secret(), "that of before");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{'url':'http://a/','events':[]}",
                "{'url':'http://a/','events':'live'}",
                "{'url':'http://a/','events':['dead']}",
                "{'url':'http://a/','events':['live','live']}",
                "{'url':'http://a/','events':[7]}",
                "{'url':'http://a/','events':['live'],'x':1}",
                "{'url':'http://a/','events':['live'],'secret':'short'}",
                "{'url':'http://a/','events':['live'],'secret':'0123456789 abcdef'}",
                "{'url':'http://a/','events':['live'],'secret':null}",
                "{'url':7,'events':['live']}",
                "{'url':'','events':['live']}",
                "{'url':'ftp://a/','events':['live']}",
                "{'url':'http:a','events':['live']}",
                "{'url':'http:///x','events':['live']}",
                "{'url':'http://user:word@a/','events':['live']}",
                "{'url':'http://a/#x','events':['live']}",
                "{'url':'http://a:0/','events':['live']}",
                "{'url':'http://a:70000/','events':['live']}",
                "{'url':'http://a/ x','events':['live']}",
                "{'url':'http://a/é','events':['live']}"
            })
    void whatIsNotOfItsFormIsRefused(String body) throws JsonProcessingException {
        assertEquals(ErrorCode.BAD_FIELD, wanted(body).refusal().code());
    }

    @Test
    void aSecretIsNeverTold() {
        Webhook hook = new Webhook("default", "shop", "http://a/?key=7", SECRET, List.of("live"), 3, null, "1", 5);
        assertFalse(HookForm.json(hook).toString().contains(SECRET));
        assertFalse(hook.toString().contains(SECRET) || hook.toString().contains("key=7"), "not in logs either");
        assertFalse(
                new HookForm.Wanted("http://a/", SECRET, List.of()).toString().contains(SECRET));
    }

    @Test
    void aRemovedWebhookWantsNothingAndDeadLettersOnlyBecomeFewer() {
        Webhook hook = new Webhook("default", "shop", "http://a/", SECRET, List.of("live"), 3, null, "1", 5);
        assertTrue(hook.wants("live"));
        assertFalse(hook.wants("offline"));
        assertFalse(new Webhook("default", "shop", "", "", List.of("live"), 3, null, "1", 5).wants("live"));
        assertEquals(9, hook.deadUpTo(9).deadUpTo());
        assertEquals(3, hook.deadUpTo(2).deadUpTo());
    }

    @Test
    void whatIsPostedHasNoNameOfAWebhook() {
        HookRecord record = new HookRecord(
                "default", "shop", "3-7-1", "live", "42", 99, Json.object().put("a", 1));
        assertEquals(
                "{\"id\":\"3-7-1\",\"type\":\"live\",\"tenant\":\"default\",\"room\":\"42\",\"at\":99,\"data\":{\"a\":1}}",
                HookForm.event(record).toString());
    }
}
