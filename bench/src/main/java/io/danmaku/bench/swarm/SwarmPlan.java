package io.danmaku.bench.swarm;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Who connects where.
 *
 * @param host address of the edge, or of the bare ceiling
 * @param rooms the i-th viewer is in the room {@code i mod rooms}; none: connections that only count bytes
 * @param secret signs the viewers' tokens
 * @param checkedPercent how many of a hundred viewers check every event, at least one does
 * @param loops event loops
 * @param habits of the viewers
 */
public record SwarmPlan(
        String host,
        int port,
        List<String> rooms,
        String secret,
        int viewers,
        int checkedPercent,
        int loops,
        Habits habits) {

    public SwarmPlan {
        rooms = List.copyOf(rooms);
    }

    /** Viewers that only watch. */
    public SwarmPlan(
            String host, int port, List<String> rooms, String secret, int viewers, int checkedPercent, int loops) {
        this(host, port, rooms, secret, viewers, checkedPercent, loops, Habits.NONE);
    }

    /** Connections without a word to the bare ceiling. */
    public static SwarmPlan raw(int port, int viewers, int loops) {
        return new SwarmPlan("127.0.0.1", port, List.of(), "", viewers, 0, loops);
    }

    /** Spread evenly, so that few rooms have none. */
    boolean checks(int viewer) {
        return stops(viewer) || chosen(viewer, viewers, checkedPercent);
    }

    /** Counted from the other end, so that those who check and those who stop are not the same. */
    boolean stops(int viewer) {
        return habits.stopPercent() > 0 && chosen(viewers - 1 - viewer, viewers, habits.stopPercent());
    }

    /** Whether this viewer is one of so many of a hundred, at least one, spread evenly. */
    static boolean chosen(int viewer, int viewers, int percent) {
        int count = Math.max(1, viewers * percent / 100);
        return (long) viewer * count / viewers != (viewer + 1L) * count / viewers;
    }

    public Map<String, Object> command() {
        Map<String, Object> command = new LinkedHashMap<>();
        command.put("do", "prepare");
        command.put("host", host);
        command.put("port", port);
        command.put("rooms", rooms);
        command.put("secret", secret);
        command.put("viewers", viewers);
        command.put("checkedPercent", checkedPercent);
        command.put("loops", loops);
        command.put("habits", habits.command());
        return command;
    }

    static SwarmPlan of(JsonNode command) {
        List<String> rooms = new ArrayList<>();
        command.path("rooms").forEach(room -> rooms.add(room.asText()));
        return new SwarmPlan(
                command.path("host").asText(),
                command.path("port").asInt(),
                rooms,
                command.path("secret").asText(),
                command.path("viewers").asInt(),
                command.path("checkedPercent").asInt(),
                command.path("loops").asInt(),
                Habits.of(command.path("habits")));
    }
}
