import Danmaku from '../vendor/danmaku/danmaku.dom.js';
import { byId, isDeleted, make } from './dom.js';

/** How much of the stage one comment takes, in square pixels. Beyond that nothing could be read: the chat has it all. */
const AREA_OF_ONE_PX = 7500;

/** So many comments fly at once at the least, and at the most. */
const FLYING_MIN = 10;
const FLYING_MAX = 120;

/** The three sizes of the protocol, and what they are on a narrow stage. */
const SIZES = { 18: 15, 25: 20, 36: 29 };
const NARROW_PX = 640;

const COLOR = /^#[0-9a-f]{6}$/i;
const MODES = { scroll: 'rtl', top: 'top', bottom: 'bottom' };

/** The stage: comments fly over it. Decoration only: everything on it is in the chat as well. */
export class Stage {
  #root = byId('stage');
  #container = byId('flying');
  #hint = byId('stage-hint');
  #toggle = byId('toggle-flying');
  #full = byId('toggle-full');
  #danmaku;
  #on = true;
  #room = FLYING_MIN;
  flown = 0;
  /** Comments that found the stage full. */
  crowdedOut = 0;

  constructor() {
    this.#danmaku = new Danmaku({ container: this.#container });
    new ResizeObserver(() => this.#resize()).observe(this.#container);
    this.#resize();
    this.#toggle.addEventListener('click', () => this.#switch(!this.#on));
    if (!document.fullscreenEnabled) {
      this.#full.hidden = true;
    }
    this.#full.addEventListener('click', () => this.#toggleFull());
    document.addEventListener('fullscreenchange', () => {
      this.#full.setAttribute('aria-pressed', String(document.fullscreenElement === this.#root));
    });
  }

  /** Lets a comment fly. */
  fly({ o, u = {}, d = {} }, mine) {
    const { text, mode, color, size } = d;
    if (!this.#on || document.hidden || !text) {
      return;
    }
    this.#trim();
    if (this.#danmaku._.runningList.length >= this.#room && !mine) {
      this.crowdedOut++;
      return;
    }
    const wide = this.#container.clientWidth >= NARROW_PX;
    const px = wide ? (SIZES[size] ? size : 25) : (SIZES[size] ?? SIZES[25]);
    this.#danmaku.emit({
      mode: MODES[mode] ?? 'rtl',
      render: () => {
        const element = make('span', mine ? 'fly mine' : 'fly', text);
        element.dir = 'auto';
        element.dataset.o = o;
        element.dataset.user = u.id;
        element.style.color = COLOR.test(color) ? color : '#ffffff';
        element.style.fontSize = `${px}px`;
        return element;
      },
    });
    this.flown++;
    this.#hint.classList.add('gone');
  }

  /** Takes deleted comments out of the air. */
  takeDown(deleted) {
    for (const element of this.#container.querySelectorAll('.fly')) {
      if (isDeleted(element, deleted)) {
        element.textContent = ''; // the package moves and removes the element itself
      }
    }
  }

  #trim() {
    // in live mode the package keeps every comment ever emitted: what has taken off is not needed any more
    const { comments, _: inner } = this.#danmaku;
    if (inner.position > FLYING_MAX) {
      comments.splice(0, inner.position);
      inner.position = 0;
    }
  }

  #resize() {
    if (!this.#on) {
      return;
    }
    const { clientWidth: width, clientHeight: height } = this.#container;
    this.#room = Math.min(FLYING_MAX, Math.max(FLYING_MIN, Math.round((width * height) / AREA_OF_ONE_PX)));
    // a crossing takes 6 s on a phone and 10 s on a wide screen
    const seconds = Math.min(10, Math.max(6, 4.5 + width / 240));
    this.#danmaku.speed = Math.max(1, width / seconds);
    this.#danmaku.resize();
  }

  #switch(on) {
    this.#on = on;
    this.#toggle.setAttribute('aria-pressed', String(on));
    this.#toggle.querySelector('use').setAttribute('href', on ? '#i-eye' : '#i-eye-off');
    if (on) {
      this.#danmaku.show();
      this.#resize();
    } else {
      this.#danmaku.hide();
    }
  }

  #toggleFull() {
    const change = document.fullscreenElement ? document.exitFullscreen() : this.#root.requestFullscreen();
    change.catch(() => {}); // the browser may refuse; the button then stays as it was
  }
}
