// Made from fastwidgets/contract/top_losses.json by "jlpm contract"; do not edit.

/**
 * What the two halves of the top losses may say to each other besides what the grid's contract has.
 */
export interface TopLossesContract {
  to_browser: TopLossesStatus | TopLossesCode | TopLossesGoOn;
  to_python: TopLossesUpdate | TopLossesAskCode | TopLossesExport | TopLossesApply;
}
/**
 * What the answers are of, and whether they still hold.
 */
export interface TopLossesStatus {
  kind: 'status';
  /**
   * When the model was run, in words.
   */
  made: string;
  task: 'category' | 'multicategory' | 'mask' | 'regression' | 'other';
  /**
   * What has changed since; empty if nothing has.
   */
  stale: string;
  /**
   * What is being done in the background; empty if nothing is.
   */
  busy: string;
  /**
   * What was edited since the pass; empty if nothing was.
   */
  note: string;
  /**
   * What to bear in mind about the items that are shown.
   */
  warning: string;
  /**
   * Those that have items.
   */
  splits: ('train' | 'valid')[];
  /**
   * There is a model to run.
   */
  can_update: boolean;
  /**
   * There are decisions and a learner to go on with.
   */
  can_apply: boolean;
}
export interface TopLossesCode {
  kind: 'code';
  /**
   * A cell that does the same in a fresh kernel.
   */
  code: string;
}
/**
 * The decisions can be applied and the training can go on by running this cell.
 */
export interface TopLossesGoOn {
  kind: 'go_on';
  text: string;
  code: string;
}
/**
 * Run the model on what has changed.
 */
export interface TopLossesUpdate {
  kind: 'update';
}
export interface TopLossesAskCode {
  kind: 'code';
}
/**
 * Write what is shown to a file in the kernel's folder.
 */
export interface TopLossesExport {
  kind: 'export';
  format: 'csv' | 'json';
}
export interface TopLossesApply {
  kind: 'apply';
}
