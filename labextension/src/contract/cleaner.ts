// Made from fastwidgets/contract/cleaner.json by "jlpm contract"; do not edit.

/**
 * What the cleaner's two halves may say to each other besides what the grid's contract has.
 */
export interface CleanerContract {
  to_browser: CleanerIssues | CleanerPlan | CleanerCode;
  to_python:
    CleanerShow | CleanerNarrow | CleanerScan | CleanerAskPlan | CleanerApply | CleanerTakeBack | CleanerAskCode;
}
/**
 * What was found, which of it is shown, and what can be done.
 */
export interface CleanerIssues {
  kind: 'issues';
  issues: CleanerIssue[];
  /**
   * The issue that is shown; empty for all images.
   */
  active: string;
  step: CleanerStep;
  /**
   * Why the search ended early; empty if it did not.
   */
  words: string;
  total: number;
  /**
   * Items relabelled or excluded.
   */
  changes: number;
  /**
   * There is a learner to go on with.
   */
  can_train: boolean;
  /**
   * Labels are the names of folders, so files can be moved.
   */
  can_apply: boolean;
  /**
   * What was moved and can be taken back; empty if nothing was.
   */
  applied: string;
}
export interface CleanerIssue {
  id: string;
  title: string;
  hint: string;
  total: number;
  /**
   * Those that nothing was decided about yet.
   */
  open: number;
}
export interface CleanerStep {
  /**
   * What the search does; empty when it is over.
   */
  what: string;
  done: number;
  total: number;
}
/**
 * What would be moved.
 */
export interface CleanerPlan {
  kind: 'plan';
  /**
   * The first ones.
   */
  lines: string[];
  count: number;
  warning: string;
}
export interface CleanerCode {
  kind: 'code';
  purpose: 'replay' | 'train';
  code: string;
}
/**
 * Show the items of an issue, or with an empty one all.
 */
export interface CleanerShow {
  kind: 'show';
  issue: string;
}
/**
 * Show only one class or one side of the split, or with an empty value all.
 */
export interface CleanerNarrow {
  kind: 'narrow';
  column: 'label' | 'first label' | 'split';
  value: string;
}
/**
 * Search again, or end the search.
 */
export interface CleanerScan {
  kind: 'scan';
  go: boolean;
}
export interface CleanerAskPlan {
  kind: 'ask_plan';
}
/**
 * Do what the plan that was shown says.
 */
export interface CleanerApply {
  kind: 'apply';
}
export interface CleanerTakeBack {
  kind: 'take_back';
}
export interface CleanerAskCode {
  kind: 'ask_code';
  purpose: 'replay' | 'train';
}
