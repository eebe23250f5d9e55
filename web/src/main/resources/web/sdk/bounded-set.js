/** A set that remembers only the newest keys: what de-duplication may cost is fixed, however long a page stays open. */
export class BoundedSet {
  #keys = new Set();
  #max;

  /** @param {number} max how many keys are remembered */
  constructor(max) {
    this.#max = max;
  }

  /**
   * Remembers a key; the oldest one is forgotten at the bound.
   *
   * @returns {boolean} false if the key was there already
   */
  add(key) {
    if (this.#keys.has(key)) {
      return false;
    }
    this.#keys.add(key);
    if (this.#keys.size > this.#max) {
      this.#keys.delete(this.#keys.values().next().value);
    }
    return true;
  }

  has(key) {
    return this.#keys.has(key);
  }

  get size() {
    return this.#keys.size;
  }
}
