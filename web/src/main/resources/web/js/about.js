import { byId, make, pictureUrl } from './dom.js';

/** Tags shown. A room has no more. */
const TAGS_MAX = 10;

/** What the room is: whether its stream runs, its category and tags, and its cover behind the stage. */
export class About {
  #live = byId('live');
  #root = byId('about');
  #cover = byId('cover');

  constructor() {
    this.#cover.addEventListener('error', () => {
      this.#cover.hidden = true;
    });
  }

  /** @param {boolean} [live] absent: not known, and nothing is shown */
  live(live) {
    this.#live.hidden = live === undefined;
    this.#live.dataset.live = String(live);
    this.#live.textContent = live ? 'Live' : 'Offline';
  }

  /**
   * Shows the room's profile.
   *
   * @param {{cover?: string, category?: string, tags?: string[]}} [profile] absent: there is none
   */
  profile({ cover, category, tags = [] } = {}) {
    const parts = category ? [make('b', 'category', category)] : [];
    parts.push(...tags.slice(0, TAGS_MAX).map((tag) => make('span', 'tag', `#${tag}`)));
    this.#root.replaceChildren(...parts);
    this.#root.hidden = parts.length === 0;
    const url = pictureUrl(cover);
    this.#cover.hidden = url === null;
    if (url !== null) {
      this.#cover.src = url;
    }
  }
}
