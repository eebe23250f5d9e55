package io.danmaku.standalone.direct;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.danmaku.protocol.json.Json;
import java.util.ArrayList;
import java.util.List;

/** Bodies of every kind, as docs/protocol.md says them: with all fields that there are, and with each at its bounds. */
final class KindBodies {
    /**
     * A message and what it is edited to.
     *
     * @param edited null of a kind that is not edited
     */
    record Sample(String kind, JsonNode body, JsonNode edited) {}

    /**
     * What is as large, or as small, as it may be, and the next that is not.
     *
     * @param code of the refusal of {@code above}
     */
    record Bound(String kind, String field, JsonNode at, JsonNode above, String code) {}

    static final String NOTICE = "notice";

    static final List<Sample> SAMPLES = List.of(
            sample("text", "\"hello 你好 😀\"", "\"hello again\""),
            sample(
                    "image",
                    "{'url':'https://x.example/1.png','width':640,'height':480,'bytes':1234,'thumbnail':'http://x.example/s.png'}",
                    "{'url':'https://x.example/2.png'}"),
            sample(
                    "voice",
                    "{'url':'https://x.example/1.ogg','seconds':7,'bytes':5000}",
                    "{'url':'https://x.example/2.ogg','seconds':8}"),
            sample(
                    "video",
                    "{'url':'https://x.example/1.mp4','seconds':70,'width':1920,'height':1080,'bytes':9000000000,"
                            + "'thumbnail':'https://x.example/t.jpg'}",
                    "{'url':'https://x.example/2.mp4','seconds':71}"),
            sample(
                    "file",
                    "{'url':'https://x.example/1.pdf','name':'a b – c.pdf','bytes':0}",
                    "{'url':'https://x.example/1.pdf','name':'d.pdf','bytes':1}"),
            sample(
                    "location",
                    "{'lat':48.137154,'lon':-11.576124,'name':'Marienplatz','address':'80331 München'}",
                    "{'lat':-90,'lon':180}"),
            sample(
                    "card",
                    "{'title':'A room','text':'come in\\nall','url':'https://x.example/r','image':'https://x.example/i.png',"
                            + "'user':'7'}",
                    "{'title':'Another room'}"),
            sample("custom", "{'any':[1,{'goes':null},2.5,true],'order':{'id':'o-17'}}", "{'order':{'id':'o-18'}}"),
            sample(
                    NOTICE,
                    "{'title':'Night work','text':'from 2 to 3','url':'https://x.example/n','image':'https://x.example/n.png',"
                            + "'ref':'order:17'}",
                    null));

    private static final String LINE = "x".repeat(200);
    private static final String ADDRESS = "https://x.example/" + "x".repeat(1_000 - "https://x.example/".length());
    private static final long BYTES_MAX = 1L << 50;

    private KindBodies() {}

    private static Sample sample(String kind, String body, String edited) {
        return new Sample(kind, json(body), edited == null ? null : json(edited));
    }

    /** @param text JSON, with ' for " */
    static JsonNode json(String text) {
        try {
            return Json.MAPPER.readTree(text.replace('\'', '"'));
        } catch (JsonProcessingException bad) {
            throw new IllegalArgumentException(bad);
        }
    }

    /** Collects the bounds of one kind. */
    private static final class Bounds {
        private final List<Bound> all;
        private final String kind;
        private final JsonNode base;

        Bounds(List<Bound> all, String kind, String required) {
            this.all = all;
            this.kind = kind;
            base = json(required);
        }

        private JsonNode with(String field, Object value) {
            ObjectNode body = base.deepCopy();
            body.set(field, Json.MAPPER.valueToTree(value));
            return json(body.toString());
        }

        Bounds bound(String field, Object at, Object above) {
            all.add(new Bound(kind, field, with(field, at), with(field, above), "bad_field"));
            return this;
        }

        Bounds addresses(String... fields) {
            for (String field : fields) {
                bound(field, ADDRESS, ADDRESS + "x");
            }
            return this;
        }

        Bounds lines(String... fields) {
            for (String field : fields) {
                bound(field, LINE, LINE + "x").bound(field, "x", "");
            }
            return this;
        }

        Bounds paragraph(String field) {
            return bound(field, "x".repeat(1_000), "x".repeat(1_001)).bound(field, "", 1);
        }

        Bounds numbers(long min, long max, String... fields) {
            for (String field : fields) {
                bound(field, min, min - 1).bound(field, max, max + 1);
            }
            return this;
        }
    }

    /** All bounds of all kinds. */
    static List<Bound> bounds() {
        List<Bound> all = new ArrayList<>();
        all.add(new Bound("text", "", text(4_000), text(4_001), "too_long"));
        all.add(new Bound("text", "", text(1), text(0), "bad_field"));
        new Bounds(all, "image", "{'url':'https://x.example/1'}")
                .addresses("url", "thumbnail")
                .numbers(1, 100_000, "width", "height")
                .numbers(0, BYTES_MAX, "bytes");
        new Bounds(all, "voice", "{'url':'https://x.example/1','seconds':1}")
                .addresses("url")
                .numbers(0, 86_400, "seconds")
                .numbers(0, BYTES_MAX, "bytes");
        new Bounds(all, "video", "{'url':'https://x.example/1','seconds':1}")
                .addresses("url", "thumbnail")
                .numbers(0, 86_400, "seconds")
                .numbers(1, 100_000, "width", "height")
                .numbers(0, BYTES_MAX, "bytes");
        new Bounds(all, "file", "{'url':'https://x.example/1','name':'n','bytes':1}")
                .addresses("url")
                .lines("name")
                .numbers(0, BYTES_MAX, "bytes");
        new Bounds(all, "location", "{'lat':1,'lon':1}")
                .bound("lat", 90, 90.0001)
                .bound("lat", -90, -90.0001)
                .bound("lon", 180, 180.0001)
                .bound("lon", -180, -180.0001)
                .lines("name", "address");
        new Bounds(all, "card", "{'title':'t'}")
                .lines("title")
                .paragraph("text")
                .addresses("url", "image")
                .bound("user", "x".repeat(64), "x".repeat(65));
        new Bounds(all, NOTICE, "{'title':'t'}")
                .lines("title", "ref")
                .paragraph("text")
                .addresses("url", "image");
        String longest = "x".repeat(8_192 - "{'a':''}".length());
        all.add(new Bound("custom", "a", custom(longest), custom(longest + "x"), "too_long"));
        all.add(new Bound("custom", "a", json("{}"), json("[]"), "bad_field"));
        all.add(new Bound("custom", "a", nested(8), nested(9), "bad_field"));
        return all;
    }

    private static JsonNode text(int chars) {
        return Json.object().textNode("x".repeat(chars));
    }

    private static JsonNode custom(String text) {
        return Json.object().put("a", text);
    }

    private static JsonNode nested(int levels) {
        return json("{'a':".repeat(levels - 1) + "{}" + "}".repeat(levels - 1));
    }
}
