import { HubError } from '../sdk/danmaku-client.js';

const TIMEOUT_MS = 10_000;

/** How often a page of a room's history is asked for while too many ask. */
const HISTORY_TRIES = 3;

/** The hub's HTTP API, as far as the page needs it. Errors are problem details and come out as {@link HubError}. */
export class Api {
  #token;

  constructor(token) {
    this.#token = token;
  }

  /** The newest super chats of a room, oldest first, as far back as one page of its history reaches. */
  async superchats(room) {
    return (await this.#history(`api/rooms/${encodeURIComponent(room)}/events`, { type: 'superchat', limit: 100 })).events;
  }

  /** Comments that wait for a moderator, a page of the newest, oldest first. */
  async held(room) {
    return (await this.#history(`api/rooms/${encodeURIComponent(room)}/held`)).held;
  }

  /** Lets one be told, or not. */
  answerHeld(room, id, approve) {
    return this.#ask('POST', `api/rooms/${encodeURIComponent(room)}/held/${encodeURIComponent(id)}`, {}, { approve });
  }

  /** Recent conversations, newest first, a page of them: `inbox` or `requests`. */
  async contacts(box, limit = 50) {
    return (await this.#get('api/dm/contacts', { box, limit })).contacts ?? [];
  }

  /** Whom the user blocks, a page of them. */
  async blocks() {
    return (await this.#get('api/dm/blocks', { limit: 200 })).blocks ?? [];
  }

  /** The `seq` of a conversation's newest message, 0 = there is none, and `expiry`: for how many seconds new ones live, absent = for ever. */
  conversationState(peer) {
    return this.#get(`api/dm/${encodeURIComponent(peer)}/conversation`);
  }

  /** Messages of a conversation before a seq, or the newest, oldest first; `next` is the `before` of the page that goes on, undefined at the end. */
  async conversation(peer, { before, limit = 50 } = {}) {
    const { messages = [], next } = await this.#get(`api/dm/${encodeURIComponent(peer)}/messages`, { before, limit });
    return { messages: messages.sort((a, b) => a.seq - b.seq), next };
  }

  /** A page of a room's history. Few are read at a time: who finds it busy asks again, each page at a time of its own. */
  async #history(path, query, tries = HISTORY_TRIES) {
    try {
      return await this.#get(path, query);
    } catch (error) {
      if (error.code !== 'busy' || tries <= 1) {
        throw error;
      }
      const pauseMs = (error.retryMs ?? 1000) * (1 + 2 * Math.random());
      await new Promise((resolve) => {
        setTimeout(resolve, pauseMs);
      });
      return this.#history(path, query, tries - 1);
    }
  }

  #get(path, query = {}) {
    return this.#ask('GET', path, query);
  }

  async #ask(method, path, query, json) {
    const url = new URL(path, document.baseURI);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined && value !== null) {
        url.searchParams.set(name, value);
      }
    }
    let response;
    try {
      response = await fetch(url, {
        method,
        headers: { authorization: `Bearer ${this.#token}`, accept: 'application/json', ...(json && { 'content-type': 'application/json' }) },
        body: json && JSON.stringify(json),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
    } catch (error) {
      throw new HubError('unavailable', error.message);
    }
    const body = await response.json().catch(() => ({}));
    if (!response.ok) {
      throw new HubError(body.code ?? 'unavailable', body.detail ?? body.title ?? `status ${response.status}`, body.retryMs);
    }
    return body;
  }
}
