/**
 * Why something did not happen. `code` is stable: the hub's codes (docs/protocol.md), and of the SDK itself
 *
 * - `disconnected`: no connection, and this command does not wait for one
 * - `timeout`: the hub gave no answer in time
 * - `queue_full`: a bound of the SDK is reached; nothing was sent
 * - `not_sent`: no connection within the time for which a send may wait; nothing was sent
 * - `outcome_unknown`: sent, but no answer in the time for which the same cid may be used; it may have arrived
 * - `closed`: the client was closed
 */
export class HubError extends Error {
  /**
   * @param {string} code
   * @param {string} message
   * @param {number} [retryMs] when to try again, if the hub said so
   */
  constructor(code, message, retryMs) {
    super(message);
    this.name = 'HubError';
    this.code = code;
    this.retryMs = retryMs;
  }
}
