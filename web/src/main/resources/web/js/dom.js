/** The element with an id. All of the page's text goes in by `textContent`: nothing that people write is ever HTML. */
export function byId(id) {
  return document.getElementById(id);
}

/** A new element with a class and a text. */
export function make(tag, className = '', text = '') {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

/** A colour for a user that is the same on every page, light enough for the dark ground. */
export function nameColor(id) {
  let hash = 0;
  for (const char of id) {
    hash = (hash * 31 + char.codePointAt(0)) | 0;
  }
  // Fibonacci hashing: neighbouring ids get colours far apart
  const hue = ((Math.imul(hash, 0x9e3779b1) >>> 0) * 360) / 2 ** 32;
  return `hsl(${Math.round(hue)} 72% 74%)`;
}

/** The time of day, short; with the date if it was not today. */
export function clockTime(ts) {
  const date = new Date(ts);
  const time = date.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  return date.toDateString() === new Date().toDateString() ? time : `${date.toLocaleDateString()} ${time}`;
}

/** The first letter of a name, for an avatar. */
export function initial(name) {
  return [...name.trim()][0]?.toUpperCase() ?? '?';
}

/** Shows somebody's picture, or the first letter of the name, in an avatar. */
export function showAvatar(element, id, name, avatar) {
  element.textContent = initial(name);
  element.style.background = nameColor(id);
  const url = pictureUrl(avatar);
  if (url !== null) {
    const image = make('img');
    Object.assign(image, { referrerPolicy: 'no-referrer', decoding: 'async', alt: '' });
    image.addEventListener('error', () => image.replaceWith(initial(name)));
    image.src = url;
    element.replaceChildren(image);
  }
}

/**
 * The address of a picture that somebody names, if the page may load it; null otherwise.
 *
 * @param {string} [address]
 */
export function pictureUrl(address) {
  try {
    const url = new URL(address);
    return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : null;
  } catch {
    return null;
  }
}

/**
 * Whether an element that shows a comment is among what was deleted.
 *
 * @param {HTMLElement} element with the comment's offset and user in its data
 * @param {{from: number, to: number, user?: string}} deleted of a `deleted` event; without a user: everybody's
 */
export function isDeleted(element, { from, to, user }) {
  const o = Number(element.dataset.o);
  return o >= from && o <= to && (user === undefined || element.dataset.user === user);
}
