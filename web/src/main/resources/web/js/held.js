import { byId, make } from './dom.js';

/** Comments shown at a time: the oldest wait on, and come up when others are answered and the page is loaded anew. */
const SHOWN_MAX = 100;

/** How often those whose time is over are taken off, in milliseconds. */
const LOOK_EVERY_MS = 5000;

/** Answers after which there is nothing more to ask about a comment. */
const OVER = new Set(['conflict', 'not_found', 'room_closed']);

/** What held a comment back, in words. */
const WHY = { words: 'a word', links: 'a link', all: 'all are looked at', check: 'the check' };

/** To moderators: the comments that wait for one, above the chat, each with two buttons. */
export class Held {
  #root = byId('held');
  #list = byId('held-list');
  #answer;
  #onError;

  /**
   * @param {(id: string, approve: boolean) => Promise<object>} answer
   * @param {(error: Error) => void} onError an answer was not taken
   */
  constructor(answer, onError) {
    this.#answer = answer;
    this.#onError = onError;
    setInterval(() => this.#remove(({ dataset }) => Number(dataset.until) <= Date.now()), LOOK_EVERY_MS);
  }

  /** Shows one more, once. */
  add(held) {
    if (this.#list.querySelector(`[data-o="${Number(held.o)}"]`)) {
      return;
    }
    const item = make('li', 'held-line');
    Object.assign(item.dataset, { o: held.o, user: held.u?.id, until: held.until });
    const said = make('span', 'said', `${held.u?.name || held.u?.id}: ${held.d?.text}`);
    said.dir = 'auto';
    item.append(said, ' ', make('span', 'why', WHY[held.why] ?? held.why), this.#button('Show', item, held, true), this.#button('Drop', item, held, false));
    this.#list.append(item);
    if (this.#list.childElementCount > SHOWN_MAX) {
      this.#list.firstElementChild.remove();
    }
    this.#root.hidden = false;
  }

  #button(text, item, { id }, approve) {
    const button = make('button', 'button small', text);
    button.type = 'button';
    button.addEventListener('click', async () => {
      item.inert = true;
      try {
        await this.#answer(id, approve);
        item.remove();
      } catch (error) {
        item.inert = false;
        if (OVER.has(error.code)) {
          item.remove();
        }
        this.#onError(error);
      }
      this.#hideEmpty();
    });
    return button;
  }

  /** Somebody has answered it. */
  answered({ o }) {
    this.#remove(({ dataset }) => dataset.o === String(o));
  }

  /** Takes deleted comments off. */
  takeDown({ from, to, user }) {
    this.#remove(({ dataset }) => Number(dataset.o) >= from && Number(dataset.o) <= to && (user === undefined || dataset.user === user));
  }

  /** The user is no moderator any more, or the room is another one. */
  clear() {
    this.#remove(() => true);
  }

  #remove(which) {
    [...this.#list.children].filter(which).forEach((item) => item.remove());
    this.#hideEmpty();
  }

  #hideEmpty() {
    this.#root.hidden = this.#list.childElementCount === 0;
  }
}
