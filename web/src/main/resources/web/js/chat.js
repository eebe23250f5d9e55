import { byId, make, nameColor, clockTime, isDeleted } from './dom.js';
import { senderMarks } from './sender.js';
import { many } from './words.js';

/** Lines kept while the newest are on the screen, and while the reader is further up. */
const LINES_MAX = 300;
const LINES_MAX_READING = 1000;

/** How near to the end counts as being there, in pixels. */
const END_PX = 48;

/** How often a screen reader is told what is new, in milliseconds; and up to how many lines in words. */
const ANNOUNCE_EVERY_MS = 4000;
const ANNOUNCE_LINES = 2;

/**
 * The chat list: newest below, bounded. New lines are put in once a frame, so that a burst costs one layout. When
 * the reader scrolls up, the list stays where it is and a button says how much is new.
 */
export class Chat {
  #list = byId('chat');
  #empty = byId('chat-empty');
  #earlier = byId('earlier');
  #newest = byId('newest');
  #newestText = byId('newest-text');
  #announcer = byId('announcer');
  #pending = [];
  #atEnd = true;
  #unseen = 0;
  #frame = 0;
  #unheard = [];
  #unheardCount = 0;
  #lastNote = null;
  #onName;

  /**
   * @param {((user: {id: string, name: string}) => void)|null} onName a name was chosen; null where names cannot be
   * @param {(before: number) => Promise<object[]>} onEarlier gets chat events before an offset, oldest first
   */
  constructor(onName, onEarlier) {
    this.#onName = onName;
    this.#list.addEventListener('scroll', () => this.#onScroll(), { passive: true });
    this.#list.addEventListener('keydown', (event) => this.#onKey(event));
    this.#newest.addEventListener('click', () => this.#toEnd());
    this.#earlier.addEventListener('click', () => this.#showEarlier(onEarlier));
    new ResizeObserver(() => this.#atEnd && this.#scrollDown()).observe(this.#list);
    setInterval(() => this.#announce(), ANNOUNCE_EVERY_MS);
  }

  /**
   * Adds a comment.
   *
   * @param {boolean} toMe whether it answers or mentions the reader
   */
  add(event, mine, toMe = false) {
    this.#lastNote = null;
    const line = this.#line(event, mine);
    line.classList.toggle('to-me', toMe);
    this.#queue(line);
    if (!mine) {
      this.#unheardCount++;
      this.#unheard.push(`${event.u?.name || event.u?.id}: ${event.d?.text}`);
      this.#unheard.length = Math.min(this.#unheard.length, ANNOUNCE_LINES);
    }
  }

  /**
   * Adds a line of the page's own. With a key, a note that is still the last line is changed instead of repeated.
   *
   * @param {string} text
   * @param {string} [kind] `info`, `good`, `warn` or `loud`
   * @param {string} [key]
   */
  note(text, kind = 'info', key) {
    if (key !== undefined && this.#lastNote?.key === key) {
      this.#lastNote.line.textContent = text;
      return;
    }
    const line = make('p', `line note ${kind}`, text);
    this.#lastNote = key === undefined ? null : { key, line };
    this.#queue(line);
  }

  /**
   * Adds what somebody did that is no comment. A gift that makes a row of the same gifts longer changes the row's line.
   *
   * @param {string} text the event in words
   */
  tell({ o, u = {}, d = {} }, text) {
    const row = d.combo > 1 ? this.#row(u.id, d) : undefined;
    if (row) {
      row.dataset.o = o;
      row.dataset.combo = d.combo;
      row.querySelector('.told').textContent = text;
      return;
    }
    this.#lastNote = null;
    const line = make('p', 'line note loud');
    line.dataset.o = o;
    if (u.id !== undefined) {
      line.dataset.user = u.id;
    }
    if (d.combo !== undefined) {
      line.dataset.gift = d.gift;
      line.dataset.combo = d.combo;
    }
    line.append(...senderMarks(u), make('span', 'told', text));
    this.#queue(line);
  }

  /** The line of the row of gifts that a gift goes on with, while the list has it. */
  #row(user, { gift, combo }) {
    return [...this.#list.querySelectorAll('.line[data-combo]'), ...this.#pending].findLast(
      ({ dataset }) => dataset.user === user && dataset.gift === gift && Number(dataset.combo) < combo,
    );
  }

  /** Takes deleted comments off, and what others quote of them. */
  takeDown(deleted) {
    this.#flush();
    for (const line of this.#list.querySelectorAll('.line[data-o]')) {
      if (isDeleted(line, deleted)) {
        line.remove();
      }
    }
    for (const quote of this.#list.querySelectorAll('.quote')) {
      if (isDeleted(quote, deleted)) {
        quote.textContent = '↩ a deleted comment';
      }
    }
  }

  /** Shows or hides the button for what was said before the first line. */
  offerEarlier(offer) {
    this.#earlier.hidden = !offer;
  }

  #queue(line) {
    this.#pending.push(line);
    if (this.#pending.length > LINES_MAX) {
      this.#pending.shift(); // it would be off the list's other end at once
    }
    this.#frame ||= requestAnimationFrame(() => this.#flush());
  }

  #flush() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    if (this.#pending.length === 0) {
      return;
    }
    this.#empty.hidden = true;
    this.#unseen += this.#atEnd ? 0 : this.#pending.length;
    this.#list.append(...this.#pending);
    this.#pending = [];
    this.#trim();
    if (this.#atEnd) {
      this.#scrollDown();
    }
    this.#showNewest();
  }

  #line(event, mine) {
    const { o, ts, u = {}, d = {} } = event;
    const line = make('p', mine ? 'line mine' : 'line');
    line.dataset.o = o;
    line.dataset.user = u.id;
    const name = make('button', 'name', u.name || u.id || '?');
    name.type = 'button';
    name.tabIndex = -1;
    name.dir = 'auto';
    name.style.color = nameColor(String(u.id));
    if (mine || this.#onName === null) {
      name.disabled = true;
      name.title = mine ? 'You' : '';
    } else {
      name.title = `Write to ${u.name || u.id}`;
      name.addEventListener('click', () => this.#onName(u));
    }
    const text = make('span', 'said');
    text.append(...withEmotes(d));
    text.dir = 'auto';
    const time = make('time', 'when', clockTime(ts));
    time.dateTime = new Date(ts).toISOString();
    if (d.reply) {
      line.append(this.#quote(d.reply));
    }
    line.append(...senderMarks(u), name, ' ', text, ' ', time);
    return line;
  }

  /** What a comment answers, as far as the list has it. The hub does not know whether there is such an event, of this user. */
  #quote({ o, user }) {
    const line = [...this.#list.querySelectorAll(`.line[data-o="${Number(o)}"]`), ...this.#pending].find(
      ({ dataset }) => dataset.o === String(o) && dataset.user === user,
    );
    const said = line?.querySelector('.said, .told').textContent;
    const quote = make('span', 'quote', `↩ ${line?.querySelector('.name')?.textContent ?? user}${said ? `: ${said}` : ''}`);
    quote.dir = 'auto';
    quote.dataset.o = o;
    quote.dataset.user = user;
    return quote;
  }

  #trim() {
    const max = this.#atEnd ? LINES_MAX : LINES_MAX_READING;
    const lines = this.#list.getElementsByClassName('line');
    for (let surplus = lines.length - max; surplus > 0; surplus--) {
      lines[0].remove();
      this.#earlier.hidden = false;
    }
  }

  #onScroll() {
    const { scrollHeight, scrollTop, clientHeight } = this.#list;
    const atEnd = scrollHeight - scrollTop - clientHeight < END_PX;
    if (atEnd === this.#atEnd) {
      return;
    }
    this.#atEnd = atEnd;
    if (atEnd) {
      this.#unseen = 0;
      this.#trim();
    }
    this.#showNewest();
  }

  #toEnd() {
    this.#atEnd = true;
    this.#unseen = 0;
    this.#trim();
    this.#scrollDown();
    this.#showNewest();
    this.#list.focus();
  }

  #scrollDown() {
    this.#list.scrollTop = this.#list.scrollHeight;
  }

  #showNewest() {
    this.#newest.hidden = this.#atEnd;
    this.#newestText.textContent = this.#unseen > 0 ? many(this.#unseen, 'new line') : 'To the newest';
  }

  async #showEarlier(onEarlier) {
    const first = this.#list.querySelector('.line[data-o]:not(.note)');
    this.#earlier.disabled = true;
    try {
      const events = await onEarlier(first ? Number(first.dataset.o) : undefined);
      const top = this.#list.scrollHeight - this.#list.scrollTop;
      this.#atEnd = false;
      this.#earlier.after(...events.map(({ event, mine }) => this.#line(event, mine)));
      this.#list.scrollTop = this.#list.scrollHeight - top;
      this.#earlier.hidden = events.length === 0;
      this.#showNewest();
    } finally {
      this.#earlier.disabled = false;
    }
  }

  /** Names are reached by the arrow keys, not by Tab: three hundred stops would be no way to the send box. */
  #onKey(event) {
    if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') {
      return;
    }
    const names = [...this.#list.querySelectorAll('.name:not(:disabled)')];
    const at = names.indexOf(document.activeElement);
    const step = event.key === 'ArrowUp' ? -1 : 1;
    const next = at < 0 ? names.at(-1) : names[at + step];
    if (next) {
      event.preventDefault();
      next.focus();
    }
  }

  #announce() {
    if (this.#unheardCount === 0 || document.hidden) {
      return;
    }
    this.#announcer.textContent =
      this.#unheardCount <= ANNOUNCE_LINES ? this.#unheard.join('. ') : `${many(this.#unheardCount, 'new comment')}`;
    this.#unheard = [];
    this.#unheardCount = 0;
  }
}

/** A comment's text, with what stands for emotes set off: the page has no pictures of them. */
function withEmotes({ text = '', emotes = [] }) {
  const parts = [];
  let end = 0;
  for (const { id, from, to } of emotes) {
    const emote = make('span', 'emote', text.slice(from, to));
    emote.title = id;
    parts.push(text.slice(end, from), emote);
    end = to;
  }
  return [...parts, text.slice(end)];
}
