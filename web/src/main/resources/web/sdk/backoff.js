/** The ceiling of the first pause between two tries to connect, in milliseconds. */
export const BACKOFF_FIRST_MS = 300;

/** The highest ceiling of a pause, in milliseconds. */
export const BACKOFF_MAX_MS = 10_000;

/**
 * How long to wait before a try: exponential ceiling, full jitter. A whole hall of viewers loses its edge in the
 * same instant; the jitter over the full range is what keeps them from coming back in one instant as well.
 *
 * @param {number} attempt 0 for the first try after a loss
 * @param {() => number} random in [0, 1)
 * @param {number} [atLeastMs] what the server asked for with `retryMs`
 * @returns {number} milliseconds
 */
export function backoffMs(attempt, random, atLeastMs = 0) {
  const ceilingMs = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** Math.min(attempt, 16));
  return Math.max(atLeastMs, Math.round(random() * ceilingMs));
}

/**
 * How long to wait after the connection broke: a random time within what the hub told, so long that all the clients of a
 * lost edge come back at a rate which the other edges can take.
 *
 * @param {{minMs: number, maxMs: number}} told
 * @param {() => number} random in [0, 1)
 * @returns {number} milliseconds
 */
export function windowMs({ minMs, maxMs }, random) {
  return Math.round(minMs + random() * (maxMs - minMs));
}
