// Made from fastwidgets/contract/builder.json by "jlpm contract"; do not edit.

/**
 * What the two halves of the DataBlock builder may say to each other.
 */
export interface BuilderContract {
  to_browser: BuilderState | BuilderResult | BuilderHealth | BuilderCompletions;
  to_python:
    | BuilderOpen
    | BuilderCancel
    | BuilderComplete
    | BuilderTake
    | BuilderChange
    | BuilderGo
    | BuilderAnother
    | BuilderTurn
    | BuilderCheck
    | BuilderShow
    | BuilderExclude
    | BuilderTogether
    | BuilderGroups
    | BuilderRead
    | BuilderBuild;
}
/**
 * The form, and the cell that it means.
 */
export interface BuilderState {
  kind: 'state';
  path: string;
  open: boolean;
  scanning: BuilderProgress;
  /**
   * Why no folder is open.
   */
  error: string;
  /**
   * What went wrong beside that, such as a journal that cannot be written.
   */
  trouble: string;
  step: 'source' | 'labels' | 'split' | 'item' | 'batch' | 'health';
  form: BuilderForm;
  guesses: string[];
  why: string[];
  excluded: number;
  together: number;
  can_undo: boolean;
  can_redo: boolean;
  name: string;
  code: string;
  /**
   * Why there is no code; empty where there is.
   */
  why_not: string;
  unread: string[];
}
/**
 * A piece of work; `what` is empty when it is over, `total` 0 where nobody knows.
 */
export interface BuilderProgress {
  what: string;
  done: number;
  total: number;
}
/**
 * The fields of each step.
 */
export interface BuilderForm {
  source: BuilderField[];
  labels: BuilderField[];
  split: BuilderField[];
  item: BuilderField[];
  batch: BuilderField[];
}
/**
 * An input of the form. `options` are values and their words.
 */
export interface BuilderField {
  step: '' | 'source' | 'labels' | 'split' | 'item' | 'batch';
  name: string;
  label: string;
  kind: 'choice' | 'flag' | 'number' | 'whole' | 'text' | 'names';
  value: string | number | boolean | string[];
  options: [string, string][];
  hint: string;
}
/**
 * What a step shows; "shown" are the files of a finding. The buffers are the pictures, tile by tile.
 */
export interface BuilderResult {
  kind: 'result';
  step: 'source' | 'labels' | 'split' | 'item' | 'batch' | 'shown';
  working: boolean;
  error: string;
  words: string[];
  warnings: string[];
  bars: BuilderBar[];
  tiles: BuilderTile[];
  text: string;
}
export interface BuilderBar {
  name: string;
  train: number;
  valid: number;
}
/**
 * An item: pieces of a line and whether they stand out, its label, and how many of the buffers are its pictures.
 */
export interface BuilderTile {
  line: [string, boolean][];
  label: string;
  pictures: number;
}
/**
 * What would go wrong in training.
 */
export interface BuilderHealth {
  kind: 'health';
  checked: boolean;
  checking: BuilderProgress;
  trouble: string;
  findings: BuilderFinding[];
  hints: BuilderHint[];
}
export interface BuilderFinding {
  severity: 'error' | 'warning' | 'info';
  words: string;
  files: number;
  code: string;
  names: string[];
}
export interface BuilderHint {
  pattern: string;
  words: string;
}
export interface BuilderCompletions {
  kind: 'completions';
  text: string;
  folders: string[];
}
/**
 * Look at a folder.
 */
export interface BuilderOpen {
  kind: 'open';
  path: string;
}
/**
 * End the scan of the folder, or the check of the files.
 */
export interface BuilderCancel {
  kind: 'cancel';
}
/**
 * Which folders begin with this?
 */
export interface BuilderComplete {
  kind: 'complete';
  text: string;
}
/**
 * Begin anew from another reading of the folder.
 */
export interface BuilderTake {
  kind: 'take';
  guess: number;
}
/**
 * Set a field.
 */
export interface BuilderChange {
  kind: 'change';
  step: '' | 'source' | 'labels' | 'split' | 'item' | 'batch';
  name: string;
  value: string | number | boolean | string[];
}
/**
 * Look at another step.
 */
export interface BuilderGo {
  kind: 'go';
  step: 'source' | 'labels' | 'split' | 'item' | 'batch' | 'health';
}
/**
 * The same batch with other random changes.
 */
export interface BuilderAnother {
  kind: 'another';
}
export interface BuilderTurn {
  kind: 'turn';
  how: 'undo' | 'redo';
}
/**
 * Look at every file.
 */
export interface BuilderCheck {
  kind: 'check';
}
/**
 * The files of a finding.
 */
export interface BuilderShow {
  kind: 'show';
  finding: number;
}
/**
 * Leave the files of a finding out.
 */
export interface BuilderExclude {
  kind: 'exclude';
  finding: number;
}
/**
 * Keep twins on one side of the split, or no longer.
 */
export interface BuilderTogether {
  kind: 'together';
  on: boolean;
}
/**
 * Keep together what this pattern finds in names.
 */
export interface BuilderGroups {
  kind: 'groups';
  pattern: string;
}
/**
 * Fill the form from a cell.
 */
export interface BuilderRead {
  kind: 'read';
  code: string;
}
/**
 * Make the loaders in the kernel, where no cell can be made.
 */
export interface BuilderBuild {
  kind: 'build';
}
