import { summary } from './conversation.js';
import { byId, clockTime, initial, make, nameColor } from './dom.js';

/** How many conversations the list holds. */
const CONTACTS_MAX = 200;

/** The recent conversations: newest first, with the last message and what is unread. */
export class Contacts {
  #list = byId('contacts');
  #empty = byId('contacts-empty');
  #contacts = new Map();
  #names;
  #self = '';
  #onChoose;
  #onUnread;

  /**
   * @param {import('./names.js').Names} names
   * @param {(peer: string) => void} onChoose a conversation was chosen
   * @param {(total: number) => void} onUnread how many messages are unread in all
   */
  constructor(names, onChoose, onUnread) {
    this.#names = names;
    this.#onChoose = onChoose;
    this.#onUnread = onUnread;
  }

  /** Takes what the hub says. */
  load(contacts, self) {
    this.#self = self;
    this.#contacts.clear();
    for (const { peer, last, unread = 0, peerReadSeq = 0, peerDeliveredSeq = 0 } of contacts) {
      this.#contacts.set(peer, { peer, last, unread, marks: { read: peerReadSeq, delivered: peerDeliveredSeq } });
    }
    this.#show();
  }

  /** Takes a message that just came. */
  touch(peer, message, isUnread) {
    const known = this.#contacts.get(peer) ?? { peer, unread: 0, last: null };
    if (known.last && known.last.seq >= message.seq) {
      return;
    }
    known.last = message;
    known.unread += isUnread ? 1 : 0;
    this.#contacts.set(peer, known);
    this.#show();
  }

  /** The last message of a conversation is another one now. */
  change(peer, message) {
    const known = this.#contacts.get(peer);
    if (known?.last?.mid === message.mid && (known.last.rev ?? 0) < message.rev) {
      known.last = message;
      this.#show();
    }
  }

  /** Everything of a conversation was read. */
  read(peer) {
    const known = this.#contacts.get(peer);
    if (known && known.unread > 0) {
      known.unread = 0;
      this.#show();
    }
  }

  /** The seq of a conversation's last message; 0 if there is none. */
  lastSeq(peer) {
    return this.#contacts.get(peer)?.last?.seq ?? 0;
  }

  /** Up to where the other side had read and got a conversation when the contacts were read. */
  marks(peer) {
    return this.#contacts.get(peer)?.marks ?? { read: 0, delivered: 0 };
  }

  /** Puts the focus on a conversation, or on the first one. */
  focus(peer) {
    const items = [...this.#list.querySelectorAll('button')];
    (items.find((item) => item.dataset.peer === peer) ?? items[0])?.focus();
  }

  #show() {
    const newestFirst = [...this.#contacts.values()].sort((a, b) => (b.last?.ts ?? 0) - (a.last?.ts ?? 0));
    newestFirst.splice(CONTACTS_MAX).forEach(({ peer }) => this.#contacts.delete(peer));
    const focused = document.activeElement?.dataset.peer;
    this.#list.replaceChildren(...newestFirst.map((contact) => this.#item(contact)));
    if (focused !== undefined) {
      this.focus(focused);
    }
    this.#empty.hidden = newestFirst.length > 0;
    this.#onUnread(newestFirst.reduce((sum, { unread }) => sum + unread, 0));
  }

  #item({ peer, last, unread }) {
    const name = this.#names.of(peer);
    const button = make('button', unread > 0 ? 'contact unread' : 'contact');
    button.type = 'button';
    button.dataset.peer = peer;
    const avatar = make('span', 'avatar', initial(name));
    avatar.style.background = nameColor(peer);
    avatar.setAttribute('aria-hidden', 'true');
    const body = make('span', 'contact-body');
    const head = make('span', 'contact-head');
    const who = make('span', 'contact-name', name);
    who.dir = 'auto';
    head.append(who, make('time', 'when', last ? clockTime(last.ts) : ''));
    const preview = make('span', 'contact-last', last ? `${last.from === this.#self ? 'You: ' : ''}${summary(last)}` : '');
    preview.dir = 'auto';
    const foot = make('span', 'contact-foot');
    foot.append(preview);
    if (unread > 0) {
      foot.append(make('b', 'badge count', unread > 99 ? '99+' : String(unread)), make('span', 'hidden', ' unread'));
    }
    body.append(head, foot);
    button.append(avatar, body);
    button.addEventListener('click', () => this.#onChoose(peer));
    const item = make('li');
    item.append(button);
    return item;
  }
}
