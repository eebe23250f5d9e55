import { BoundedMarks } from './bounded-marks.js';

/** How long messages of a conversation are gathered before the hub is told, in milliseconds. */
const GATHER_MS = 1000;

/** Conversations told at a time: marks share the user's allowance with what the user writes. */
const AT_ONCE = 2;

/** Conversations that wait; beyond that the one that waits longest is told with its next message. */
const WAITING_MAX = 256;

const REMEMBERED_MAX = 1024;

/** Answers after which a mark is told again, later. */
const TRY_LATER = new Set(['busy', 'unavailable', 'rate_limited', 'pending', 'timeout', 'disconnected', 'queue_full', 'internal']);

/** Tells the hub up to where this device has got each conversation: at most once a second for each, a few at a time. */
export class DeliveredMarks {
  #waiting = new Map();
  #known = new BoundedMarks(REMEMBERED_MAX);
  #timer = 0;
  /** Whether some are being told now. */
  #telling = false;
  #active = false;
  #tell;

  /** @param {(peer: string, seq: number) => Promise<object>} tell */
  constructor(tell) {
    this.#tell = tell;
  }

  /** A message of a peer is here. */
  got(peer, seq) {
    if (!Number.isSafeInteger(seq) || seq <= Math.max(this.#known.get(peer) ?? 0, this.#waiting.get(peer) ?? 0)) {
      return;
    }
    this.#waiting.set(peer, seq);
    if (this.#waiting.size > WAITING_MAX) {
      this.#waiting.delete(this.#waiting.keys().next().value);
    }
    this.#arm();
  }

  /** The hub knows that all up to a seq is here: this device has said that it is read, or another one has said so. */
  known(peer, seq) {
    this.#known.raise(peer, seq);
    if ((this.#waiting.get(peer) ?? Infinity) <= seq) {
      this.#waiting.delete(peer);
    }
  }

  /** There is a connection. */
  resume() {
    this.#active = true;
    this.#arm();
  }

  /** There is none. */
  pause() {
    this.#active = false;
    clearTimeout(this.#timer);
    this.#timer = 0;
  }

  #arm() {
    if (this.#active && !this.#telling && this.#timer === 0 && this.#waiting.size > 0) {
      this.#timer = setTimeout(() => this.#flush(), GATHER_MS);
    }
  }

  async #flush() {
    this.#timer = 0;
    this.#telling = true;
    const told = [...this.#waiting].slice(0, AT_ONCE);
    told.forEach(([peer]) => this.#waiting.delete(peer));
    await Promise.all(told.map(async ([peer, seq]) => {
      try {
        await this.#tell(peer, seq);
        this.known(peer, seq);
      } catch (error) {
        if (TRY_LATER.has(error.code) && !this.#waiting.has(peer)) {
          this.#waiting.set(peer, seq);
        }
      }
    }));
    this.#telling = false;
    this.#arm();
  }
}
