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
    if (since !== null) {
      return this.epoch === undefined ? { room: this.room, since } : { room: this.room, since, epoch: this.epoch };
    }
    const fields = { room: this.room };
    for (const name of ['since', 'epoch', 'last']) {
      if (this.#first[name] !== undefined) {
        fields[name] = this.#first[name];
      }
    }
    return fields;
  }

  /**
   * Takes the answer to the join in.
   *
   * @returns {{fresh: boolean, missed: number}} fresh: the room is not the one it was, or this is the first time;
   *   missed: how many offsets passed while away
   */
  enter(info) {
    const known = this.coverage.last;
    const changed = this.info !== null && info.epoch !== this.epoch;
    const asked = known ?? this.#first.since;
    if (changed) {
      this.coverage.restart();
    } else if (known === null && asked !== undefined && (this.#first.epoch ?? info.epoch) === info.epoch) {
      this.coverage.startAfter(asked);
    } else if (known === null && this.#first.last === undefined) {
      this.coverage.startAfter(info.head);
    }
    const fresh = changed || this.info === null;
    this.info = info;
    this.epoch = info.epoch;
    this.headAtJoin = info.head;
    this.putOff = 0;
    this.state = 'joined';
    return { fresh, missed: fresh ? 0 : Math.max(0, info.head - known) };
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
