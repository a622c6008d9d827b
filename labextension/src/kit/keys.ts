import { settings } from './settings';

export interface IKey {
  /** As in `KeyboardEvent.key`; several keys may do the same. */
  keys: string[];
  /** How the list of keys names them. */
  label: string;
  /** What the key does, in words. */
  text: string;
  run: (event: KeyboardEvent) => void;
}

const TYPING = 'input, textarea, select, [contenteditable="true"]';
const CLAIMED = 'data-lm-suppress-shortcuts';
const PRESSING = 'button, a[href], summary';
// What widgets and boxes to type in do with Ctrl: select, undo and redo, move. JupyterLab would do it to cells.
const EDITING = new Set(['a', 'z', 'y', 'arrowleft', 'arrowright', 'arrowup', 'arrowdown', 'home', 'end']);

/**
 * Give an element keys of its own. While the focus is inside it no plain key reaches the notebook, where a stray "s" or
 * "d" would change cells, nor those with Ctrl that select, undo and move; Ctrl+S and the other keys held with Ctrl, Alt
 * or Meta, Tab and Escape go on as everywhere. Keys that the user has switched off do nothing, and stay inside all the
 * same. Returns a disposer.
 */
export function bindKeys(root: HTMLElement, keys: IKey[]): () => void {
  const onKey = (event: KeyboardEvent): void => {
    if (!isPlain(event)) {
      return;
    }
    if (event.key !== 'Escape') {
      event.stopPropagation();
    }
    const target = event.target as Element;
    const own =
      target.closest(TYPING) ?? (event.key === ' ' || event.key === 'Enter' ? target.closest(PRESSING) : null);
    const found = own || isOff(event) ? undefined : keys.find(key => key.keys.includes(event.key));
    if (found) {
      event.preventDefault();
      event.stopPropagation();
      found.run(event);
    }
  };
  // JupyterLab leaves a key alone whose element bears this attribute; in Notebook 7 it looks before the page does.
  const claim = (event: KeyboardEvent): void => {
    const target = event.target;
    if ((isPlain(event) || isEditing(event)) && target instanceof Element && root.contains(target)) {
      target.setAttribute(CLAIMED, 'true');
      window.setTimeout(() => target.removeAttribute(CLAIMED));
    }
  };
  root.addEventListener('keydown', onKey);
  window.addEventListener('keydown', claim, true);
  return () => {
    root.removeEventListener('keydown', onKey);
    window.removeEventListener('keydown', claim, true);
  };
}

/** Is this a key without Ctrl that the user has switched off? The space bar, arrows, Enter and Escape always act. */
export function isOff(event: KeyboardEvent): boolean {
  return isPlain(event) && event.key.length === 1 && event.key !== ' ' && !settings().singleKeys;
}

function isPlain(event: KeyboardEvent): boolean {
  return !event.ctrlKey && !event.altKey && !event.metaKey && event.key !== 'Tab';
}

function isEditing(event: KeyboardEvent): boolean {
  return (event.ctrlKey || event.metaKey) && !event.altKey && EDITING.has(event.key.toLowerCase());
}
