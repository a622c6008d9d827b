// Made from fastwidgets/contract/grid.json by "jlpm contract"; do not edit.

/**
 * What the grid's Python and TypeScript halves may say to each other.
 */
export interface GridContract {
  state: GridState;
  to_browser:
    | GridDescription
    | GridOrder
    | GridSelection
    | GridTiles
    | GridStale
    | GridPicture
    | GridOverlays
    | GridFacets
    | GridSaid
    | GridRefused
    | GridTwin
    | GridPong;
  to_python:
    | GridHello
    | GridPing
    | GridAsk
    | GridDrop
    | GridPictureAsk
    | GridOverlaysAsk
    | GridArrange
    | GridSelect
    | GridAct
    | GridFacetsAsk
    | GridLooked;
}
export interface GridState {
  /**
   * One line for the user: what went wrong.
   */
  notice: string;
  overlay_on: boolean;
  overlay_label: string;
}
/**
 * All but the order, the selection and the tiles.
 */
export interface GridDescription {
  kind: 'grid';
  title: string;
  height: number;
  /**
   * By which the server's endpoint knows the grid; empty where there is none.
   */
  token: string;
  look: GridLook;
  total: number;
  /**
   * The word for one item.
   */
  unit: 'image' | 'row' | 'text' | 'item';
  columns: GridColumn[];
  filters: GridFilter[];
  sorts: GridSort[];
  captions: string[];
  badges: string[];
  details: string[];
  state: string | null;
  states: {
    [k: string]: GridTileState;
  };
  classes_of: string | null;
  actions: GridAction[];
}
/**
 * Where the user is: the item with the focus, the width of tiles in pixels, the place in the view at the top.
 */
export interface GridLook {
  focus: number | null;
  tile: number;
  top: number;
}
export interface GridColumn {
  name: string;
  title: string;
  kind: 'category' | 'number' | 'text' | 'flag';
  /**
   * Of a category, in their order.
   */
  classes: string[];
  /**
   * Of a number: the least and the greatest value.
   */
  limits: [number, number] | null;
}
/**
 * in, not in: classes. between: two numbers or null. contains: a word. is, missing: true or false.
 */
export interface GridFilter {
  column: string;
  op: 'in' | 'not in' | 'between' | 'contains' | 'is' | 'missing';
  value: string[] | [number | null, number | null] | string | boolean;
}
export interface GridSort {
  column: string;
  descending: boolean;
}
export interface GridTileState {
  icon: string;
  line: 'solid' | 'dashed' | 'dotted' | 'double';
  tone: 'plain' | 'brand' | 'success' | 'warn' | 'error';
}
/**
 * A button of the owner's, and its key.
 */
export interface GridAction {
  id: string;
  label: string;
  key: string;
  hint: string;
  acts_on: 'selection' | 'either' | 'view' | 'none';
  argument: 'class' | 'text' | null;
  then: 'stay' | 'next';
  digits: boolean;
  shown: boolean;
  enabled: boolean;
}
/**
 * The ids of the items that are shown, in their order, follow in one buffer.
 */
export interface GridOrder {
  kind: 'view';
  dtype: 'int32';
  /**
   * @minItems 1
   */
  shape: [number];
}
/**
 * One bit an item follows, the first in the lowest. `client` and `seq` name the last select message that is in it.
 */
export interface GridSelection {
  kind: 'selection';
  client: string;
  seq: number;
  count: number;
  /**
   * Selected and in the view.
   */
  targets: number;
  dtype: 'uint8';
  /**
   * @minItems 1
   */
  shape: [number];
}
export interface GridTiles {
  kind: 'tiles';
  rid: number;
  tiles: GridTile[];
  /**
   * Items whose thumbnails follow in one packed page.
   */
  pictures: number[];
  /**
   * Nothing more comes to this question.
   */
  last: boolean;
}
export interface GridTile {
  id: number;
  captions: string[];
  badges: string[];
  details: string[];
  state: string | null;
}
/**
 * What the browser has kept of these is no longer true.
 */
export interface GridStale {
  kind: 'stale';
  what: 'values' | 'pictures' | 'overlays';
}
/**
 * A picture follows; width and height are those of its file.
 */
export interface GridPicture {
  kind: 'picture';
  rid: number;
  id: number;
  width: number;
  height: number;
  /**
   * Why there is none.
   */
  reason: string;
}
/**
 * By item id, data URIs of images to lay over the pictures.
 */
export interface GridOverlays {
  kind: 'overlays';
  rid: number;
  ids: number[];
  uris: {
    [k: string]: string;
  };
}
export interface GridFacets {
  kind: 'facets';
  column: string;
  counts: {
    [k: string]: number;
  };
}
export interface GridSaid {
  kind: 'said';
  text: string;
}
/**
 * An action was not done, and the item that it was asked for by the focus is as it was.
 */
export interface GridRefused {
  kind: 'refused';
  focus: number | null;
}
/**
 * What the saved notebook shows of the grid without its kernel.
 */
export interface GridTwin {
  kind: 'twin';
  html: string;
  text: string;
}
export interface GridPong {
  kind: 'pong';
  rid: number;
}
export interface GridHello {
  kind: 'hello';
  /**
   * Seconds between two messages at least, as the user has set it.
   */
  every?: number;
}
export interface GridPing {
  kind: 'ping';
  rid: number;
}
export interface GridAsk {
  kind: 'ask';
  rid: number;
  /**
   * Whose words are wanted.
   */
  ids: number[];
  /**
   * Whose thumbnails are wanted.
   */
  pictures: number[];
  side: number;
}
/**
 * The answer is not wanted any more.
 */
export interface GridDrop {
  kind: 'drop';
  rid: number;
}
export interface GridPictureAsk {
  kind: 'picture';
  rid: number;
  id: number;
  side: number;
}
export interface GridOverlaysAsk {
  kind: 'overlays';
  rid: number;
  ids: number[];
}
export interface GridArrange {
  kind: 'arrange';
  filters: GridFilter[];
  sorts: GridSort[];
}
export interface GridSelect {
  kind: 'select';
  how: 'set' | 'add' | 'remove' | 'toggle' | 'view' | 'none' | 'invert';
  ids: number[];
  /**
   * The two ids are the ends of a range in the view.
   */
  range: boolean;
  client: string;
  seq: number;
}
export interface GridAct {
  kind: 'act';
  action: string;
  focus: number | null;
  argument: string | null;
}
export interface GridFacetsAsk {
  kind: 'facets';
  column: string;
}
export interface GridLooked {
  kind: 'look';
  focus: number | null;
  tile: number;
  top: number;
}
