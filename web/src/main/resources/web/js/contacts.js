import { newer, summary } from './conversation.js';
import { byId, clockTime, make, showAvatar } from './dom.js';
import { Due } from './due.js';

/** How many conversations the list holds. */
const CONTACTS_MAX = 200;

/** What is said where a box has none. */
const NONE = {
  inbox: 'No conversations yet. Click a name in the chat to begin one.',
  requests: 'Nobody waits for you to answer.',
};

/** The recent conversations, those with strangers who wait in a box of their own: newest first, with the last message and what is unread. */
export class Contacts {
  #list = byId('contacts');
  #empty = byId('contacts-empty');
  #requests = byId('requests-count');
  #boxes = byId('boxes');
  #contacts = new Map();
  #names;
  #self = '';
  #onChoose;
  #onUnread;
  #due = new Due(() => this.#show());

  /**
   * @param {import('./names.js').Names} names
   * @param {(peer: string) => void} onChoose a conversation was chosen
   * @param {(total: number) => void} onUnread how many messages are unread in all
   */
  constructor(names, onChoose, onUnread) {
    this.#names = names;
    this.#onChoose = onChoose;
    this.#onUnread = onUnread;
    this.#boxes.addEventListener('change', () => this.#show());
  }

  /** Takes what the hub says. */
  load(contacts, self) {
    this.#self = self;
    this.#contacts.clear();
    for (const { peer, last, unread = 0, peerReadSeq = 0, peerDeliveredSeq = 0, request = false, relation = {}, name, avatar } of contacts) {
      this.#names.learn({ id: peer, name });
      const marks = { read: peerReadSeq, delivered: peerDeliveredSeq };
      this.#contacts.set(peer, { peer, last, unread, marks, request, contact: relation.contact === true, name: relation.remark || name, avatar });
    }
    this.#show();
  }

  /**
   * Takes a message that just came.
   *
   * @returns {boolean} whether the conversation is known; of a new one the hub says whether the peer is a stranger, till then it looks like that
   */
  touch(peer, message, isUnread) {
    const isKnown = this.#contacts.has(peer);
    const contact = this.#contacts.get(peer) ?? { peer, unread: 0, last: null, request: true };
    if (!contact.last || contact.last.seq < message.seq) {
      contact.last = message;
      contact.unread += isUnread ? 1 : 0;
      contact.request &&= message.from === peer; // who is answered is no stranger
      this.#contacts.set(peer, contact);
      this.#show();
    }
    return isKnown;
  }

  /** What somebody is called here: by the user's remark, by the account, by what was heard in the room, or the id. */
  nameOf(peer) {
    return this.#contacts.get(peer)?.name || this.#names.of(peer);
  }

  /** The address of somebody's picture, if there is one. */
  avatarOf(peer) {
    return this.#contacts.get(peer)?.avatar;
  }

  /** Whether somebody is a stranger who waits for an answer, and whether a contact. */
  standing(peer) {
    const { request = false, contact = false } = this.#contacts.get(peer) ?? {};
    return { request, contact };
  }

  /** The last message of a conversation is another one now. */
  change(peer, message) {
    const known = this.#contacts.get(peer);
    if (known?.last?.mid === message.mid && (known.last.rev ?? 0) < message.rev) {
      known.last = newer(known.last, message);
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

  /** Takes what a sync says of a conversation's marks, unless there are newer messages than it knows of. */
  mark({ peer, unread, lastSeq, peerReadSeq, peerDeliveredSeq }) {
    const known = this.#contacts.get(peer);
    if (known && lastSeq >= this.lastSeq(peer)) {
      known.unread = unread;
      const { read, delivered } = this.marks(peer);
      known.marks = { read: Math.max(read, peerReadSeq), delivered: Math.max(delivered, peerDeliveredSeq) };
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
    const box = this.#boxes.querySelector('input:checked').value;
    const shown = newestFirst.filter(({ request }) => request === (box === 'requests'));
    this.#list.replaceChildren(...shown.map((contact) => this.#item(contact)));
    if (focused !== undefined) {
      this.focus(focused);
    }
    this.#due.wait(newestFirst.map(({ last }) => last?.expires));
    this.#empty.hidden = shown.length > 0;
    this.#empty.textContent = NONE[box];
    const waiting = newestFirst.filter(({ request }) => request).length;
    this.#requests.hidden = waiting === 0;
    this.#requests.textContent = String(waiting);
    this.#onUnread(newestFirst.reduce((sum, { unread }) => sum + unread, 0));
  }

  #item({ peer, last, unread, avatar: picture }) {
    const name = this.nameOf(peer);
    const button = make('button', unread > 0 ? 'contact unread' : 'contact');
    button.type = 'button';
    button.dataset.peer = peer;
    const avatar = make('span', 'avatar');
    showAvatar(avatar, peer, name, picture);
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
