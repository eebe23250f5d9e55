/** Browsers call at once what is to be called later than in 24 days. */
const WAIT_MS_MAX = 24 * 3_600_000;

/** Calls when the first of some times is there: for what is to be taken down by itself. */
export class Due {
  #timer = 0;
  #onDue;

  /** @param {() => void} onDue may be called too early, too */
  constructor(onDue) {
    this.#onDue = onDue;
  }

  /** @param {(number|undefined)[]} times in Unix milliseconds, in place of those of before; what is past or undefined is left out */
  wait(times) {
    clearTimeout(this.#timer);
    const now = Date.now();
    const nextMs = times.filter((time) => time > now).reduce((first, time) => Math.min(first, time), Infinity) - now;
    if (nextMs < Infinity) {
      this.#timer = setTimeout(this.#onDue, Math.min(nextMs, WAIT_MS_MAX));
    }
  }
}
