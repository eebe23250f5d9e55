import { backoffMs, windowMs } from './backoff.js';
import { HubError } from './hub-error.js';

export const SUBPROTOCOL = 'danmaku.v1.json';

/** How often a connection is asked whether it lives, and the hub whether it could push, in milliseconds. */
export const PING_EVERY_MS = 20_000;

/** A connection on which nothing at all arrived for this long after a ping is dead, in milliseconds. */
export const DEAD_AFTER_MS = 10_000;

/** How long the socket and `auth` may take together, in milliseconds. */
export const CONNECT_TIMEOUT_MS = 10_000;

/** How long a command waits for its answer unless told otherwise, in milliseconds. */
export const REQUEST_TIMEOUT_MS = 10_000;

/** A connection that lasted this long was a good one: the next loss begins with a short pause again. */
const STABLE_AFTER_MS = 10_000;

/** How many commands may be without an answer at once. */
const REQUESTS_MAX = 256;

/** How much may wait in the socket before further commands are refused, in bytes. */
const BUFFERED_BYTES_MAX = 1 << 20;

/** The code that a browser tells where there was no closing frame. */
const ABNORMAL = 1006;

/** Answers to `auth` after which trying again with the same token is pointless. */
const DENIED = new Set(['bad_token', 'token_expired', 'unauthenticated', 'forbidden']);

/**
 * One WebSocket at a time to the hub, brought back for ever after a loss. Knows authentication, heartbeat and the
 * matching of answers to commands; knows no room and no message.
 *
 * States: `idle`, `connecting` (socket and `auth`), `open`, `waiting` (until the next try), `denied` (the token was
 * refused; nothing more happens by itself), `closed` (by `close()`).
 */
export class Connection {
  state = 'idle';
  /** What `auth` answered: `{user, session, …}`; null before. */
  identity = null;
  /** The WebSocket in use, for tests and the console; null between two. */
  socket = null;

  #options;
  #requests = new Map();
  #nextId = 1;
  #attempt = 0;
  #openedAtMs = 0;
  #heardAtMs = 0;
  #retryTimer = 0;
  #connectTimer = 0;
  #heartTimer = 0;
  #retryAtLeastMs = 0;
  /** Which address of the list is in use. */
  #at = 0;
  /** `{minMs, maxMs}`: when to come back if this connection breaks; null where the hub told none. */
  #window = null;
  /** When to come back to another edge, because this one stops; null where it does not. */
  #byeRetryMs = null;
  #wake = () => this.retryNow();

  /**
   * @param {object} options
   * @param {string|string[]} options.url `ws:` or `wss:` address of the hub's `/ws`, or several, tried in turn
   * @param {string|(() => string|Promise<string>)} [options.token] the token, or what makes one for every connection
   * @param {string} [options.guest] the tenant to come to as a guest, in place of a token
   * @param {string} [options.client] what this runs on
   * @param {(detail: object) => void} options.onState told on each change of state
   * @param {(frame: object) => void} options.onPush told each frame that is no answer
   * @param {() => void} options.onMissed told when pushes of direct messages may have been lost
   * @param {(problem: string) => void} options.onProblem told what the hub sent that it must not send
   * @param {() => number} [options.random]
   */
  constructor(options) {
    this.#options = { random: Math.random, ...options };
  }

  /** Begins to connect. */
  open() {
    if (this.state !== 'idle' && this.state !== 'closed' && this.state !== 'denied') {
      return;
    }
    globalThis.addEventListener?.('online', this.#wake);
    this.#attempt = 0;
    this.#connect();
  }

  /** Ends the connection; nothing is tried again. */
  close() {
    globalThis.removeEventListener?.('online', this.#wake);
    this.#release(1000, 'closed by the client');
    this.#change('closed', {});
  }

  /** Ends a pause now, or asks an open connection at once whether it lives. */
  retryNow() {
    if (this.state === 'waiting') {
      this.#connect();
    } else if (this.state === 'open') {
      this.#ping();
    }
  }

  /** Gives the socket in use up as if it had been lost, and connects again. */
  abandon(reason) {
    if (this.state === 'open' || this.state === 'connecting') {
      this.#lost(reason);
    }
  }

  /** Renews the token on the open connection; also serves the reconnects to come. */
  async renew(token) {
    this.#options.token = token;
    const identity = await this.request('auth', { token: await this.#token() });
    this.identity = identity;
    this.#window = identity.reconnect ?? this.#window;
    return identity;
  }

  /**
   * Sends one command and waits for its answer.
   *
   * @returns {Promise<object>} what is in `ok`; rejected with a {@link HubError} otherwise
   */
  request(op, fields = {}, timeoutMs = REQUEST_TIMEOUT_MS) {
    if (this.state !== 'open') {
      return Promise.reject(new HubError('disconnected', 'not connected'));
    }
    return this.#request(op, fields, timeoutMs);
  }

  #request(op, fields, timeoutMs) {
    const socket = this.socket;
    if (this.#requests.size >= REQUESTS_MAX || socket.bufferedAmount > BUFFERED_BYTES_MAX) {
      return Promise.reject(new HubError('queue_full', 'too many commands have no answer yet'));
    }
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#requests.delete(id);
        reject(new HubError('timeout', `no answer to ${op} within ${timeoutMs} ms`));
      }, timeoutMs);
      this.#requests.set(id, { resolve, reject, timer });
      socket.send(JSON.stringify({ op, id, ...fields }));
    });
  }

  async #token() {
    const { token } = this.#options;
    return typeof token === 'function' ? token() : token;
  }

  #connect() {
    clearTimeout(this.#retryTimer);
    this.#retryAtLeastMs = 0;
    this.#window = null;
    this.#byeRetryMs = null;
    this.#change('connecting', { attempt: this.#attempt });
    let socket;
    try {
      const urls = [this.#options.url].flat();
      socket = new WebSocket(urls[this.#at % urls.length], [SUBPROTOCOL]);
    } catch (error) {
      this.#lost(`no connection: ${error.message}`);
      return;
    }
    this.socket = socket;
    this.#connectTimer = setTimeout(() => this.#lost('the hub did not answer in time'), CONNECT_TIMEOUT_MS);
    // each handler asks whether the socket is still the one in use: a socket given up may still speak
    socket.onopen = () => socket === this.socket && this.#authenticate(socket);
    socket.onmessage = (message) => socket === this.socket && this.#hear(message.data);
    socket.onclose = (end) => socket === this.socket && this.#lost(end.reason || `closed with code ${end.code}`, end.code === ABNORMAL);
  }

  async #authenticate(socket) {
    try {
      const { guest, client } = this.#options;
      const who = guest ? { guest } : { token: await this.#token() };
      if (socket !== this.socket) {
        return;
      }
      this.identity = await this.#request('auth', { ...who, client }, CONNECT_TIMEOUT_MS);
    } catch (error) {
      if (socket !== this.socket) {
        return;
      }
      if (DENIED.has(error.code)) {
        this.#release(1000, 'token refused');
        this.#change('denied', { error });
      } else {
        this.#retryAtLeastMs = error.retryMs ?? 0;
        this.#lost(error.message);
      }
      return;
    }
    this.#window = this.identity.reconnect ?? null;
    clearTimeout(this.#connectTimer);
    this.#openedAtMs = Date.now();
    this.#heardAtMs = this.#openedAtMs;
    this.#heartTimer = setInterval(() => this.#beat(), PING_EVERY_MS);
    this.#change('open', {});
  }

  #hear(data) {
    this.#heardAtMs = Date.now();
    let frame;
    try {
      frame = JSON.parse(data);
    } catch {
      this.#options.onProblem('a frame is not JSON');
      return;
    }
    if (frame === null || typeof frame !== 'object') {
      this.#options.onProblem('a frame is no object');
      return;
    }
    if (frame.reconnect) {
      this.#window = frame.reconnect;
      return;
    }
    if (frame.bye) {
      this.#byeRetryMs = frame.bye.retryMs ?? 0;
      return; // the closing frame is next
    }
    if (frame.re === undefined || frame.re === null) {
      this.#options.onPush(frame);
      return;
    }
    const request = this.#requests.get(frame.re);
    if (!request) {
      return; // the answer to a command whose time was over
    }
    this.#requests.delete(frame.re);
    clearTimeout(request.timer);
    if (frame.error) {
      const { code = 'internal', message = code, retryMs } = frame.error;
      request.reject(new HubError(code, message, retryMs));
    } else {
      request.resolve(frame.ok ?? {});
    }
  }

  #beat() {
    // judged is what follows: after a machine's sleep, or in a throttled tab, the clock has jumped
    this.#ping();
  }

  #ping() {
    const socket = this.socket;
    this.#request('ping', {}, DEAD_AFTER_MS).then(({ sync }) => {
      if (sync && socket === this.socket) {
        this.#options.onMissed();
      }
    }).catch(() => {
      // a ping may also find no room among other commands: then it is the others' answers that say that the hub lives
      if (socket === this.socket && Date.now() - this.#heardAtMs >= DEAD_AFTER_MS) {
        this.#lost('the hub fell silent', true);
      }
    });
  }

  /** @param {boolean} [broken] without a closing frame: the edge may be gone, with all its clients */
  #lost(reason, broken = false) {
    if (this.state === 'open') {
      this.#attempt = Date.now() - this.#openedAtMs >= STABLE_AFTER_MS ? 0 : this.#attempt + 1;
    } else {
      this.#attempt++;
    }
    this.#at++;
    this.#release(4000, 'given up');
    const retryInMs = this.#pauseMs(broken);
    this.#retryTimer = setTimeout(() => this.#connect(), retryInMs);
    this.#change('waiting', { attempt: this.#attempt, retryInMs, reason });
  }

  #pauseMs(broken) {
    const { random } = this.#options;
    if (this.#byeRetryMs !== null) {
      this.#attempt = 0;
      return this.#byeRetryMs;
    }
    if (!broken || this.#window === null) {
      return backoffMs(this.#attempt, random, this.#retryAtLeastMs);
    }
    const inWindowMs = windowMs(this.#window, random);
    // a connection that breaks again and again is tried ever more seldom, too
    return this.#attempt === 0 ? inWindowMs : backoffMs(this.#attempt, random, inWindowMs);
  }

  #release(code, reason) {
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#connectTimer);
    clearInterval(this.#heartTimer);
    const socket = this.socket;
    this.socket = null;
    socket?.close(code, reason);
    for (const request of this.#requests.values()) {
      clearTimeout(request.timer);
      request.reject(new HubError('disconnected', 'the connection was lost'));
    }
    this.#requests.clear();
  }

  #change(state, detail) {
    this.state = state;
    this.#options.onState({ state, ...detail });
  }
}
