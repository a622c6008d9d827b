// Made from fastwidgets/contract/lr_finder.json by "jlpm contract"; do not edit.

/**
 * The lowest and the highest value on an axis.
 *
 * @minItems 2
 */
export type LRFinderRange = [number, number];

/**
 * What the learning-rate finder's Python and TypeScript halves may say to each other.
 */
export interface LRFinderContract {
  state: LRFinderState;
  to_browser: LRFinderPoints | LRFinderTwin | LRFinderPong;
  to_python: LRFinderHello | LRFinderPing | LRFinderStart | LRFinderStop;
}
export interface LRFinderState {
  status: 'ready' | 'running' | 'finished' | 'diverged' | 'nan' | 'stopped' | 'interrupted' | 'error';
  /**
   * The status in plain words.
   */
  message: string;
  /**
   * What went wrong, if anything.
   */
  notice: string;
  /**
   * There is a learner, so a search can be started here.
   */
  can_start: boolean;
  markers: LRFinderMarker[];
  chosen: LRFinderChosen | null;
  /**
   * The line of code; {lr} stands where the rate goes.
   */
  code: string;
  lr_range: LRFinderRange;
  loss_range: LRFinderRange;
  /**
   * What is left around the plot inside the figure, in pixels.
   */
  margin: {
    top: number;
    right: number;
    bottom: number;
    left: number;
  };
}
/**
 * A suggested rate.
 */
export interface LRFinderMarker {
  name: string;
  lr: number;
  reason: string;
}
/**
 * The rate in the code line, and the suggestion that it was moved from. Either side may set it.
 */
export interface LRFinderChosen {
  name: string;
  lr: number;
}
/**
 * New points of the curve. One buffer follows: first all learning rates, then all losses.
 */
export interface LRFinderPoints {
  kind: 'points';
  /**
   * Forget the points before these.
   */
  reset: boolean;
  dtype: 'float32' | 'float64';
  /**
   * @minItems 2
   */
  shape: [2, number];
}
/**
 * What the saved notebook shows of the search without its kernel; the view puts it there after a reload.
 */
export interface LRFinderTwin {
  kind: 'twin';
  html: string;
  text: string;
}
/**
 * They do: the answer to the ping of the same rid.
 */
export interface LRFinderPong {
  kind: 'pong';
  rid: number;
}
/**
 * A model has just been made in the browser and wants the whole curve.
 */
export interface LRFinderHello {
  kind: 'hello';
  /**
   * Seconds between two messages at least, as the user has set it.
   */
  every?: number;
}
/**
 * Do clicks get through while the cell runs?
 */
export interface LRFinderPing {
  kind: 'ping';
  rid: number;
}
export interface LRFinderStart {
  kind: 'start';
}
export interface LRFinderStop {
  kind: 'stop';
}
