import { make, pictureUrl } from './dom.js';

/** How large a picture is shown, in pixels. */
const PICTURE_PX = 20;

/** Badges shown, and of each so many characters. A token has no more. */
const BADGES_MAX = 8;
const BADGE_CHARS_MAX = 32;

/**
 * What stands before a sender's name, as far as the event has it: picture, level, badges. What they mean is the
 * product's, so they are shown as they are.
 *
 * @param {{avatar?: string, level?: number, badges?: string[]}} u the event's user
 * @returns {HTMLElement[]}
 */
export function senderMarks({ avatar, level, badges }) {
  const marks = [];
  const url = pictureUrl(avatar);
  if (url !== null) {
    marks.push(picture(url));
  }
  if (Number.isInteger(level)) {
    marks.push(make('span', 'level', `Lv ${level}`));
  }
  if (Array.isArray(badges)) {
    marks.push(...badges.slice(0, BADGES_MAX).map((badge) => make('span', 'mark-of', String(badge).slice(0, BADGE_CHARS_MAX))));
  }
  return marks;
}

/** Whose server the picture is on learns neither the page nor, until the line is in sight, that there is a reader. */
function picture(url) {
  const image = make('img', 'face');
  Object.assign(image, { referrerPolicy: 'no-referrer', loading: 'lazy', decoding: 'async', alt: '', width: PICTURE_PX, height: PICTURE_PX });
  image.addEventListener('error', () => image.remove());
  image.src = url;
  return image;
}
