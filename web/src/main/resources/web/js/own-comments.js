/** How many own comments are remembered while their acknowledgement and their frame find each other. */
const REMEMBERED_MAX = 64;

/**
 * Makes sure that one sees one's own comment exactly once. It comes back in the room's frames like everybody's; but
 * under overload comments are sampled, and then the acknowledgement is all that its sender gets. It is shown by the
 * acknowledgement as soon as the frames have passed its offset without it.
 */
export class OwnComments {
  #seen = new Map();
  #acknowledged = new Map();
  #coveredTo = 0;
  #show;

  /** @param {(event: object) => void} show shows an own comment that no frame brought */
  constructor(show) {
    this.#show = show;
  }

  /** Notes a send; returns what it was given. */
  sending(sent, d) {
    return sent.then((result) => {
      // what waits for a moderator comes at another place, if one approves it
      if (!result.held && !this.#seen.has(result.o)) {
        remember(this.#acknowledged, result.o, { o: result.o, ts: result.ts, t: 'chat', d });
        this.covered(this.#coveredTo);
      }
      return result;
    });
  }

  /** A frame brought an own comment. */
  seen(event) {
    remember(this.#seen, event.o, true);
    this.#acknowledged.delete(event.o);
  }

  /** The room is another one than before: its offsets begin anew. */
  restart() {
    this.#coveredTo = 0;
    this.#seen.clear();
    this.#acknowledged.clear();
  }

  /** The frames have come this far. */
  covered(to) {
    this.#coveredTo = Math.max(this.#coveredTo, to);
    for (const [o, event] of this.#acknowledged) {
      if (o <= this.#coveredTo) {
        this.#acknowledged.delete(o);
        this.#show(event);
      }
    }
  }
}

function remember(map, key, value) {
  map.set(key, value);
  if (map.size > REMEMBERED_MAX) {
    map.delete(map.keys().next().value);
  }
}
