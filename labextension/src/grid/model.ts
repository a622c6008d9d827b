import type {
  GridAct,
  GridArrange,
  GridDescription,
  GridFacets,
  GridFacetsAsk,
  GridFilter,
  GridLook,
  GridLooked,
  GridOrder,
  GridOverlays,
  GridPicture,
  GridPictureAsk,
  GridRefused,
  GridSaid,
  GridSelect,
  GridSelection,
  GridSort,
  GridStale,
  GridTiles
} from '../contract/grid';
import { numbers } from '../kit/buffers';
import { LiveModel } from '../kit/live';
import { post } from '../kit/model';
import { Loader, nextId } from './loader';
import { Pictures } from './pictures';
import { Selection, type How } from './selection';
import { NOTHING, Order } from './state';
import { TileStore } from './store';

export type GridMessage =
  | GridDescription
  | GridOrder
  | GridSelection
  | GridTiles
  | GridStale
  | GridPicture
  | GridOverlays
  | GridFacets
  | GridSaid
  | GridRefused;

/**
 * The browser half of `GridWidget`, for all views of one grid. A subclass has messages of its own: it overrides
 * `receive`, takes what is its, and hands on the rest.
 *
 * Events: `grid` (the description), `view` (the order), `selection`, `tiles` (some were loaded, or changed),
 * `facets`, `said`, `refused` (an action, with the item that had the focus); and those of `LiveModel`.
 */
export class GridModel extends LiveModel<{ kind: string }> {
  grid: GridDescription = NOTHING;
  readonly order = new Order();
  readonly selection = new Selection();
  readonly store = new TileStore();
  readonly loader = new Loader(
    this.store,
    message => post(this, message),
    ids => this.trigger('tiles', ids)
  );
  readonly pictures = new Pictures((id, side) => this._askPicture(id, side));
  /** Whether the order of the tiles has come: a view that is made later shows it at once. */
  viewed = false;
  /** What the owner last said, for the line below the tiles. */
  said = '';
  /** By column, how many items of each class the other filters let through. */
  facets: Record<string, Record<string, number>> = {};

  defaults() {
    return {
      ...super.defaults(),
      _model_name: 'GridModel',
      _view_name: 'GridView',
      overlay_on: false,
      overlay_label: ''
    };
  }

  close(commClosed?: boolean): Promise<void> {
    this.loader.dispose();
    this.pictures.dispose();
    this.store.dispose();
    return super.close(commClosed);
  }

  /** Show what passes `filters`, in the order of `sorts`. */
  arrange(filters: GridFilter[], sorts: GridSort[]): void {
    this.grid = { ...this.grid, filters, sorts };
    this.trigger('grid');
    post<GridArrange>(this, { kind: 'arrange', filters, sorts });
  }

  /** Select by ids. With `range`, two ids stand for all between them in the view. */
  select(how: How, ids: number[], range = false): void {
    this.selection.apply(how, range ? this._between(ids[0], ids[1]) : ids);
    this._sendSelect(how, ids, range);
  }

  /** Select all in the view, or nothing at all, or turn the view round. */
  selectAll(how: 'view' | 'none' | 'invert'): void {
    if (how === 'none') {
      this.selection.apply('set', []);
    } else {
      this.selection.apply(how === 'view' ? 'add' : 'toggle', this.order.ids);
    }
    this._sendSelect(how, [], false);
  }

  /** Do an action of the owner's on what it acts on; `focus` is the item with the focus. */
  act(action: string, focus: number | null, argument: string | null = null): void {
    post<GridAct>(this, { kind: 'act', action, focus, argument });
  }

  /** Let the kernel know where the user is, for a reload, and later views of this page. */
  look(look: GridLook): void {
    this.grid = { ...this.grid, look };
    post<GridLooked>(this, { kind: 'look', ...look });
  }

  askFacets(column: string): void {
    post<GridFacetsAsk>(this, { kind: 'facets', column });
  }

  /** Selected and in the view: what the buttons act on. */
  get targets(): number {
    return this.order.ids.length === this.grid.total ? this.selection.count : this.selection.among(this.order.ids);
  }

  protected get busy(): boolean {
    return false;
  }

  protected receive(message: { kind: string }, buffers: DataView[]): void {
    const known = message as GridMessage;
    switch (known.kind) {
      case 'grid':
        this._describe(known);
        break;
      case 'view':
        this.order.load(numbers(buffers[0], known.dtype), this.grid.total);
        this.viewed = true;
        this.trigger('view');
        break;
      case 'selection':
        this._takeSelection(known, buffers[0]);
        break;
      case 'tiles':
        this.loader.receive(known, buffers[0]);
        break;
      case 'stale':
        this._forget(known.what);
        break;
      case 'picture':
        this.pictures.receive(known, buffers[0]);
        break;
      case 'overlays':
        this.store.addOverlays(known.ids, known.uris);
        this.trigger('tiles', known.ids);
        this.loader.receiveOverlays(known.rid);
        break;
      case 'facets':
        this.facets[known.column] = known.counts;
        this.trigger('facets');
        break;
      case 'said':
        this.said = known.text;
        this.trigger('said');
        break;
      case 'refused':
        this.trigger('refused', known.focus);
        break;
    }
  }

  private _describe(grid: GridDescription): void {
    const first = this.grid === NOTHING;
    this.grid = grid;
    this.loader.token = grid.token;
    this.trigger('grid');
    if (first) {
      this.began(); // the notebook is saved, so that a page loaded again finds the grid
    }
  }

  private _takeSelection({ client, seq, count }: GridSelection, bits: DataView): void {
    if (client === this._client && seq < this._seq) {
      return; // later changes of this page are on their way
    }
    this.selection.load(numbers(bits, 'uint8'), count);
    this.trigger('selection');
  }

  private _forget(what: GridStale['what']): void {
    if (what === 'values') {
      this.store.wordsChanged();
      this.facets = {};
    } else if (what === 'pictures') {
      this.store.picturesChanged();
      this.pictures.clear();
    } else {
      this.store.overlaysChanged();
    }
    this.trigger('tiles', []);
  }

  private _sendSelect(how: GridSelect['how'], ids: number[], range: boolean): void {
    this._seq += 1;
    this.trigger('selection');
    post<GridSelect>(this, { kind: 'select', how, ids, range, client: this._client, seq: this._seq });
  }

  private _between(from: number, to: number): Int32Array | number[] {
    const places = [this.order.placeOf(from), this.order.placeOf(to)].sort((a, b) => a - b);
    return places[0] < 0 ? [to] : this.order.ids.subarray(places[0], places[1] + 1);
  }

  private _askPicture(id: number, side: number): number {
    const rid = nextId();
    post<GridPictureAsk>(this, { kind: 'picture', rid, id, side });
    return rid;
  }

  private _client = String(Math.random()).slice(2);
  private _seq = 0;
}
