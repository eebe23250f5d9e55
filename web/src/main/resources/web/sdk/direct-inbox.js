import { backoffMs } from './backoff.js';
import { BoundedSet } from './bounded-set.js';

/** How many message ids are remembered to tell repeats, for pushes and for syncs each. */
const SEEN_MAX = 4096;

/** How many pushes may pass before the position is moved on, so that a reconnect has little to repeat. */
const PUSHES_BEFORE_SYNC = 500;

/** How many messages one page of a sync holds. */
const SYNC_PAGE = 100;

/** Answers to a sync after which it is tried again, later. */
const TRY_LATER = new Set(['busy', 'unavailable', 'rate_limited', 'internal', 'queue_full', 'timeout', 'pending']);

/**
 * What this device has had of its user's direct messages. Pushes may be lost with a connection and may come twice; the
 * hub's opaque position tells what to ask for, and the ids tell repeats.
 */
export class DirectInbox {
  /** The position that the last sync gave; undefined before the first: a sync then begins with the first message kept. */
  pos;
  repeats = 0;

  // two sets: a sync over ten thousand old messages must not push out the ids of what was pushed meanwhile
  #pushed = new BoundedSet(SEEN_MAX);
  #synced = new BoundedSet(SEEN_MAX);
  #pushesSinceSync = 0;
  #running = null;
  #timer = 0;
  #options;

  /**
   * @param {object} options
   * @param {string} [options.pos]
   * @param {(op: string, fields: object) => Promise<object>} options.request
   * @param {(detail: {message: object, live: boolean}) => void} options.onMessage
   * @param {() => number} options.random
   */
  constructor(options) {
    this.pos = options.pos;
    this.#options = options;
  }

  /** Takes a push in. */
  take(messages) {
    this.#report(messages, true);
    this.#pushesSinceSync += messages.length;
    if (this.#pushesSinceSync >= PUSHES_BEFORE_SYNC) {
      this.catchUp();
    }
  }

  /** Asks for what is after the position, and again until the hub has said it all or the connection is lost. */
  catchUp(attempt = 0) {
    clearTimeout(this.#timer);
    this.sync().catch((error) => {
      if (TRY_LATER.has(error.code)) {
        const pauseMs = backoffMs(attempt, this.#options.random, error.retryMs);
        this.#timer = setTimeout(() => this.catchUp(attempt + 1), pauseMs);
      }
    });
  }

  /** Stops asking: there is no connection. */
  pause() {
    clearTimeout(this.#timer);
  }

  /** Asks once for everything after the position. */
  sync() {
    this.#running ??= this.#sync().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #sync() {
    this.#pushesSinceSync = 0;
    for (let more = true; more;) {
      const page = await this.#page();
      this.#report(page.messages ?? [], false);
      this.pos = page.pos ?? this.pos;
      more = page.more === true && page.pos !== undefined;
    }
  }

  async #page() {
    try {
      return await this.#options.request('dm.sync', { pos: this.pos, limit: SYNC_PAGE });
    } catch (error) {
      if (error.code !== 'bad_field' || this.pos === undefined) {
        throw error;
      }
      // a position kept from another hub, or from before this one was set up anew
      this.pos = undefined;
      return this.#options.request('dm.sync', { limit: SYNC_PAGE });
    }
  }

  #report(messages, live) {
    const [own, other] = live ? [this.#pushed, this.#synced] : [this.#synced, this.#pushed];
    for (const message of messages) {
      if (own.add(message.mid) && !other.has(message.mid)) {
        this.#options.onMessage({ message, live });
      } else {
        this.repeats++;
      }
    }
  }
}
