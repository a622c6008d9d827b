import type { LabelerClassChange, LabelerDecide, LabelerItem, LabelerTurn } from '../contract/labeler';

export type Numbered = LabelerDecide | LabelerTurn | LabelerClassChange;

/** A message without an answer, and in words what it was about: `set/00003.jpg: bee`. */
export interface IUnsaved {
  message: Numbered;
  words: string;
}

const PREFIX = 'fastwidgets-unsaved:';
const NAMED = 3;
/** What comes to the same when a kernel that has done it already does it again. */
const STEADY = ['label', 'shapes', 'skip', 'note', 'clear'];

/**
 * Keep what `client` has no answer to, for the labeler of the same list that comes after it: a kernel that is gone
 * answers no more, and neither does one whose page was loaded again. Nothing: it is forgotten.
 */
export function keep(list: string, client: string, unsaved: IUnsaved[]): void {
  try {
    if (unsaved.length) {
      sessionStorage.setItem(place(list, client), JSON.stringify(unsaved));
    } else {
      sessionStorage.removeItem(place(list, client));
    }
  } catch {
    // full, or forbidden in this frame: it is as if the page had no memory
  }
}

/** Take out what labelers of that list left behind, in the order it was decided; those of `alive` look after theirs. */
export function takeOver(list: string, alive: Set<string>): IUnsaved[] {
  const found: IUnsaved[] = [];
  try {
    for (const key of Object.keys(sessionStorage).filter(one => one.startsWith(place(list, '')))) {
      if (!alive.has(key.slice(place(list, '').length))) {
        found.push(...(JSON.parse(sessionStorage.getItem(key)!) as IUnsaved[]));
        sessionStorage.removeItem(key);
      }
    }
  } catch {
    // nothing is kept here
  }
  return found;
}

/** What of it another kernel may do: nothing where something was undone or a class changed, which depends on the rest. */
export function repeatable(unsaved: IUnsaved[]): IUnsaved[] {
  return unsaved.every(({ message }) => message.kind === 'decide') ? unsaved.filter(isSteady) : [];
}

/** The decision with what it comes to: another kernel may suggest something else. */
export function lasting(message: Numbered, item: LabelerItem | undefined): Numbered {
  if (message.kind !== 'decide' || message.what !== 'confirm' || message.ids.length !== 1 || !item?.suggestion) {
    return message;
  }
  const { labels, shapes } = item.suggestion;
  return shapes
    ? { ...message, what: 'shapes', value: shapes as LabelerDecide['value'] }
    : { ...message, what: 'label', value: labels };
}

/** What a message is about. `name` tells that of a picture. */
export function wordsOf(message: Numbered, name: (id: number) => string): string {
  if (message.kind === 'turn') {
    return message.how;
  }
  if (message.kind === 'classes') {
    return message.how === 'add' ? `class ${message.name}` : `${message.how} ${message.name} to ${message.to}`;
  }
  const { ids, what, value } = message;
  const which = ids.length === 1 ? name(ids[0]) : `${ids.length.toLocaleString('en')} pictures`;
  const labels = Array.isArray(value) ? (value as string[]).join(', ') : String(value);
  return `${which}: ${what === 'label' ? labels || 'none of the classes' : what}`;
}

/** The first few, and how many more. */
export function listed(words: string[]): string {
  const more = words.length - NAMED;
  return [...words.slice(0, NAMED), ...(more > 0 ? [`${more.toLocaleString('en')} more`] : [])].join('; ');
}

function isSteady({ message }: IUnsaved): boolean {
  return message.kind === 'decide' && STEADY.includes(message.what);
}

function place(list: string, client: string): string {
  return `${PREFIX}${list}:${client}`;
}
