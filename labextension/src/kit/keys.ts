export interface IKey {
  /** As in `KeyboardEvent.key`; several keys may do the same. */
  keys: string[];
  /** How the list of keys names them. */
  label: string;
  /** What the key does, in words. */
  text: string;
  run: () => void;
}

const TYPING = 'input, textarea, select, [contenteditable="true"]';
const PRESSING = 'button, a[href], summary';

/**
 * Give an element keys of its own. While the focus is inside it no plain key reaches the notebook, where a stray "s" or
 * "d" would change cells; keys held with Ctrl, Alt or Meta, Tab and Escape go on as everywhere. Returns a disposer.
 */
export function bindKeys(root: HTMLElement, keys: IKey[]): () => void {
  const onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.key === 'Tab') {
      return;
    }
    if (event.key !== 'Escape') {
      event.stopPropagation();
    }
    const target = event.target as Element;
    const own =
      target.closest(TYPING) ?? (event.key === ' ' || event.key === 'Enter' ? target.closest(PRESSING) : null);
    const found = own ? undefined : keys.find(key => key.keys.includes(event.key));
    if (found) {
      event.preventDefault();
      event.stopPropagation();
      found.run();
    }
  };
  root.addEventListener('keydown', onKey);
  return () => root.removeEventListener('keydown', onKey);
}
