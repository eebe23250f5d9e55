import { byId } from './dom.js';

const NAMES = ['chat', 'direct'];

/** The two tabs next to the stage, with the keys that tabs have. */
export class Tabs {
  shown = 'chat';
  #listeners = [];

  constructor() {
    for (const name of NAMES) {
      const tab = byId(`tab-${name}`);
      tab.addEventListener('click', () => this.show(name));
      tab.addEventListener('keydown', (event) => {
        if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') {
          const other = NAMES[(NAMES.indexOf(name) + 1) % NAMES.length];
          if (byId(`tab-${other}`).hidden) {
            return;
          }
          this.show(other);
          byId(`tab-${other}`).focus();
        }
      });
    }
  }

  /** Who has no direct messages is not shown the tab. */
  hideDirect() {
    byId('tab-direct').hidden = true;
  }

  onChange(listener) {
    this.#listeners.push(listener);
  }

  show(shown) {
    this.shown = shown;
    byId('room').dataset.tab = shown;
    for (const name of NAMES) {
      const selected = name === shown;
      byId(`panel-${name}`).hidden = !selected;
      byId(`tab-${name}`).setAttribute('aria-selected', String(selected));
      byId(`tab-${name}`).tabIndex = selected ? 0 : -1;
    }
    this.#listeners.forEach((listener) => listener(shown));
  }
}
