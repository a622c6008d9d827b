// Made from fastwidgets/contract/confusion.json by "jlpm contract"; do not edit.

/**
 * What the two halves of the confusion matrix may say to each other besides what the top losses' contract has.
 */
export interface ConfusionContract {
  to_browser: ConfusionTable;
  to_python: ConfusionPick | ConfusionShow;
}
/**
 * The cells that are not empty follow in one buffer: row, column, how many.
 */
export interface ConfusionTable {
  kind: 'table';
  /**
   * Right is: the diagonal; the outcomes found and absent; the diagonal; the middle row.
   */
  form: 'classes' | 'labels' | 'pixels' | 'residuals';
  rows: string[];
  columns: string[];
  row_title: string;
  column_title: string;
  unit: 'image' | 'row' | 'text' | 'item' | 'pixel';
  row_order: number[];
  column_order: number[];
  look: ConfusionLook;
  /**
   * How many numbers are predicted.
   */
  outputs: number;
  pairs: ConfusionPair[];
  /**
   * The cells whose items the grid shows.
   */
  picked: ConfusionCells | null;
  /**
   * Why there is no table; empty where there is one.
   */
  trouble: string;
  dtype: 'float64';
  /**
   * @minItems 2
   */
  shape: [number, 3];
}
export interface ConfusionLook {
  order: 'given' | 'name' | 'size' | 'errors' | 'clusters';
  /**
   * Numbers, or parts of a row or of a column.
   */
  by: 'count' | 'row' | 'column';
  /**
   * What is right is shown too.
   */
  diagonal: boolean;
  output: number;
}
export interface ConfusionPair {
  row: number;
  column: number;
  n: number;
  share: number;
}
/**
 * All cells of these rows and columns.
 */
export interface ConfusionCells {
  rows: number[];
  columns: number[];
}
/**
 * Show the items of these cells; null: of all.
 */
export interface ConfusionPick {
  kind: 'pick';
  cells: ConfusionCells | null;
}
export interface ConfusionShow {
  kind: 'show';
  look: ConfusionLook;
}
