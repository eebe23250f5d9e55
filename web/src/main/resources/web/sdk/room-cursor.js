import { Coverage } from './coverage.js';

/** How many frames may arrive before the answer to the join that they belong to. */
const HELD_FRAMES_MAX = 256;

/**
 * A room that the client wants to be in, and its place there.
 *
 * States: `outside` (no connection, or between two tries), `joining` (asked, no answer yet), `joined`.
 */
export class RoomCursor {
  state = 'outside';
  epoch;
  /** The last answer to `join`: `{room, epoch, head, role, online, policy, …}`. */
  info = null;
  coverage = new Coverage();
  /** Events at or below this offset happened before the last join. */
  headAtJoin = 0;
  /** How many tries to join were put off by the hub since the last one that went well. */
  putOff = 0;
  retryTimer = 0;

  #first;
  #asked = {};
  #held = [];

  /**
   * @param {string} room
   * @param {{since?: number, epoch?: string, last?: number}} first where to begin the first time
   */
  constructor(room, first) {
    this.room = room;
    this.#first = first;
    this.epoch = first.epoch;
    this.joined = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    this.joined.catch(() => {}); // who joined need not wait for it
  }

  /** The fields of the next `join`: where it stands, or where it was told to begin. */
  joinFields() {
    this.state = 'joining';
    this.#held = [];
    const since = this.coverage.last;
    const { since: firstSince, last, epoch } = this.#first;
    this.#asked = since === null ? { since: firstSince, last, epoch } : { since, epoch: this.epoch };
    return { room: this.room, ...this.#asked };
  }

  /**
   * Takes the answer to the join in. From here on it is known which offset the first frame must begin with.
   *
   * @returns {{fresh: boolean, missed: number}} fresh: no continuation of what was there, either because it is the
   *   first time or because the room is another one by now; missed: how many offsets passed while away
   */
  enter(info) {
    const { since, last, epoch } = this.#asked;
    const sinceHolds = since !== undefined && (epoch === undefined || epoch === info.epoch);
    const fresh = this.coverage.last === null || !sinceHolds;
    const missed = fresh ? 0 : Math.max(0, info.head - since);
    if (sinceHolds) {
      this.coverage.startAfter(since);
    } else {
      const asked = last ?? (since === undefined ? info.policy?.lastOnJoin : 0) ?? 0;
      this.coverage.startAfter(Math.max(0, info.head - asked));
    }
    this.info = info;
    this.epoch = info.epoch;
    this.headAtJoin = info.head;
    this.putOff = 0;
    this.state = 'joined';
    return { fresh, missed };
  }

  /** The place in the log is void (the hub's log is shorter than what we saw): the next join begins anew. */
  forgetPlace() {
    this.coverage.restart();
    this.epoch = undefined;
    this.#first = { last: this.#first.last ?? 0 };
  }

  /** Keeps a frame that came before the answer to its join; false when there are too many. */
  hold(frame) {
    return this.#held.push(frame) <= HELD_FRAMES_MAX;
  }

  /** The frames kept by {@link hold}, once. */
  takeHeld() {
    const held = this.#held;
    this.#held = [];
    return held;
  }
}
