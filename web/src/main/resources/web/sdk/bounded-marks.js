/** Numbers by key that only rise, of the newest keys: what it costs to remember them is fixed, however long a page stays open. */
export class BoundedMarks {
  #numbers = new Map();
  #max;

  /** @param {number} max how many keys are remembered */
  constructor(max) {
    this.#max = max;
  }

  /**
   * Raises a key's number; the key that was raised longest ago is forgotten at the bound.
   *
   * @returns {boolean} false if it was as high already
   */
  raise(key, number) {
    if ((this.#numbers.get(key) ?? -Infinity) >= number) {
      return false;
    }
    this.#numbers.delete(key);
    this.#numbers.set(key, number);
    if (this.#numbers.size > this.#max) {
      this.#numbers.delete(this.#numbers.keys().next().value);
    }
    return true;
  }

  /** The number of a key; undefined if there is none. */
  get(key) {
    return this.#numbers.get(key);
  }
}
