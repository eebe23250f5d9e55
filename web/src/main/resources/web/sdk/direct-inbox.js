import { BoundedSet } from './bounded-set.js';

/** How many message ids are remembered to tell repeats. A sync repeats only what came since the last position. */
const SEEN_MAX = 4096;

/** How many pushes may pass before the position is moved on, so that a reconnect has little to repeat. */
const PUSHES_BEFORE_SYNC = 500;

/** How many messages one page of a sync holds. */
export const SYNC_PAGE = 100;

/** How many pages one sync reads at most; what is older is found in the conversation's history. */
export const SYNC_PAGES_MAX = 20;

/** What this device has had of its user's direct messages: the hub's opaque position, and ids to tell repeats. */
export class DirectInbox {
  /** The position that the last sync gave; undefined before the first. */
  pos;
  repeats = 0;

  #seen = new BoundedSet(SEEN_MAX);
  #pushesSinceSync = 0;

  /** Of these messages, the ones not had before. */
  fresh(messages) {
    return messages.filter((message) => {
      const isNew = this.#seen.add(message.mid);
      this.repeats += isNew ? 0 : 1;
      return isNew;
    });
  }

  /** Notes a push; true when it is time to move the position on. */
  pushed(count) {
    this.#pushesSinceSync += count;
    return this.#pushesSinceSync >= PUSHES_BEFORE_SYNC;
  }

  /** Notes the end of a page. */
  synced(pos) {
    this.pos = pos ?? this.pos;
    this.#pushesSinceSync = 0;
  }
}
