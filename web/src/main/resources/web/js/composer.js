import { byId, make } from './dom.js';
import { explain, span, whoMaySendWords } from './words.js';

const COLOURS = [
  ['#ffffff', 'white'], ['#ff6b6b', 'red'], ['#ffb454', 'orange'], ['#ffe66d', 'yellow'],
  ['#6ee7a8', 'green'], ['#67d4ff', 'blue'], ['#b79cff', 'violet'], ['#ff8ac4', 'pink'],
];

/** What one can be in a room, weakest first; and the weakest that a rule lets write. */
const ROLES = ['viewer', 'member', 'vip', 'moderator', 'host', 'owner'];
const WEAKEST = { everyone: 'viewer', members: 'member', vips: 'vip', moderators: 'moderator', host: 'host' };

/** From how many characters before the limit on the rest is shown. */
const COUNTER_FROM = 20;

const WAITING = 'Waiting for the hub. What you wrote is sent as soon as it answers.';

/** After how long a send without an answer is told, in milliseconds. */
const PATIENCE_MS = 1500;

/** The send box with colour, place and size. */
export class Composer {
  #form = byId('composer');
  #text = byId('text');
  #counter = byId('counter');
  #button = byId('send');
  #label = byId('send-label');
  #alert = byId('send-alert');
  #rule = byId('rule');
  #letters = byId('style-letters');
  #style = byId('style');
  #ownColour = byId('own-colour');
  #like = byId('like');
  #policy = {};
  #role = 'viewer';
  #closed = '';
  #waitUntilMs = 0;
  #timer = 0;
  #onSend;
  #slow = 0;

  /** @param {(d: object) => Promise<object>} onSend sends a comment; rejected with a HubError */
  constructor(onSend) {
    this.#onSend = onSend;
    this.#addColours();
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#text.addEventListener('input', () => this.#count());
    this.#text.addEventListener('keydown', (event) => {
      // the Enter that ends an input method's composition is not the one that sends
      if (event.key === 'Enter' && event.isComposing) {
        event.preventDefault();
      }
    });
    this.#style.addEventListener('click', () => {
      const open = this.#form.classList.toggle('tray-open');
      this.#style.setAttribute('aria-expanded', String(open));
    });
    this.#form.addEventListener('change', () => this.#showStyle());
    this.#showStyle();
  }

  /** Takes the room's rules and one's role in. */
  rules(policy = {}, role = 'viewer') {
    this.#policy = policy;
    this.#role = role;
    this.#closed = '';
    this.#show();
  }

  /** Nothing can be sent any more, and why. */
  shut(why) {
    this.#closed = why;
    this.#show();
  }

  #addColours() {
    const last = byId('colours').lastElementChild;
    for (const [value, name] of COLOURS) {
      const label = make('label');
      label.title = name[0].toUpperCase() + name.slice(1);
      const input = make('input');
      Object.assign(input, { type: 'radio', name: 'color', value, checked: value === '#ffffff' });
      const dot = make('span', 'swatch');
      dot.style.background = value;
      label.append(input, dot, make('span', 'hidden', name));
      last.before(label);
    }
    const own = make('input');
    Object.assign(own, { type: 'radio', name: 'color', value: 'own' });
    own.setAttribute('aria-label', 'The colour chosen next to this');
    own.className = 'hidden';
    own.tabIndex = -1;
    last.prepend(own);
    this.#ownColour.addEventListener('input', () => {
      own.checked = true;
      this.#showStyle();
    });
  }

  #chosen() {
    const data = new FormData(this.#form);
    const color = data.get('color');
    return { mode: data.get('mode'), color: color === 'own' ? this.#ownColour.value : color, size: Number(data.get('size')) };
  }

  #showStyle() {
    const { color, mode, size } = this.#chosen();
    this.#letters.style.color = color;
    this.#text.style.color = color;
    this.#style.setAttribute('aria-label', `Colour, place and size: now ${mode}, ${{ 18: 'small', 25: 'medium', 36: 'large' }[size]}`);
  }

  async #submit() {
    const text = this.#text.value.trim();
    if (!text || this.#button.disabled) {
      return;
    }
    this.#text.value = '';
    this.#count();
    this.#say('');
    let isSlow = false;
    const patience = setTimeout(() => {
      isSlow = true;
      this.#slow++;
      this.#say(WAITING);
    }, PATIENCE_MS);
    try {
      await this.#onSend({ text, ...this.#chosen() });
    } catch (error) {
      this.#refused(error, text);
    } finally {
      clearTimeout(patience);
      this.#slow -= isSlow ? 1 : 0;
      if (this.#slow === 0 && this.#alert.textContent === WAITING) {
        this.#say('');
      }
    }
  }

  #refused(error, text) {
    const { text: words, waitMs, keepText } = explain(error, this.#policy);
    this.#say(words);
    if (keepText && this.#text.value === '') {
      this.#text.value = text;
      this.#count();
    }
    if (waitMs > 0) {
      this.#waitUntilMs = Date.now() + waitMs;
      this.#tick();
    }
  }

  #tick() {
    clearTimeout(this.#timer);
    const leftMs = this.#waitUntilMs - Date.now();
    if (leftMs > 0) {
      this.#timer = setTimeout(() => this.#tick(), Math.min(leftMs, 250));
    } else if (this.#waitUntilMs > 0) {
      this.#waitUntilMs = 0;
      this.#say('');
    }
    this.#show();
  }

  #show() {
    const { whoMaySend = 'everyone', textLengthMax = 0 } = this.#policy;
    const rank = ROLES.indexOf(this.#role);
    const barred = rank < ROLES.indexOf(WEAKEST[whoMaySend] ?? 'viewer');
    const why = this.#closed || (barred ? this.#barredWords(whoMaySend) : '');
    this.#text.disabled = why !== '';
    this.#text.placeholder = why || 'Send a comment';
    this.#like.disabled = why !== '';
    if (textLengthMax > 0) {
      this.#text.maxLength = textLengthMax;
    }
    const leftMs = this.#waitUntilMs - Date.now();
    this.#button.disabled = why !== '' || leftMs > 0;
    this.#label.textContent = leftMs > 0 ? span(leftMs) : 'Send';
    const rules = barred ? '' : this.#ruleWords(rank);
    this.#rule.hidden = rules === '';
    this.#rule.textContent = rules;
    this.#offerStyles(rank);
    this.#count();
  }

  #barredWords(whoMaySend) {
    return this.#role === 'guest' ? 'Guests only read. Come with a token to write' : `Only ${whoMaySendWords(whoMaySend)} may write here now`;
  }

  /** What the room asks of who has this rank. */
  #ruleWords(rank) {
    const { slowModeMs: viewersMs = 0, memberSlowModeMs = 0, emoteOnly = false, levelMin = 0, followerMinutes = -1 } = this.#policy;
    const isMember = rank >= ROLES.indexOf('member');
    const isFree = rank >= ROLES.indexOf('moderator');
    const slowModeMs = isMember ? memberSlowModeMs : viewersMs;
    const rules = [
      slowModeMs > 0 && !isFree && `Slow mode: one every ${span(slowModeMs)}`,
      emoteOnly && !isFree && 'Emotes only',
      levelMin > 0 && !isMember && `From level ${levelMin} on`,
      followerMinutes >= 0 && !isMember && 'Followers only',
    ];
    return rules.filter(Boolean).join(' · ');
  }

  /** Offers the styles that the room takes from who has this rank. */
  #offerStyles(rank) {
    const { styles: rule = 'all' } = this.#policy;
    const styles = rank < ROLES.indexOf('moderator') ? rule : 'all';
    const isPlain = styles === 'plain';
    byId('modes').hidden = styles !== 'all';
    byId('sizes').hidden = isPlain;
    byId('colours').hidden = isPlain;
    this.#style.hidden = isPlain;
    const { mode, size, color } = this.#form.elements;
    if (styles !== 'all') {
      mode.value = 'scroll';
    }
    if (isPlain) {
      size.value = '25';
      color.value = '#ffffff';
    }
    this.#showStyle();
  }

  #count() {
    const max = this.#text.maxLength;
    const left = max - this.#text.value.length;
    this.#counter.hidden = max <= 0 || left > COUNTER_FROM;
    this.#counter.textContent = String(left);
  }

  #say(words) {
    this.#alert.textContent = words;
  }
}
