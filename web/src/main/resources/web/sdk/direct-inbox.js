import { backoffMs } from './backoff.js';
import { BoundedMarks } from './bounded-marks.js';

/** How many messages are remembered to tell repeats and older forms of them, for pushes and for syncs each. */
const SEEN_MAX = 4096;

/** How many notes are remembered, by what they are about. */
const NOTES_MAX = 1024;

/** How many pushes may pass before the position is moved on, so that a reconnect has little to repeat. */
const PUSHES_BEFORE_SYNC = 500;

/**
 * How long a connected device goes without a sync, in milliseconds, give or take a fifth. A push is not made up for by
 * the hub when its socket was full, or the directory of devices away. The edge says so to a ping where it can see it;
 * this is for the rest.
 */
const SYNC_EVERY_MS = 45_000;

/** How many conversations are watched for numbers left out. */
const CONVERSATIONS_MAX = 1024;

/** How often in a row a number left out is asked for at once; after that it has to wait for the next sync. */
const MISSED_TRIES = 8;

/** How many messages one page of a sync holds. */
const SYNC_PAGE = 100;

/** Answers to a sync after which it is tried again, later. */
const TRY_LATER = new Set(['busy', 'unavailable', 'rate_limited', 'internal', 'queue_full', 'timeout', 'pending']);

/**
 * What this device has had of its user's direct messages. Pushes may be lost with a connection and may come twice; the
 * hub's opaque position tells what to ask for, and the ids tell repeats.
 */
export class DirectInbox {
  /** The position that the last sync gave; before the first undefined, and the sync begins with the first message kept, or `now`, and it begins behind all of them. */
  pos;
  repeats = 0;

  // two sets: a sync over ten thousand old messages must not push out the ids of what was pushed meanwhile
  #pushed = new BoundedMarks(SEEN_MAX);
  #synced = new BoundedMarks(SEEN_MAX);
  #notes = new BoundedMarks(NOTES_MAX);
  #pushesSinceSync = 0;
  /** By conversation the number up to which all are known, and that of the newest push. Numbers have no holes. */
  #numbers = new Map();
  #running = null;
  #active = false;
  /** The timer is that of a try after a refusal. */
  #retrying = false;
  #timer = 0;
  #options;

  /**
   * @param {object} options
   * @param {string} [options.pos]
   * @param {(op: string, fields: object) => Promise<object>} options.request
   * @param {(detail: {message: object, live: boolean}) => void} options.onMessage
   * @param {(change: object) => void} options.onNote
   * @param {(marks: object) => void} options.onMarks
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
    const jumped = messages.filter((message) => this.#isJump(message)).length > 0;
    if (jumped || this.#pushesSinceSync >= PUSHES_BEFORE_SYNC) {
      this.catchUp();
    }
  }

  /** Takes a note in: once, and none that is older than what is known of the same thing. */
  note(change) {
    const { peer, hidden = '', rev = 0 } = change;
    const about = ['hidden', 'cleared', 'blocked', 'relation', 'expiry'].find((kind) => kind in change);
    if (!about || rev === 0 || this.#notes.raise([peer, about, hidden].join('\n'), rev)) {
      this.#options.onNote(change);
    }
  }

  /**
   * Asks for what is after the position, and again until the hub has said it all or the connection is lost; from then on
   * now and again.
   */
  catchUp(attempt = 0) {
    this.#active = true;
    this.#retrying = false;
    clearTimeout(this.#timer);
    this.sync().then(
      () => this.#isBehind(attempt),
      (error) => TRY_LATER.has(error.code) && { atLeastMs: error.retryMs },
    ).then((again) => {
      if (!this.#active) {
        return;
      }
      clearTimeout(this.#timer); // another call may have armed it meanwhile
      this.#retrying = Boolean(again);
      const pauseMs = again
        ? backoffMs(attempt, this.#options.random, again.atLeastMs)
        : SYNC_EVERY_MS * (0.8 + 0.4 * this.#options.random());
      this.#timer = setTimeout(() => this.catchUp(again ? attempt + 1 : 0), pauseMs);
    });
  }

  /** The hub says that pushes may have been lost. Who was refused waits all the same. */
  missed() {
    if (!this.#retrying) {
      this.catchUp();
    }
  }

  /** Stops asking: there is no connection. */
  pause() {
    this.#active = false;
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
      (page.changes ?? []).forEach((change) => this.note(change));
      (page.marks ?? []).forEach((marks) => this.#options.onMarks(marks));
      (page.messages ?? []).forEach((message) => this.#allKnownUpTo(message));
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

  /** Whether a push leaves a number out that neither a push nor a sync has brought. */
  #isJump(message) {
    const { seq } = message;
    const numbers = this.#numbersOf(message);
    if (!numbers) {
      return false;
    }
    numbers.known ??= seq; // what was before the first one heard is for the syncs
    const jumps = seq > Math.max(numbers.known, numbers.pushed) + 1;
    if (seq === numbers.known + 1) {
      numbers.known = seq;
    }
    numbers.pushed = Math.max(numbers.pushed, seq);
    return jumps;
  }

  /** A sync leaves out none of a conversation before the one that it tells. */
  #allKnownUpTo(message) {
    const numbers = this.#numbersOf(message);
    if (numbers) {
      numbers.known = Math.max(numbers.known ?? 0, message.seq);
    }
  }

  #numbersOf({ from, to, seq }) {
    if (!Number.isSafeInteger(seq)) {
      return null;
    }
    const conversation = from < to ? `${from}\n${to}` : `${to}\n${from}`;
    let numbers = this.#numbers.get(conversation);
    if (!numbers) {
      numbers = { known: null, pushed: 0 };
      this.#numbers.set(conversation, numbers);
      if (this.#numbers.size > CONVERSATIONS_MAX) {
        this.#numbers.delete(this.#numbers.keys().next().value);
      }
    }
    return numbers;
  }

  /** A message is shown to syncs some moments after it may be pushed: then it is worth asking again. */
  #isBehind(attempt) {
    const behind = [...this.#numbers.values()].filter(({ known, pushed }) => pushed > known);
    if (behind.length > 0 && attempt < MISSED_TRIES) {
      return { atLeastMs: 0 };
    }
    behind.forEach((numbers) => {
      numbers.known = numbers.pushed;
    });
    return false;
  }

  #report(messages, live) {
    const [own, other] = live ? [this.#pushed, this.#synced] : [this.#synced, this.#pushed];
    for (const message of messages) {
      const { mid, rev = 0 } = message;
      // an older form may come late, from a part of the hub that was slow
      if (own.raise(mid, rev) && (other.get(mid) ?? -1) < rev) {
        this.#options.onMessage({ message, live });
      } else {
        this.repeats++;
      }
    }
  }
}
