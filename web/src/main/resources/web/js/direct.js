import { newCid } from '../sdk/outbox.js';
import { byId } from './dom.js';
import { Contacts } from './contacts.js';
import { Conversation } from './conversation.js';

/** How long it is shown that somebody types, in milliseconds. */
const TYPING_MS = 6000;

/** The panel of direct messages: recent conversations, one of them open, and what is unread. */
export class Direct {
  #client;
  #api;
  #names;
  #tabs;
  #contacts;
  #conversation;
  #readSeq = new Map();
  #badge = byId('unread');
  #state = byId('conversation-state');
  #online = false;
  #typing = 0;
  #tab = byId('tab-direct');

  constructor(client, api, names, tabs) {
    this.#client = client;
    this.#api = api;
    this.#names = names;
    this.#tabs = tabs;
    this.#contacts = new Contacts(names, (peer) => this.openConversation(peer), (total) => this.#showUnread(total));
    this.#conversation = new Conversation({
      send: (peer, body, cid = newCid()) => ({ cid, done: client.dmSend(peer, body, { cid }) }),
      load: (peer, before) => api.conversation(peer, { before }),
      typing: (peer) => client.dmTyping(peer),
    });
    client.on('dm', ({ message, live }) => this.#onMessage(message, live));
    client.on('dmRead', (mark) => this.#onRead(mark));
    client.on('dmDelivered', ({ user, peer, seq }) => user === this.#conversation.peer && peer === this.#self && this.#conversation.mark('delivered', seq));
    client.on('dmTyping', ({ from }) => this.#onTyping(from));
    client.on('dmOnline', ({ peer, online }) => this.#onOnline(peer, online));
    client.on('dmNote', (note) => this.#onNote(note));
    byId('conversation-back').addEventListener('click', () => this.#back());
    document.addEventListener('visibilitychange', () => this.#markRead());
    tabs.onChange(() => this.#markRead());
  }

  /** Reads the recent conversations (again): after each connect, for what other devices did meanwhile. */
  async refresh() {
    const { contacts = [] } = await this.#api.contacts();
    this.#contacts.load(contacts, this.#self);
    if (this.#conversation.peer !== null) {
      await this.#conversation.refresh();
      this.#markRead();
    }
  }

  /** Opens the conversation with somebody. */
  async openConversation(peer) {
    this.#tabs.show('direct');
    byId('contacts-view').hidden = true;
    byId('conversation-view').hidden = false;
    byId('direct-text').focus();
    this.#online = false;
    this.#showState(false);
    this.#client.dmLook([peer]).catch(() => {});
    await this.#conversation.open(peer, this.#names.of(peer), this.#self);
    if (peer === this.#conversation.peer) {
      Object.entries(this.#contacts.marks(peer)).forEach(([what, seq]) => this.#conversation.mark(what, seq));
    }
    this.#markRead();
  }

  get #self() {
    return this.#client.identity?.user ?? '';
  }

  #back() {
    const { peer } = this.#conversation;
    this.#conversation.close();
    this.#client.dmLook([]).catch(() => {});
    byId('contacts-view').hidden = false;
    byId('conversation-view').hidden = true;
    this.#contacts.focus(peer);
  }

  #onMessage(message, live) {
    const incoming = message.from !== this.#self;
    const peer = incoming ? message.from : message.to;
    const open = peer === this.#conversation.peer;
    if (open) {
      this.#conversation.add(message);
      if (incoming) {
        this.#showState(false);
      }
    }
    if (message.rev) {
      this.#contacts.change(peer, message);
    } else if (live) {
      // what a sync brings is in the contacts that are read after each connect: counting it here would count it twice
      this.#contacts.touch(peer, message, incoming && !(open && this.#inSight));
    }
    this.#markRead();
  }

  #onRead({ reader, peer, seq }) {
    if (reader === this.#conversation.peer && peer === this.#self) {
      this.#conversation.mark('read', seq);
    } else if (reader === this.#self && seq >= this.#contacts.lastSeq(peer)) {
      this.#contacts.read(peer); // on another device
    }
  }

  #onNote(note) {
    if (note.peer === this.#conversation.peer) {
      this.#conversation.note(note);
    }
    // rare, and made on another device: all is read again
    this.refresh().catch(() => {});
  }

  #onTyping(from) {
    if (from === this.#conversation.peer) {
      this.#showState(true);
    }
  }

  #onOnline(peer, online) {
    if (peer === this.#conversation.peer) {
      this.#online = online;
      this.#showState(this.#typing !== 0);
    }
  }

  #showState(typing) {
    clearTimeout(this.#typing);
    this.#typing = typing ? setTimeout(() => this.#showState(false), TYPING_MS) : 0;
    this.#state.textContent = typing ? 'typing …' : this.#online ? 'online' : '';
  }

  get #inSight() {
    return !document.hidden && this.#tabs.shown === 'direct';
  }

  #markRead() {
    const { peer, lastSeq } = this.#conversation;
    if (peer === null || !this.#inSight || lastSeq <= (this.#readSeq.get(peer) ?? 0)) {
      return;
    }
    this.#contacts.read(peer);
    this.#readSeq.set(peer, lastSeq);
    this.#client.dmRead(peer, lastSeq).catch(() => this.#readSeq.delete(peer)); // said again with the next message
  }

  #showUnread(total) {
    this.#badge.hidden = total === 0;
    this.#badge.textContent = total > 99 ? '99+' : String(total);
    this.#tab.setAttribute('aria-label', total === 0 ? 'Messages' : `Messages, ${total} unread`);
  }
}
