// Made from fastwidgets/contract/labeler.json by "jlpm contract"; do not edit.

/**
 * What the labeler's Python and TypeScript halves may say to each other, besides what the grid's do (grid.json).
 */
export interface LabelerContract {
  state: LabelerState;
  to_browser: LabelerSummary | LabelerStates | LabelerChanged | LabelerItems | LabelerDone | LabelerCode;
  to_python:
    LabelerDecide | LabelerTurn | LabelerClassChange | LabelerQueue | LabelerItemsAsk | LabelerReopen | LabelerCodeAsk;
}
export interface LabelerState {
  /**
   * One line for the user: what went wrong.
   */
  notice: string;
  overlay_on: boolean;
  overlay_label: string;
  mode: 'one' | 'grid';
}
/**
 * How far it is, and what can be done.
 */
export interface LabelerSummary {
  kind: 'labeler';
  task: 'single' | 'multi' | 'boxes' | 'points' | 'polygons';
  classes: LabelerClass[];
  total: number;
  labelled: number;
  skipped: number;
  unsure: number;
  queue: 'order' | 'random' | 'uncertain' | 'suspected';
  orders: ('order' | 'random' | 'uncertain' | 'suspected')[];
  /**
   * What the model of the labels is doing.
   */
  working: string;
  can_undo: number;
  can_redo: number;
  /**
   * Why nothing can be saved; empty where it can.
   */
  why_not: string;
  /**
   * Pictures whose file is another one than when they were labelled.
   */
  replaced: number;
  /**
   * Where it is the same, ids mean the same pictures and decisions go to the same journal, also after a restart.
   */
  list: string;
}
export interface LabelerClass {
  name: string;
  /**
   * Pictures that it is on.
   */
  count: number;
}
/**
 * The state of every picture follows, one byte each: 0 to do, 1 labelled, 2 skipped, 3 unsure.
 */
export interface LabelerStates {
  kind: 'states';
  dtype: 'uint8';
  /**
   * @minItems 1
   */
  shape: [number];
}
/**
 * What was known of these pictures is no longer true.
 */
export interface LabelerChanged {
  kind: 'changed';
  ids: number[];
  states: number[];
}
export interface LabelerItems {
  kind: 'items';
  rid: number;
  items: LabelerItem[];
}
export interface LabelerItem {
  id: number;
  name: string;
  /**
   * Null where nobody said; empty where it is none of the classes.
   */
  labels: string[] | null;
  shapes: LabelerShape[] | null;
  state: 'to do' | 'labelled' | 'skipped' | 'unsure';
  skipped: boolean;
  unsure: boolean;
  note: string;
  suggestion: LabelerSuggestion | null;
}
export interface LabelerShape {
  label: string;
  /**
   * (x, y) in pixels of the upright picture; a box has its left top and right bottom.
   */
  points: number[][];
}
export interface LabelerSuggestion {
  words: string;
  labels: string[];
  shapes: LabelerShape[] | null;
  /**
   * 0 to 1.
   */
  sure: number | null;
  by: string;
}
/**
 * The answer to a message with that number.
 */
export interface LabelerDone {
  kind: 'done';
  client: string;
  seq: number;
  /**
   * It is on the disk.
   */
  ok: boolean;
  /**
   * Why it is not.
   */
  reason: string;
  words: string;
  /**
   * The pictures that it was about.
   */
  ids: number[];
}
export interface LabelerCode {
  kind: 'code';
  rid: number;
  text: string;
}
export interface LabelerDecide {
  kind: 'decide';
  client: string;
  seq: number;
  /**
   * The pictures that were in sight when it was decided.
   */
  ids: number[];
  what: 'label' | 'toggle' | 'shapes' | 'copy' | 'skip' | 'unsure' | 'note' | 'clear' | 'confirm';
  /**
   * A class, a list of classes, a list of shapes, the text of a note, or the picture to copy from.
   */
  value: string | number | string[] | [LabelerShape, ...LabelerShape[]] | null;
}
export interface LabelerTurn {
  kind: 'turn';
  client: string;
  seq: number;
  how: 'undo' | 'redo';
}
export interface LabelerClassChange {
  kind: 'classes';
  client: string;
  seq: number;
  how: 'add' | 'rename' | 'merge';
  name: string;
  to: string;
}
export interface LabelerQueue {
  kind: 'queue';
  order: 'order' | 'random' | 'uncertain' | 'suspected';
  seed: number;
}
export interface LabelerItemsAsk {
  kind: 'items';
  rid: number;
  ids: number[];
}
export interface LabelerReopen {
  kind: 'reopen';
}
export interface LabelerCodeAsk {
  kind: 'code';
  rid: number;
}
