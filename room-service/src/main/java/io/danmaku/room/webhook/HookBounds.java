package io.danmaku.room.webhook;

/**
 * Bounds of telling backends.
 *
 * @param triesMax of a delivery, then it is a dead letter; at least 2
 * @param backoffMinMs before the second try; twice as long before each further one
 * @param backoffMaxMs the longest such time
 * @param timeoutMs for one try, until the status has come
 * @param atOnceMax under way on an instance
 * @param perWebhookMax under way to one webhook from an instance
 */
public record HookBounds(
        int triesMax, long backoffMinMs, long backoffMaxMs, long timeoutMs, int atOnceMax, int perWebhookMax) {}
