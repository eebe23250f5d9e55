import { newCid } from '../sdk/outbox.js';
import { byId, showAvatar } from './dom.js';
import { Contacts } from './contacts.js';
import { Conversation } from './conversation.js';
import { DirectSettings } from './direct-settings.js';
import { PeerBar } from './peer-bar.js';
import { Report } from './report.js';
import { expiryWords } from './words.js';

/** How long it is shown that somebody types, in milliseconds. */
const TYPING_MS = 6000;

/** How long changes are gathered before the conversations are read again, in milliseconds. */
const READ_AGAIN_MS = 300;

const VIEWS = ['contacts-view', 'conversation-view', 'settings-view'];

/** The panel of direct messages: recent conversations, one of them open, what is unread, and settings. */
export class Direct {
  #client;
  #api;
  #tabs;
  #contacts;
  #conversation;
  #readSeq = new Map();
  #badge = byId('unread');
  #state = byId('conversation-state');
  #online = false;
  #typing = 0;
  #readAgain = 0;
  /** Messages that were pushed so far. */
  #heard = 0;
  #blocked = new Set();
  /** For how many seconds new messages of the open conversation live; undefined = not known. */
  #expiry;
  /** Notes of that: what was asked before one came is older. */
  #expiryNotes = 0;
  #bar;
  #report;
  #tab = byId('tab-direct');

  constructor(client, api, names, tabs) {
    this.#client = client;
    this.#api = api;
    this.#tabs = tabs;
    this.#contacts = new Contacts(names, (peer) => this.openConversation(peer), (total) => this.#showUnread(total));
    this.#conversation = new Conversation({
      send: (peer, body, cid = newCid()) => ({ cid, done: client.dmSend(peer, body, { cid }) }),
      load: (peer, before) => api.conversation(peer, { before }),
      typing: (peer) => client.dmTyping(peer),
      edit: (peer, mid, body) => client.dmEdit(peer, mid, body),
      recall: (peer, mid) => client.dmRecall(peer, mid),
      react: (peer, mid, sign) => client.dmReact(peer, mid, sign),
      hide: (peer, mid) => client.dmHide(peer, mid),
    });
    this.#report = new Report((peer, mids, reason, category) => client.dmReport(peer, mids, reason, category));
    this.#bar = new PeerBar({
      relate: (peer, said) => client.dmRelation(peer, said),
      block: (peer, blocked) => client.dmBlock(peer, blocked),
      expire: (peer, seconds) => client.dmExpiry(peer, seconds),
      report: () => this.#report.begin(this.#conversation.peer),
    });
    byId('direct-text').addEventListener('input', () => {
      byId('direct-status').textContent = '';
    });
    const settings = new DirectSettings((change) => client.dmSettings(change));
    byId('settings-open').addEventListener('click', () => {
      this.#view('settings-view');
      settings.open();
    });
    byId('settings-back').addEventListener('click', () => {
      this.#view('contacts-view');
      byId('settings-open').focus();
    });
    client.on('dm', ({ message, live }) => this.#onMessage(message, live));
    client.on('dmRead', (mark) => this.#onRead(mark));
    client.on('dmDelivered', ({ user, peer, seq }) => user === this.#conversation.peer && peer === this.#self && this.#conversation.mark('delivered', seq));
    client.on('dmMarks', (marks) => this.#onMarks(marks));
    client.on('dmTyping', ({ from }) => this.#onTyping(from));
    client.on('dmOnline', ({ peer, online }) => this.#onOnline(peer, online));
    client.on('dmNote', (note) => this.#onNote(note));
    byId('conversation-back').addEventListener('click', () => this.#back());
    document.addEventListener('visibilitychange', () => this.#markRead());
    tabs.onChange(() => this.#markRead());
  }

  /** Reads the recent conversations (again): after each connect, for what other devices did meanwhile. */
  async refresh() {
    const heard = this.#heard;
    const boxes = await Promise.all([this.#api.contacts('inbox'), this.#api.contacts('requests')]);
    this.#contacts.load(boxes.flat(), this.#self);
    if (heard !== this.#heard) {
      this.#refreshSoon(); // what came meanwhile may not be among them
    }
    if (this.#conversation.peer !== null) {
      this.#showPeer();
      this.#readExpiry();
      await this.#conversation.refresh();
      this.#markRead();
    }
  }

  /** Opens the conversation with somebody. */
  async openConversation(peer) {
    this.#tabs.show('direct');
    this.#view('conversation-view');
    this.#report.end();
    byId('direct-status').textContent = '';
    byId('direct-text').focus();
    this.#online = false;
    this.#showState(false);
    this.#client.dmLook([peer]).catch(() => {});
    this.#api.blocks().then((blocked) => {
      this.#blocked = new Set(blocked);
      this.#showPeer();
    }).catch(() => {}); // who blocks somebody again does no harm
    const opened = this.#conversation.open(peer, this.#self);
    this.#expiry = undefined;
    this.#readExpiry();
    this.#showPeer();
    await opened;
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
    this.#report.end();
    this.#conversation.close();
    this.#client.dmLook([]).catch(() => {});
    this.#view('contacts-view');
    this.#contacts.focus(peer);
  }

  #view(shown) {
    VIEWS.forEach((view) => {
      byId(view).hidden = view !== shown;
    });
  }

  /** Who the other side of the open conversation is, and what the user says of them. */
  #showPeer() {
    const { peer } = this.#conversation;
    if (peer !== null) {
      const name = this.#contacts.nameOf(peer);
      byId('conversation-name').textContent = name;
      showAvatar(byId('conversation-avatar'), peer, name, this.#contacts.avatarOf(peer));
      this.#bar.show(peer, { ...this.#contacts.standing(peer), blocked: this.#blocked.has(peer), expiry: this.#expiry });
    }
  }

  /** Asks for how long messages of the open conversation live. Where that cannot be read, the next refresh asks again. */
  async #readExpiry() {
    const { peer } = this.#conversation;
    const notes = this.#expiryNotes;
    const state = await this.#api.conversationState(peer).catch(() => null);
    if (state !== null && peer === this.#conversation.peer && notes === this.#expiryNotes) {
      this.#expiry = state.expiry ?? 0;
      this.#showPeer();
    }
  }

  /** Somebody has chosen for how long messages of the open conversation live. */
  #onExpiry({ peer, expiry, by }) {
    const isNews = this.#expiry !== undefined && this.#expiry !== expiry;
    this.#expiryNotes++;
    this.#expiry = expiry;
    if (isNews && by !== this.#self) {
      byId('direct-status').textContent = expiryWords(this.#contacts.nameOf(peer), expiry);
    }
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
      this.#heard++;
      // what a sync brings is in the contacts that are read after each connect: counting it here would count it twice
      if (!this.#contacts.touch(peer, message, incoming && !(open && this.#inSight))) {
        this.#refreshSoon();
      }
      if (open) {
        this.#showPeer();
      }
    }
    this.#markRead();
  }

  #refreshSoon() {
    clearTimeout(this.#readAgain);
    this.#readAgain = setTimeout(() => this.refresh().catch(() => {}), READ_AGAIN_MS);
  }

  #onRead({ reader, peer, seq }) {
    if (reader === this.#conversation.peer && peer === this.#self) {
      this.#conversation.mark('read', seq);
    } else if (reader === this.#self && seq >= this.#contacts.lastSeq(peer)) {
      this.#contacts.read(peer); // on another device
    }
  }

  #onMarks(marks) {
    this.#contacts.mark(marks);
    if (marks.peer === this.#conversation.peer) {
      this.#conversation.mark('read', marks.peerReadSeq);
      this.#conversation.mark('delivered', marks.peerDeliveredSeq);
    }
    this.#markRead();
  }

  #onNote(note) {
    if ('blocked' in note) {
      this.#blocked[note.blocked ? 'add' : 'delete'](note.peer);
    }
    if (note.peer === this.#conversation.peer) {
      this.#conversation.note(note);
      if ('expiry' in note) {
        this.#onExpiry(note);
      }
      this.#showPeer();
    }
    this.#refreshSoon(); // rare: all is read again
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
    if (peer === null || !this.#inSight) {
      return;
    }
    if (lastSeq >= this.#contacts.lastSeq(peer)) {
      this.#contacts.read(peer);
    }
    if (lastSeq <= (this.#readSeq.get(peer) ?? 0)) {
      return;
    }
    this.#readSeq.set(peer, lastSeq);
    this.#client.dmRead(peer, lastSeq).catch(() => this.#readSeq.delete(peer)); // said again with the next message
  }

  #showUnread(total) {
    this.#badge.hidden = total === 0;
    this.#badge.textContent = total > 99 ? '99+' : String(total);
    this.#tab.setAttribute('aria-label', total === 0 ? 'Messages' : `Messages, ${total} unread`);
  }
}
