import { make } from './dom.js';

/** Signs offered. Others are shown as they are. */
const SIGNS = ['👍', '❤️', '😂'];

/**
 * A row of buttons: what one may do with a message. When it is too late for something the hub says so.
 *
 * @param {object} message
 * @param {string} self the user
 * @param {(what: 'sign'|'edit'|'recall'|'hide', sign?: string) => void} onChoose
 * @returns {HTMLElement}
 */
export function messageActions({ from, kind = 'text', reactions = {}, expires }, self, onChoose) {
  const row = make('div', 'bubble-actions');
  row.setAttribute('role', 'group');
  row.setAttribute('aria-label', 'This message');
  row.setAttribute('aria-live', 'off'); // it stands in a log that is read out
  const add = (text, what, sign) => {
    const button = make('button', 'button small', text);
    button.type = 'button';
    button.addEventListener('click', () => onChoose(what, sign));
    row.append(button);
    return button;
  };
  if (kind !== 'recalled' && kind !== 'expired' && !(expires <= Date.now())) {
    for (const sign of SIGNS) {
      const set = reactions[self] === sign;
      const button = add(sign, 'sign', set ? '' : sign);
      button.setAttribute('aria-pressed', String(set));
      button.setAttribute('aria-label', `React with ${sign}`);
    }
    if (from === self) {
      if (kind === 'text') {
        add('Edit', 'edit');
      }
      add('Take back', 'recall').title = 'From both';
    }
  }
  add('Hide', 'hide').title = 'From me alone';
  return row;
}
