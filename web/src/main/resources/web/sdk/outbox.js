import { HubError } from './hub-error.js';

/** For how long one cid is sent again. The protocol forbids it after 50 s; the difference is for clocks and the way. */
export const RESEND_MS = 45_000;

/** How many sends may be without a result at once. The next one is refused with `queue_full`. */
export const OUTBOX_MAX = 64;

/** Answers that leave the send undecided: the same cid asks again. */
const ASK_AGAIN = new Set(['pending', 'unavailable', 'busy', 'timeout', 'disconnected']);

/** Of these, the ones after which the send may have been taken. */
const MAY_HAVE_ARRIVED = new Set(['pending', 'timeout', 'disconnected']);

/**
 * Refusals that are about the pace, which is not the sender's fault when the SDK itself sends late or again: a first try
 * that did arrive makes the second one too soon, and what has waited for a connection goes out in one go.
 */
const PACE = new Set(['slow_mode', 'rate_limited', 'quota']);

/** A send that goes out this much later than it was asked for was held up by the SDK, in milliseconds. */
const HELD_UP_MS = 1000;

/** The pause before asking again where the hub names none, in milliseconds. */
const ASK_AGAIN_MS = 500;

/**
 * The sends that have no result yet. No clock and no socket in here: the time is an argument, and what is to be
 * written is a return value.
 *
 * A send is `waiting` (not on the way: no connection, or its pause is not over) or `flying` (written, no answer
 * yet). It leaves with a result, with a refusal, or at its deadline.
 */
export class Outbox {
  #entries = new Map();

  get size() {
    return this.#entries.size;
  }

  /**
   * Takes a send in.
   *
   * @param {string} cid the client's id of the send
   * @param {string|null} room the room that must be joined before it is written; null for none
   * @param {object} command the frame without its `id`
   * @param {number} nowMs
   * @throws {HubError} `queue_full` at the bound
   */
  add(cid, room, command, nowMs) {
    if (this.#entries.size >= OUTBOX_MAX) {
      throw new HubError('queue_full', `${OUTBOX_MAX} messages have no answer yet`);
    }
    if (this.#entries.has(cid)) {
      throw new HubError('bad_field', `the cid ${cid} is on its way already`);
    }
    const entry = {
      cid, room, command, state: 'waiting', addedMs: nowMs, notBeforeMs: nowMs, deadlineMs: nowMs + RESEND_MS,
      heldUp: false, mayHaveArrived: false, resolve: null, reject: null,
    };
    this.#entries.set(cid, entry);
    return entry;
  }

  /** What is to be written now, oldest first; each is `flying` from here on. */
  take(nowMs, isReady) {
    const due = [];
    for (const entry of this.#entries.values()) {
      if (entry.state === 'waiting' && entry.notBeforeMs <= nowMs && nowMs < entry.deadlineMs && isReady(entry.room)) {
        entry.state = 'flying';
        entry.heldUp ||= nowMs - entry.addedMs >= HELD_UP_MS;
        due.push(entry);
      }
    }
    return due;
  }

  /** The hub took it. */
  settle(entry, result) {
    if (this.#entries.delete(entry.cid)) {
      entry.resolve?.(result);
    }
  }

  /** The hub refused, or said nothing: asks again later with the same cid, or gives up. */
  refuse(entry, error, nowMs) {
    if (!this.#entries.has(entry.cid)) {
      return;
    }
    const ownPace = PACE.has(error.code) && (entry.mayHaveArrived || entry.heldUp);
    const askAgain = ASK_AGAIN.has(error.code) || ownPace;
    if (!askAgain) {
      this.#give(entry, entry.mayHaveArrived ? unknown() : error);
      return;
    }
    entry.mayHaveArrived ||= MAY_HAVE_ARRIVED.has(error.code);
    entry.state = 'waiting';
    // a cut connection needs no pause of its own: the reconnect has one
    entry.notBeforeMs = error.code === 'disconnected' ? nowMs : nowMs + (error.retryMs ?? ASK_AGAIN_MS);
  }

  /** Gives up what is past its time. */
  expire(nowMs) {
    for (const entry of this.#entries.values()) {
      if (nowMs < entry.deadlineMs) {
        continue;
      }
      this.#give(entry, entry.mayHaveArrived || entry.state === 'flying'
        ? unknown()
        : new HubError('not_sent', 'no connection in time; it was not sent'));
    }
  }

  /** Gives up what waits for one room (what flies still gets its answer), or everything. */
  drop(error, room) {
    for (const entry of this.#entries.values()) {
      if (room === undefined || (entry.room === room && entry.state === 'waiting')) {
        this.#give(entry, entry.mayHaveArrived || entry.state === 'flying' ? unknown() : error);
      }
    }
  }

  /** When to look again, or null: the next end of a pause or the next deadline, whichever is first. */
  wakeAtMs(nowMs) {
    let atMs = null;
    for (const entry of this.#entries.values()) {
      // a pause that is over waits for its room, which tells us itself; only the deadline needs a timer then
      const pausing = entry.state === 'waiting' && entry.notBeforeMs > nowMs;
      const nextMs = pausing ? Math.min(entry.deadlineMs, entry.notBeforeMs) : entry.deadlineMs;
      atMs = atMs === null ? nextMs : Math.min(atMs, nextMs);
    }
    return atMs;
  }

  #give(entry, error) {
    this.#entries.delete(entry.cid);
    entry.reject?.(error);
  }
}

function unknown() {
  return new HubError('outcome_unknown', 'no answer in time; it may have been sent');
}

/** A new client id: never used before by anybody, 22 characters. */
export function newCid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return btoa(String.fromCharCode(...bytes)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}
