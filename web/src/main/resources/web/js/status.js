import { byId } from './dom.js';
import { connectionWords, many, raidWords, span } from './words.js';

/** From which pause on the banner over the stage counts down. Shorter ones would only flicker. */
const BANNER_FROM_MS = 800;

/** The head of the page: who is here, how the connection is, and a banner over the stage when it is not well. */
export class Status {
  #state = byId('state');
  #banner = byId('banner');
  #bannerText = byId('banner-text');
  #bannerButton = byId('banner-button');
  #timer = 0;

  /** @param {() => void} onRetry */
  constructor(onRetry) {
    this.#bannerButton.addEventListener('click', onRetry);
  }

  connection({ state, retryInMs = 0 }) {
    clearTimeout(this.#timer);
    this.#state.dataset.state = state;
    byId('state-text').textContent = connectionWords(state);
    if (state === 'waiting' && retryInMs >= BANNER_FROM_MS) {
      this.#countDown(Date.now() + retryInMs);
    } else if (state === 'open') {
      this.hide();
    }
  }

  /** Shows a lasting sentence over the stage. */
  tell(text) {
    clearTimeout(this.#timer);
    this.#bannerText.textContent = text;
    this.#bannerButton.hidden = true;
    this.#banner.hidden = false;
  }

  hide() {
    this.#banner.hidden = true;
  }

  online({ online, peak, perMinute }) {
    const pill = byId('online');
    pill.hidden = online === undefined;
    byId('online-text').textContent = `${Number(online).toLocaleString()} online`;
    const parts = [];
    if (peak !== undefined) {
      parts.push(`at most ${Number(peak).toLocaleString()}`);
    }
    if (perMinute !== undefined) {
      parts.push(`${many(Number(perMinute), 'comment')} a minute`);
    }
    pill.title = parts.join(', ');
  }

  /**
   * Shows above the chat that the room is on a step against a raid.
   *
   * @param {{step: string}|null} [raid] none: it is on none
   */
  raid(raid) {
    const line = byId('raid');
    line.hidden = !raid;
    line.textContent = raid ? raidWords(raid.step) : '';
  }

  me(name, role) {
    byId('me').hidden = false;
    byId('me-name').textContent = name;
    const badge = byId('me-role');
    badge.hidden = role === 'viewer';
    badge.textContent = role;
  }

  title(room, title) {
    byId('room-name').textContent = title || `Room ${room}`;
    document.title = `${title || `Room ${room}`} · Danmaku Hub`;
  }

  #countDown(untilMs) {
    const leftMs = untilMs - Date.now();
    this.#bannerText.textContent = leftMs > 0 ? `Connection lost. Next try in ${span(leftMs)}.` : 'Connection lost. Trying …';
    this.#bannerButton.hidden = false;
    this.#banner.hidden = false;
    if (leftMs > 0) {
      this.#timer = setTimeout(() => this.#countDown(untilMs), Math.min(leftMs, 1000));
    }
  }
}
