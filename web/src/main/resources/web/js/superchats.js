import { byId, isDeleted, make } from './dom.js';
import { senderMarks } from './sender.js';
import { price } from './words.js';

/** Super chats in sight at a time. Of more, the cheapest are not kept. */
const KEPT_MAX = 30;

/** How often those whose time is over are taken off, in milliseconds. */
const LOOK_EVERY_MS = 1000;

/** Deletions remembered: what is asked for of the past may have been on its way when it was deleted. */
const DELETED_MAX = 20;

/** Super chats that stay above the chat, each for its seconds from when it was sent, the dearest first. */
export class Superchats {
  #root = byId('superchats');
  #list = byId('superchats-list');
  #deleted = [];

  constructor() {
    setInterval(() => this.#remove(({ dataset }) => Number(dataset.until) <= Date.now()), LOOK_EVERY_MS);
  }

  /** Shows one, once, unless its time is over. */
  add({ o, ts, u = {}, d = {} }) {
    const until = ts + (d.seconds ?? 0) * 1000;
    if (until <= Date.now() || this.#list.querySelector(`[data-o="${Number(o)}"]`)) {
      return;
    }
    const item = make('li', 'superchat');
    Object.assign(item.dataset, { o, user: u.id, until, value: d.value ?? 0 });
    if (this.#deleted.some((deleted) => isDeleted(item, deleted))) {
      return;
    }
    const head = make('span', 'superchat-head');
    const name = make('b', '', u.name || u.id || '?');
    name.dir = 'auto';
    head.append(...senderMarks(u), name, make('span', 'price', price(d)));
    const text = make('span', 'superchat-text', d.text);
    text.dir = 'auto';
    text.title = d.text ?? '';
    item.append(head, text);
    const cheaper = [...this.#list.children].find(({ dataset }) => Number(dataset.value) < Number(item.dataset.value));
    this.#list.insertBefore(item, cheaper ?? null);
    if (this.#list.childElementCount > KEPT_MAX) {
      this.#list.lastElementChild.remove();
    }
    this.#root.hidden = false;
  }

  /** Takes deleted ones off. */
  takeDown(deleted) {
    this.#deleted = [...this.#deleted, deleted].slice(-DELETED_MAX);
    this.#remove((item) => isDeleted(item, deleted));
  }

  /** The room is another one than before. */
  clear() {
    this.#deleted = [];
    this.#remove(() => true);
  }

  #remove(which) {
    [...this.#list.children].filter(which).forEach((item) => item.remove());
    this.#root.hidden = this.#list.childElementCount === 0;
  }
}
