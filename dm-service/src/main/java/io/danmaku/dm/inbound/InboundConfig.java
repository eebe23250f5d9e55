package io.danmaku.dm.inbound;

import io.danmaku.dm.conversation.Windows;
import io.danmaku.node.config.ConfigurationException;
import io.danmaku.node.config.Settings;
import io.danmaku.protocol.json.OwnFields;

/**
 * Bounds of the work on the inbound log.
 *
 * @param threads that share the partitions
 * @param receiveQueue records of a partition that the client library holds ready
 * @param workingMax records of a partition in work at a time
 * @param unacknowledgedMax records of a partition received and not yet under the finished mark
 * @param markIntervalMs least time between two writes of a partition's finished mark
 * @param retryMsMin pause after the first failure of storage; doubled with each more
 * @param retryMsMax longest pause
 * @param cachedConversations states of conversations kept in memory, all partitions together
 * @param windows for how long messages may be edited and recalled
 * @param strangerMessages how many messages a stranger may send before an answer, 0 = any number: to who has not chosen one. The same on all
 *     instances, as the windows
 * @param relayMs how long any message lives at most, 0 = as long as its conversation says. The same on all instances, too
 */
public record InboundConfig(
        int threads,
        int receiveQueue,
        int workingMax,
        int unacknowledgedMax,
        long markIntervalMs,
        long retryMsMin,
        long retryMsMax,
        int cachedConversations,
        Windows windows,
        int strangerMessages,
        long relayMs) {

    private static final long YEAR_MS = 365 * 24 * 3_600_000L;

    public static InboundConfig read(Settings settings) {
        InboundConfig config = new InboundConfig(
                settings.integer("inbound.threads", 1, 64),
                settings.integer("inbound.receiveQueue", 1, 10_000),
                settings.integer("inbound.workingMax", 1, 10_000),
                settings.integer("inbound.unacknowledgedMax", 1, 100_000),
                settings.millis("inbound.markInterval", 1, 10_000),
                settings.millis("inbound.retryMin", 1, 10_000),
                settings.millis("inbound.retryMax", 1, 60_000),
                settings.integer("inbound.cachedConversations", 1, 10_000_000),
                new Windows(
                        settings.millis("messages.editWithin", 0, YEAR_MS),
                        settings.millis("messages.recallWithin", 0, YEAR_MS)),
                settings.integer("messages.strangerMessages", 0, OwnFields.STRANGER_MESSAGES_MAX),
                relayMs(settings));
        if (config.unacknowledgedMax < config.workingMax) {
            throw new ConfigurationException("inbound.unacknowledgedMax", "is not below inbound.workingMax");
        }
        if (config.retryMsMax < config.retryMsMin) {
            throw new ConfigurationException("inbound.retryMax", "is not below inbound.retryMin");
        }
        return config;
    }

    private static long relayMs(Settings settings) {
        long withinMs = settings.millis(
                "messages.relayWithin", OwnFields.EXPIRY_SECONDS_MIN * 1_000, OwnFields.EXPIRY_SECONDS_MAX * 1_000);
        return switch (settings.nonEmpty("messages.storing")) {
            case "stored" -> 0;
            case "relay" -> withinMs;
            default -> throw new ConfigurationException("messages.storing", "is stored or relay");
        };
    }
}
