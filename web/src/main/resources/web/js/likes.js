import { byId } from './dom.js';

/** Clicks within so many milliseconds go as one send, and so many at most. */
const SEND_EVERY_MS = 500;
const N_MAX = 100;

/** The like button, and what the room has liked since the page came. The hub tells sums, once a second, one's own among them. */
export class Likes {
  #button = byId('like');
  #count = byId('like-count');
  #sum = 0;
  #from = 0;
  #clicks = 0;
  #timer = 0;

  /**
   * @param {(n: number) => Promise<object>} send
   * @param {(error: Error) => void} onError likes were not taken
   */
  constructor(send, onError) {
    this.#button.addEventListener('click', () => {
      this.#clicks = Math.min(this.#clicks + 1, N_MAX);
      this.#timer ||= setTimeout(() => {
        const n = this.#clicks;
        this.#clicks = 0;
        this.#timer = 0;
        send(n).catch(onError);
      }, SEND_EVERY_MS);
    });
  }

  /** Counts from an offset on: what lies before was liked before the page came. */
  restart(from) {
    this.#from = from;
    this.#sum = 0;
    this.#count.textContent = '';
  }

  /** Takes a sum of the room in. */
  add({ o, d = {} }) {
    if (o > this.#from) {
      this.#sum += d.n ?? 0;
      this.#count.textContent = this.#sum.toLocaleString();
    }
  }
}
