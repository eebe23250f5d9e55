import { byId } from './dom.js';

const TOKEN_KEY = 'danmaku.token';
const DM_POS_KEY = 'danmaku.dmPos.';
const ROOM = /^[A-Za-z0-9_-]{1,64}$/;
const TENANT = /^[a-z0-9-]{1,32}$/;

/**
 * Which room, and with which token or as a guest of which tenant: from the link. The token then moves from the address to the session, so that it
 * is in no history, no screenshot and no address that somebody copies for a friend.
 */
export function readLink() {
  const url = new URL(location.href);
  const token = url.searchParams.get('token');
  const room = url.searchParams.get('room') ?? '';
  if (token) {
    sessionStorage.setItem(TOKEN_KEY, token);
    url.searchParams.delete('token');
    url.searchParams.delete('guest');
    history.replaceState(null, '', url);
  }
  const guest = url.searchParams.get('guest') ?? '';
  return {
    room: ROOM.test(room) ? room : '',
    token: token ?? sessionStorage.getItem(TOKEN_KEY) ?? '',
    guest: TENANT.test(guest) ? guest : '',
  };
}

/** Where this browser has come in somebody's direct messages, so that a reload need not go through all of them. */
export function keptDmPos(user) {
  return localStorage.getItem(DM_POS_KEY + user) ?? undefined;
}

/** Keeps what {@link keptDmPos} gives. */
export function keepDmPos(user, pos) {
  if (user && pos) {
    localStorage.setItem(DM_POS_KEY + user, pos);
  }
}

/** What a token says, for the head of the page. The hub checks tokens; this only reads. */
export function claimsOf(token) {
  try {
    const part = token.split('.')[1].replace(/-/g, '+').replace(/_/g, '/');
    const bytes = Uint8Array.from(atob(part), (char) => char.codePointAt(0));
    return JSON.parse(new TextDecoder().decode(bytes)) ?? {};
  } catch {
    return {};
  }
}

/** Asks for a room, and for a token or to come as a guest; what is entered opens the page anew. */
export function askEntry(room, guest, why) {
  const dialog = byId('entry');
  byId('entry-room').value = room;
  if (why) {
    byId('entry-why').textContent = why;
  }
  byId('entry-form').onsubmit = (event) => {
    event.preventDefault();
    sessionStorage.setItem(TOKEN_KEY, byId('entry-token').value.trim());
    const url = new URL(location.href);
    url.searchParams.set('room', byId('entry-room').value.trim());
    url.searchParams.delete('guest');
    location.assign(url);
  };
  byId('entry-guest').onclick = () => {
    if (byId('entry-room').reportValidity()) {
      const url = new URL(location.href);
      url.searchParams.set('room', byId('entry-room').value.trim());
      url.searchParams.set('guest', guest || 'default');
      location.assign(url);
    }
  };
  dialog.oncancel = (event) => event.preventDefault(); // there is nothing behind it
  if (!dialog.open) {
    dialog.showModal();
  }
}
