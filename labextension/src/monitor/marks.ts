import type { MonitorNote } from '../contract/monitor';
import { count, factor, fitName } from './words';

/** Where something happened, and in few words what. */
export interface IMark {
  step: number;
  text: string;
}

const SIGNS: Record<MonitorNote['kind'], string> = {
  pause: 'paused',
  resume: 'resumed',
  lr: 'LR',
  stop: 'stop',
  checkpoint: 'saved',
  problem: 'problem',
  interrupt: 'interrupt'
};

/** The few letters that stand at a marker. */
function sign(note: MonitorNote): string {
  return note.kind === 'lr' && typeof note.value === 'number' ? `LR ${factor(note.value)}` : SIGNS[note.kind];
}

/**
 * The markers of a chart: one for each step at which something happened, with all of it but the end of a pause. `starts`
 * are the steps before each fit; a second one is marked where it begins.
 */
export function marks(notes: MonitorNote[], starts: number[] = []): IMark[] {
  const steps = new Map<number, string[]>();
  for (const note of notes) {
    const signs = steps.get(note.step) ?? [];
    const known = signs.includes(sign(note)) || (note.kind === 'resume' && signs.includes(SIGNS.pause));
    steps.set(note.step, known ? signs : [...signs, sign(note)]);
  }
  starts.slice(1).forEach((step, i) => steps.set(step, [...(steps.get(step) ?? []), fitName(i + 2)]));
  const found = Array.from(steps, ([step, signs]) => ({ step, text: signs.join(', ') }));
  return found.sort((a, b) => a.step - b.step);
}

interface ICluster {
  from: number;
  to: number;
  texts: string[];
}
/** A label and the pixel at which it starts. */
export interface ILabel {
  left: number;
  text: string;
}
export interface IRoom {
  low: number;
  high: number;
  gap: number;
  /** How wide a text is drawn. */
  measure: (text: string) => number;
}

/**
 * The labels of lines at the pixels `x`, in order: each centred over its line. Lines too close for a label each share
 * one over their middle, so that no label stands nearer to another's line than to its own.
 */
export function labels(lines: { x: number; text: string }[], room: IRoom): ILabel[] {
  const done: ICluster[] = [];
  for (const { x, text } of lines) {
    let last: ICluster = { from: x, to: x, texts: [text] };
    for (let before = done.at(-1); before && collide(before, last, room); before = done.at(-1)) {
      done.pop();
      last = { from: before.from, to: last.to, texts: [...before.texts, ...last.texts] };
    }
    done.push(last);
  }
  return done.map(cluster => place(cluster, room));
}

function collide(a: ICluster, b: ICluster, room: IRoom): boolean {
  const [first, second] = [place(a, room), place(b, room)];
  return first.left + room.measure(first.text) + room.gap > second.left;
}

function place({ from, to, texts }: ICluster, { low, high, measure }: IRoom): ILabel {
  const text = texts.length > 2 ? count(texts.length, 'change') : texts.join(', ');
  const wide = measure(text);
  return { text, left: Math.max(low, Math.min((from + to - wide) / 2, high - wide)) };
}
