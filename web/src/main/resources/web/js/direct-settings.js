import { byId } from './dom.js';
import { directWords } from './words.js';

/** What the user has chosen about direct messages: who may write, how much a stranger, and who sees that one is online. */
export class DirectSettings {
  #fields = { writers: byId('set-writers'), strangerMessages: byId('set-strangers'), online: byId('set-online') };
  #save = byId('settings-save');
  #status = byId('settings-status');
  #alert = byId('settings-alert');
  #settings;
  #chosen = {};

  /** @param {(change?: object) => Promise<object>} settings reads them, or changes some and answers with all */
  constructor(settings) {
    this.#settings = settings;
    byId('settings-view').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#submit();
    });
  }

  /** Reads them (again). */
  async open() {
    byId('settings-title').focus();
    await this.#ask({}, '');
  }

  #submit() {
    const change = {};
    for (const [name, field] of Object.entries(this.#fields)) {
      const value = field.type === 'number' ? field.valueAsNumber : field.value;
      if (value !== this.#chosen[name]) {
        change[name] = value; // what is left alone stays the operator's
      }
    }
    this.#ask(change, 'Saved.');
  }

  async #ask(change, doneWords) {
    this.#alert.textContent = '';
    this.#status.textContent = '';
    this.#save.disabled = true;
    try {
      this.#chosen = await this.#settings(change);
      Object.entries(this.#fields).forEach(([name, field]) => {
        field.value = this.#chosen[name];
      });
      this.#status.textContent = doneWords;
    } catch (error) {
      this.#alert.textContent = directWords(error);
    }
    this.#save.disabled = !('writers' in this.#chosen); // they could not be read
  }
}
