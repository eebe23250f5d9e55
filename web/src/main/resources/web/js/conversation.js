import { byId, clockTime, make } from './dom.js';
import { Due } from './due.js';
import { messageActions } from './message-actions.js';
import { directWords } from './words.js';

/** How many messages of the open conversation are kept on the page. Older ones are read again when wanted. */
const BUBBLES_MAX = 500;

const END_PX = 48;

/** Pages read for one wish to see earlier messages: all of a page may be hidden. */
const PAGES_MAX = 5;

/** How long changes of messages that are not on the page are gathered before it is read again, in milliseconds. */
const READ_AGAIN_MS = 300;

/**
 * The newer form of a message. Where the hub has let go of a body before its time, because all devices have it, it stays here until then.
 *
 * @param {object} [known] the form that is shown, if there is one
 */
export function newer(known, message) {
  const isKept = message.kind === 'expired' && message.expires > Date.now() && known && known.kind !== 'expired';
  return isKept ? { ...known, reactions: message.reactions, rev: message.rev } : message;
}

/** What a message says in one text: its own, or of which kind it is; and the signs at it. */
export function summary({ kind = 'text', body, edited, reactions = {}, expires }) {
  if (kind === 'expired' || expires <= Date.now()) {
    return '(expired)';
  }
  const says = kind === 'recalled' ? '(taken back)' : typeof body === 'string' ? body : body?.title ?? body?.name ?? `[${kind}]`;
  const signs = Object.values(reactions).join(' ');
  return `${says}${edited ? ' (edited)' : ''}${signs ? ` ${signs}` : ''}`;
}

/** The open conversation: its bubbles in the order of `seq`, and below them what is on its way. */
export class Conversation {
  #view = byId('bubbles');
  #earlier = byId('bubbles-earlier');
  #form = byId('direct-form');
  #text = byId('direct-text');
  #alert = byId('direct-alert');
  #editingLine = byId('editing');
  /** The message that gets another text, and what was in the field before. */
  #editing = null;
  /** The row of actions that is open, and what opened it. */
  #row = null;
  #bubbles = new Map();
  #peer = null;
  #self = '';
  #marks = { read: 0, delivered: 0 };
  /** The `before` of the page that goes on, undefined at the first message. */
  #next;
  #clearedTo = 0;
  /** Whether the newest message was in sight when somebody last scrolled: then it stays that when a bar above or a form below takes room. */
  #stays = true;
  #readAgain = 0;
  #due = new Due(() => this.#takeDown());
  #actions;

  /**
   * @param {object} actions
   * @param {(peer: string, body: string, cid?: string) => {cid: string, done: Promise<object>}} actions.send
   * @param {(peer: string, before?: number) => Promise<{messages: object[], next?: number}>} actions.load
   * @param {(peer: string) => void} actions.typing
   * @param {(peer: string, mid: string, body: string) => Promise<object>} actions.edit
   * @param {(peer: string, mid: string) => Promise<object>} actions.recall
   * @param {(peer: string, mid: string, sign: string) => Promise<object>} actions.react
   * @param {(peer: string, mid: string) => Promise<object>} actions.hide
   */
  constructor(actions) {
    this.#actions = actions;
    this.#text.addEventListener('input', () => this.#text.value !== '' && actions.typing(this.#peer));
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#form.addEventListener('keydown', (event) => event.key === 'Escape' && this.#endEditing());
    byId('editing-cancel').addEventListener('click', () => this.#endEditing());
    this.#view.addEventListener('keydown', (event) => event.key === 'Escape' && this.#closeRow(true));
    this.#view.addEventListener('scroll', () => {
      this.#stays = this.#isAtEnd;
    });
    new ResizeObserver(() => this.#stays && this.#scrollDown()).observe(this.#view);
    this.#earlier.addEventListener('click', () => this.#loadEarlier());
  }

  /** The other side of the open conversation, or null. */
  get peer() {
    return this.#peer;
  }

  /** The highest seq on the page; 0 if there is none. */
  get lastSeq() {
    return Math.max(0, ...[...this.#bubbles.values()].map(({ seq }) => seq));
  }

  /** Opens a conversation and reads its newest messages. */
  async open(peer, self) {
    this.#peer = peer;
    this.#self = self;
    this.#marks = { read: 0, delivered: 0 };
    this.#next = undefined;
    this.#clearedTo = 0;
    this.#bubbles.clear();
    this.#view.replaceChildren(this.#earlier);
    this.#earlier.hidden = true;
    this.#alert.textContent = '';
    this.#row = null;
    this.#endEditing();
    await this.refresh();
  }

  /** Reads the newest messages (again). What is hidden is not among them. */
  async refresh() {
    const peer = this.#peer;
    const atEnd = this.#isAtEnd;
    try {
      const { messages, next } = await this.#actions.load(peer);
      if (peer === this.#peer) {
        if (this.#bubbles.size === 0) {
          this.#goOnAt(next);
        }
        messages.forEach((message) => this.#place(message));
        if (this.#bubbles.size === 0 && next !== undefined) {
          await this.#loadEarlier();
        }
        if (atEnd) {
          this.#scrollDown();
        }
      }
    } catch (error) {
      if (peer === this.#peer && error.code !== 'no_such_conversation') {
        this.#alert.textContent = `The messages could not be read: ${error.message}`;
      }
    }
  }

  close() {
    this.#endEditing();
    this.#peer = null;
  }

  /** The other side has `read` or `delivered` up to a seq: the newest own message up to there says so. */
  mark(what, seq) {
    this.#marks[what] = Math.max(this.#marks[what], seq);
    const newest = (upTo) => [...this.#view.querySelectorAll('.bubble.mine[data-seq]')].filter((b) => Number(b.dataset.seq) <= upTo).at(-1);
    this.#view.querySelectorAll('.bubble.read, .bubble.delivered').forEach((b) => b.classList.remove('read', 'delivered'));
    const read = newest(this.#marks.read);
    const delivered = newest(this.#marks.delivered);
    read?.classList.add('read');
    if (delivered !== read) {
      delivered?.classList.add('delivered');
    }
  }

  /** Takes away what the user has hidden or cleared, here or elsewhere. */
  note({ hidden, cleared = 0 }) {
    this.#clearedTo = Math.max(this.#clearedTo, cleared);
    for (const [mid, { seq, bubble }] of this.#bubbles) {
      if (mid === hidden || seq <= this.#clearedTo) {
        if (bubble.contains(this.#row)) {
          this.#row = null;
        }
        if (bubble.contains(document.activeElement)) {
          this.#view.focus();
        }
        bubble.remove();
        this.#bubbles.delete(mid);
      }
    }
  }

  /** Takes a message that just came, or has changed. */
  add(message) {
    if (message.rev && !this.#bubbles.has(message.mid)) {
      // hidden, or further up, or new to this page: the hub says which
      clearTimeout(this.#readAgain);
      this.#readAgain = setTimeout(() => this.#peer !== null && this.refresh(), READ_AGAIN_MS);
      return;
    }
    const atEnd = this.#isAtEnd;
    this.#place(message);
    if (atEnd || message.from === this.#self) {
      this.#scrollDown();
    }
  }

  get #isAtEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.#view;
    return scrollHeight - scrollTop - clientHeight < END_PX;
  }

  #goOnAt(next) {
    this.#next = next;
    this.#earlier.hidden = next === undefined;
  }

  #place(message) {
    if (message.seq <= this.#clearedTo) {
      return;
    }
    const known = this.#bubbles.get(message.mid);
    if (known) {
      message = newer(known.message, message);
      known.expires ??= message.expires; // the own bubble came before the hub told
      if ((message.rev ?? 0) > known.rev || message.kind === 'expired') {
        known.rev = message.rev ?? 0;
        known.expires = message.expires;
        known.message = message;
        known.bubble.querySelector('.bubble-text').textContent = summary(message);
      }
      this.#takeDown();
      return;
    }
    const bubble = this.#bubble(summary(message), message.from === this.#self);
    bubble.dataset.seq = message.seq;
    bubble.dataset.mid = message.mid;
    this.#stamp(bubble, message.ts);
    bubble.append(this.#more(message.mid));
    if (message.from !== this.#self) {
      const pick = make('input', 'pick');
      pick.type = 'checkbox';
      pick.setAttribute('aria-label', 'Report this message');
      bubble.prepend(pick);
    }
    this.#insert(bubble, message.seq);
    this.#bubbles.set(message.mid, { seq: message.seq, rev: message.rev ?? 0, expires: message.expires, message, bubble });
    if (message.expires !== undefined) {
      this.#takeDown();
    }
    if (this.#bubbles.size > BUBBLES_MAX) {
      const oldest = this.#view.querySelector('.bubble[data-seq]');
      this.#bubbles.delete(oldest.dataset.mid);
      oldest.remove();
      this.#goOnAt(Number(oldest.dataset.seq) + 1);
    }
  }

  /** Of what lives no more only its place is shown, whether the hub tells so or not. */
  #takeDown() {
    const mortal = [...this.#bubbles.values()].filter(({ expires }) => expires !== undefined);
    mortal.filter(({ expires }) => expires <= Date.now()).forEach((one) => {
      const text = one.bubble.querySelector('.bubble-text');
      // once: what is written again is read out again
      if (text.textContent !== summary(one)) {
        text.textContent = summary(one);
        if (one.bubble.contains(this.#row)) {
          this.#closeRow();
        }
        if (this.#editing?.mid === one.bubble.dataset.mid) {
          this.#endEditing();
        }
      }
    });
    this.#due.wait(mortal.map(({ expires }) => expires));
  }

  #insert(bubble, seq) {
    const after = [...this.#view.querySelectorAll('.bubble[data-seq]')].filter((other) => Number(other.dataset.seq) < seq).at(-1);
    (after ?? this.#earlier).after(bubble);
  }

  #bubble(body, mine) {
    const bubble = make('div', mine ? 'bubble mine' : 'bubble');
    const text = make('p', 'bubble-text', body ?? '');
    text.dir = 'auto';
    bubble.append(text);
    return bubble;
  }

  #stamp(bubble, ts) {
    const time = make('time', 'when', clockTime(ts));
    time.dateTime = new Date(ts).toISOString();
    bubble.append(time);
  }

  #more(mid) {
    const more = make('button', 'icon-button bubble-more', '⋯');
    more.type = 'button';
    more.setAttribute('aria-label', 'More about this message');
    more.setAttribute('aria-expanded', 'false');
    more.addEventListener('click', () => {
      const isOpen = more.getAttribute('aria-expanded') === 'true';
      this.#closeRow();
      if (!isOpen) {
        const { message, expires } = this.#bubbles.get(mid);
        this.#row = messageActions({ ...message, expires }, this.#self, (what, sign) => this.#choose(mid, what, sign));
        more.setAttribute('aria-expanded', 'true');
        more.after(this.#row);
        this.#row.scrollIntoView({ block: 'nearest' });
      }
    });
    return more;
  }

  #closeRow(focus = false) {
    const more = this.#row?.previousElementSibling;
    this.#row?.remove();
    this.#row = null;
    more?.setAttribute('aria-expanded', 'false');
    if (focus) {
      more?.focus();
    }
  }

  #choose(mid, what, sign) {
    this.#closeRow(true);
    if (what === 'edit') {
      this.#endEditing();
      this.#editing = { mid, before: this.#text.value };
      this.#text.value = this.#bubbles.get(mid).message.body;
      this.#editingLine.hidden = false;
      this.#text.focus();
    } else if (what === 'sign') {
      this.#change(mid, this.#actions.react(this.#peer, mid, sign));
    } else {
      this.#change(mid, this.#actions[what](this.#peer, mid));
    }
  }

  #endEditing() {
    if (this.#editing) {
      this.#text.value = this.#editing.before;
      this.#editing = null;
      this.#editingLine.hidden = true;
      this.#text.focus();
    }
  }

  /** A change is asked for. What becomes of the message is pushed, and read again where the push is lost. */
  async #change(mid, asked) {
    const peer = this.#peer;
    this.#alert.textContent = '';
    try {
      const { rev } = await asked;
      setTimeout(() => peer === this.#peer && this.#bubbles.get(mid)?.rev < rev && this.refresh(), READ_AGAIN_MS);
      return true;
    } catch (error) {
      if (peer === this.#peer) {
        this.#alert.textContent = directWords(error);
      }
      return false;
    }
  }

  /** The text stays where it is until it is taken. */
  async #edit(body) {
    const editing = this.#editing;
    if (await this.#change(editing.mid, this.#actions.edit(this.#peer, editing.mid, body)) && this.#editing === editing) {
      this.#endEditing();
    }
  }

  #submit() {
    const body = this.#text.value.trim();
    if (body === '') {
      return;
    }
    if (this.#editing) {
      this.#edit(body);
      return;
    }
    this.#text.value = '';
    this.#alert.textContent = '';
    const bubble = this.#bubble(body, true);
    const status = make('span', 'when', 'Sending …');
    bubble.append(status);
    this.#view.append(bubble);
    this.#scrollDown();
    this.#send(bubble, status, this.#peer, body);
  }

  async #send(bubble, status, peer, body, earlierCid) {
    const { cid, done } = this.#actions.send(peer, body, earlierCid);
    bubble.classList.remove('failed');
    status.textContent = 'Sending …';
    try {
      const { mid, seq, ts } = await done;
      bubble.remove();
      if (peer === this.#peer) {
        this.add({ mid, seq, ts, from: this.#self, to: peer, kind: 'text', body });
      }
    } catch (error) {
      bubble.classList.add('failed');
      status.textContent = '';
      const again = make('button', 'button small', 'Try again');
      again.type = 'button';
      // a direct message's cid is known for ever: the same one can be sent again at any time, and arrives once
      again.addEventListener('click', () => this.#send(bubble, status, peer, body, cid));
      status.append(make('span', '', `${directWords(error)} `), again);
      this.#scrollDown();
    }
  }

  async #loadEarlier() {
    const peer = this.#peer;
    this.#earlier.disabled = true;
    try {
      for (let pages = 0, shown = false; pages < PAGES_MAX && !shown && peer === this.#peer && this.#next !== undefined; pages++) {
        const { messages, next } = await this.#actions.load(peer, this.#next);
        if (peer === this.#peer) {
          const fromEnd = this.#view.scrollHeight - this.#view.scrollTop;
          this.#goOnAt(next);
          messages.forEach((message) => this.#place(message));
          this.#view.scrollTop = this.#view.scrollHeight - fromEnd;
          shown = messages.length > 0;
        }
      }
    } catch (error) {
      this.#alert.textContent = `The messages could not be read: ${error.message}`;
    } finally {
      this.#earlier.disabled = false;
    }
  }

  #scrollDown() {
    this.#view.scrollTop = this.#view.scrollHeight;
  }
}
