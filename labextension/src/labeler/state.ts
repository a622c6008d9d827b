import type { LabelerItem, LabelerSummary } from '../contract/labeler';

/** The state of a picture as one byte; STATES in fastwidgets/labeler/annotation.py has the same order. */
export const TO_DO = 0;
export const LABELLED = 1;
export const SKIPPED = 2;
export const UNSURE = 3;

export type Task = LabelerSummary['task'];
export type Queue = LabelerSummary['queue'];

export const NOTHING_YET: LabelerSummary = {
  kind: 'labeler',
  task: 'single',
  classes: [],
  total: 0,
  labelled: 0,
  skipped: 0,
  unsure: 0,
  queue: 'order',
  orders: ['order'],
  working: '',
  can_undo: 0,
  can_redo: 0,
  why_not: '',
  replaced: 0,
  list: ''
};

/** What is known of a picture to do before the kernel has told more of it. */
export const NOTHING_SAID: Omit<LabelerItem, 'id'> = {
  name: '',
  labels: null,
  shapes: null,
  state: 'to do',
  skipped: false,
  unsure: false,
  note: '',
  suggestion: null
};

export const QUEUE_WORDS: Record<Queue, string> = {
  order: 'in order',
  random: 'random',
  uncertain: 'uncertain first',
  suspected: 'suspected wrong first'
};

export function draws(task: Task): boolean {
  return task !== 'single' && task !== 'multi';
}

/** The next picture to do after the place `from` of the view, else the first one to do, else null. */
export function nextToDo(ids: Int32Array, states: Uint8Array, from: number): number | null {
  for (let step = 1; step <= ids.length; step++) {
    const id = ids[(from + step) % ids.length];
    if (states[id] === TO_DO && (from + step) % ids.length !== from) {
      return id;
    }
  }
  return null;
}

/** Pictures that will be looked at soon: those to do, and the neighbours of the place. */
export function soon(ids: Int32Array, states: Uint8Array, from: number, n: number): number[] {
  const found: number[] = [];
  for (let at = from + 1; at < ids.length && found.length < n; at++) {
    if (states[ids[at]] === TO_DO) {
      found.push(ids[at]);
    }
  }
  const near = [from + 1, from - 1].filter(at => at >= 0 && at < ids.length).map(at => ids[at]);
  return [...new Set([...found, ...near])];
}

/** `12 of 60 labelled · 3 skipped · 1 unsure`. */
export function progressWords({ labelled, total, skipped, unsure }: LabelerSummary): string {
  const parts = [`${number(labelled)} of ${number(total)} labelled`];
  if (skipped) parts.push(`${number(skipped)} skipped`);
  if (unsure) parts.push(`${number(unsure)} unsure`);
  return parts.join(' · ');
}

/** What is known of a picture, in words. */
export function itemWords(item: LabelerItem | undefined, task: Task): string {
  if (!item) {
    return '…';
  }
  const marks = [item.unsure ? 'unsure' : '', item.skipped && !said(item) ? 'skipped' : ''].filter(Boolean);
  const label = item.shapes
    ? `${item.shapes.length} ${item.shapes.length === 1 ? ONE[task] : task}`
    : item.labels
      ? item.labels.join(', ') || 'none of the classes'
      : marks.length
        ? ''
        : 'not labelled yet';
  return [label, ...marks].filter(Boolean).join(' · ');
}

export function said(item: LabelerItem): boolean {
  return item.labels !== null || item.shapes !== null;
}

/** What a suggestion says, and how sure it is. */
export function suggestionWords(item: LabelerItem | undefined): string {
  const found = item?.suggestion;
  if (!found) {
    return '';
  }
  const sure = found.sure === null ? '' : `, ${Math.round(100 * found.sure)} %`;
  return `${found.words} (${found.by}${sure})`;
}

export const ONE: Record<Task, string> = {
  single: 'class',
  multi: 'class',
  boxes: 'box',
  points: 'point',
  polygons: 'polygon'
};

function number(n: number): string {
  return n.toLocaleString('en');
}
