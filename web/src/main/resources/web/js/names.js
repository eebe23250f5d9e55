/** How many people's names are remembered. */
const NAMES_MAX = 2000;

/** What people are called. Direct messages carry ids only; the names come with the contacts, and from what was heard in the room. */
export class Names {
  #names = new Map();

  /** Notes a name, the newest as the youngest. */
  learn(user) {
    if (!user?.id || !user.name) {
      return;
    }
    this.#names.delete(user.id);
    this.#names.set(user.id, user.name);
    if (this.#names.size > NAMES_MAX) {
      this.#names.delete(this.#names.keys().next().value);
    }
  }

  /** The name of a user, or the id where no name is known. */
  of(id) {
    return this.#names.get(id) ?? id;
  }
}
