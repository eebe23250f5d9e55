import { byId, isDeleted } from './dom.js';

/** The longest time that a browser's timer takes, in milliseconds; a pin may stand for longer. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/** What is pinned above the chat: a text, or an event, of which the hub tells the place only. */
export class Pinned {
  #root = byId('pin');
  #text = byId('pin-text');
  #timer = 0;
  #shown = null;
  #onEvent;

  /** @param {(before: number) => Promise<object[]>} onEvent gets the newest event before an offset */
  constructor(onEvent) {
    this.#onEvent = onEvent;
  }

  /**
   * Shows what is pinned now.
   *
   * @param {{text?: string, o?: number, user?: string, until?: number|null, lifted?: boolean}} [pin] none: nothing is
   */
  async show(pin) {
    clearTimeout(this.#timer);
    const leftMs = pin?.until ? pin.until - Date.now() : Infinity;
    this.#shown = pin && !pin.lifted && leftMs > 0 ? pin : null;
    this.#root.hidden = true;
    if (this.#shown === null) {
      return;
    }
    if (leftMs < Infinity) {
      this.#timer = setTimeout(() => this.show(pin), Math.min(leftMs, TIMER_MS_MAX));
    }
    const text = pin.text ?? (await this.#eventText(pin));
    if (this.#shown === pin && text) {
      this.#text.textContent = text;
      this.#root.hidden = false;
    }
  }

  /** Takes the pin down when it is a deleted event. */
  takeDown(deleted) {
    const { o, user } = this.#shown ?? {};
    if (o !== undefined && isDeleted({ dataset: { o, user } }, deleted)) {
      this.show();
    }
  }

  /** What a pinned event says, with its sender; empty when it cannot be had any more. */
  async #eventText({ o, user }) {
    try {
      const [event] = await this.#onEvent(o + 1);
      return event?.o === o && event.u?.id === user && event.d?.text ? `${event.u.name}: ${event.d.text}` : '';
    } catch (error) {
      console.warn('what is pinned could not be read:', error.message);
      return '';
    }
  }
}
