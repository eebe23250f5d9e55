/** The closed list of reasons for which a frame may leave events out. Anything else is counted as `other`. */
export const SKIP_REASONS = ['sampled', 'slow', 'filtered', 'repeat', 'conflated', 'deleted', 'shed'];

/**
 * Checks that a room's frames leave nothing out in silence. Every frame says which offsets it covers, and
 *
 *     to - from + 1  =  events in it + sum of skipped
 *
 * holds for each, and each `from` follows on the last `to`. A gap (what retention has taken) is a frame of its own
 * for which only the second half holds. What breaks the rule is reported and counted, never thrown: the viewer
 * still wants to see the events.
 */
export class Coverage {
  /** The offset that the next frame must begin with; null while unknown. */
  next = null;
  frames = 0;
  events = 0;
  gaps = 0;
  violations = 0;
  /** Events left out, by reason. */
  skipped = {};

  /** The next frame must begin right after this offset. */
  startAfter(offset) {
    this.next = offset + 1;
  }

  /** Forgets the place in the log (the room was created anew, or its log starts over); the counts stay. */
  restart() {
    this.next = null;
  }

  /** The last offset covered, or null. This is the `since` of the next join. */
  get last() {
    return this.next === null ? null : this.next - 1;
  }

  /**
   * Takes a frame in.
   *
   * @param {{from: number, to: number, events?: Array<{o: number}>, skipped?: Object<string, number>, gap?: string}} frame
   * @returns {{events: Array<{o: number}>, problems: string[]}} the events not seen before, and what is wrong
   */
  accept(frame) {
    const { from, to } = frame;
    const events = Array.isArray(frame.events) ? frame.events : [];
    const problems = [];
    if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || from < 1 || to < from - 1) {
      this.violations++;
      return { events: [], problems: [`a frame covers ${from} to ${to}, which is no range`] };
    }
    const expected = this.next;
    if (expected !== null && from !== expected) {
      problems.push(`a frame begins at ${from} where ${expected} was due`);
    }
    const fresh = this.#inOrder(frame, events, expected, problems);
    if (frame.gap) {
      this.gaps++;
      if (events.length > 0) {
        problems.push(`the gap ${from} to ${to} holds ${events.length} events`);
      }
    } else {
      const left = this.#countSkipped(frame.skipped);
      if (to - from + 1 !== events.length + left) {
        problems.push(`a frame covers ${from} to ${to}, but holds ${events.length} events and skips ${left}`);
      }
    }
    this.frames++;
    this.events += fresh.length;
    this.violations += problems.length;
    // after a hole or a repeat go on from the further end: one fault is told once, not with every frame to come
    this.next = Math.max(expected ?? 0, to + 1);
    return { events: fresh, problems };
  }

  #inOrder({ from, to }, events, expected, problems) {
    const fresh = [];
    let last = from - 1;
    for (const event of events) {
      if (!Number.isSafeInteger(event?.o) || event.o <= last || event.o > to) {
        problems.push(`event ${event?.o} is out of place in the frame ${from} to ${to}`);
        continue;
      }
      last = event.o;
      if (expected === null || event.o >= expected) {
        fresh.push(event);
      }
    }
    return fresh;
  }

  #countSkipped(skipped) {
    let sum = 0;
    for (const [reason, count] of Object.entries(skipped ?? {})) {
      const key = SKIP_REASONS.includes(reason) ? reason : 'other';
      const number = Number.isSafeInteger(count) && count > 0 ? count : 0;
      this.skipped[key] = (this.skipped[key] ?? 0) + number;
      sum += number;
    }
    return sum;
  }
}
