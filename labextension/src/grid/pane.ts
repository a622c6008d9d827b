import type { GridAction } from '../contract/grid';
import { element, setText } from '../kit/dom';
import { bindKeys, isOff, type IKey } from '../kit/keys';
import { onSettings, settings } from '../kit/settings';
import { Bar, isPossible } from './bar';
import { Finder } from './finder';
import { FullView, type IFullOptions } from './full';
import { keyList } from './keylist';
import { AHEAD, LARGEST, layOut, moved, offsetOf, reveal, rowsAt, scrollFor, sideFor, SMALLEST } from './layout';
import type { ILayout, Move } from './layout';
import type { GridModel } from './model';
import { ArrangePanel } from './panel';
import { Rows } from './rows';
import { classesOf, count, withFilter } from './state';
import { paint, type ITile } from './tile';

export interface IPaneOptions {
  /** Accessible name of the grid. */
  label?: string;
  /** Keys of the view around it; listed at `?` too. */
  keys?: IKey[];
  /** Another tile has the focus; null: none. */
  onFocus?(id: number | null): void;
  /** Enter or a double click on a tile; true: that was all, no full-size view. */
  onOpen?(id: number): boolean;
  /** Chips on a tile besides those of the columns. */
  extraBadges?(id: number): string[];
  full?: IFullOptions;
}

const ZOOM = 1.2;
const USUAL_TILE = 128; // of a grid for which neither a cell nor a click has said another size
const LOOK_MS = 400;
const CORNER = 26; // pixels: a click there is one on the box for selecting
let panes = 0;

/** The grid as one component: buttons, tiles, a line of words, the full-size view. Fills the width of its parent. */
export class GridPane {
  readonly el = element('div', 'fw-Grid');

  constructor(
    readonly model: GridModel,
    private _options: IPaneOptions = {}
  ) {
    this._rows = new Rows(this._name, (el, place) => this._paint(el, place));
    this._bar = new Bar(model, {
      act: action => this._act(action),
      arrange: part => this._arrange(part),
      zoom: steps => this._zoom(steps),
      overlay: () => this._toggleOverlay(),
      help: () => this._toggleHelp()
    });
    this._panel = new ArrangePanel(model);
    this._finder = new Finder(this._name, () => this.focus());
    this._full = new FullView(
      model,
      {
        step: by => this._step(by),
        toggle: () => this._toggle(),
        neighbours: () => this._neighbours(),
        onKey: event => this._actionKey(event),
        keys: () => this._actionKeys()
      },
      { ..._options.full, onClose: () => this._onFullClosed() }
    );
    this._build();
    this._listen();
    this._unbind = bindKeys(this.el, this._keys);
    this._watch = new ResizeObserver(() => this._relayout());
    this._watch.observe(this._port);
    this.update();
    if (model.viewed) {
      this._onView();
    }
  }

  /** The item with the focus. */
  get focused(): number | null {
    return this._focused;
  }

  focus(): void {
    this._port.focus({ preventScroll: true });
  }

  /** Give an item the focus and bring it in sight. */
  scrollTo(id: number): void {
    const place = this.model.order.placeOf(id);
    if (place >= 0) {
      this._go(place);
    }
  }

  openFull(id: number): void {
    this.scrollTo(id);
    this._full.show(id);
  }

  /** All of it as the model has it now. */
  update(): void {
    this.el.style.height = `${this.model.grid.height}px`;
    this._relayout();
    this._tell();
  }

  dispose(): void {
    this._unbind();
    this._watch.disconnect();
    this._full.dispose();
    window.clearTimeout(this._lookTimer);
    window.cancelAnimationFrame(this._frame);
    this._off.forEach(off => off());
  }

  private _build(): void {
    const { el, _port: port } = this;
    el.setAttribute('data-lm-suppress-shortcuts', 'true'); // JupyterLab's own shortcuts hold off while the focus is here
    el.setAttribute('role', 'group');
    port.tabIndex = 0;
    port.setAttribute('role', 'grid');
    port.setAttribute('aria-multiselectable', 'true');
    port.setAttribute('aria-label', `${this._options.label ?? this.model.grid.title}. Press ? for its keys.`);
    port.append(this._spacer, this._rows.el);
    this._hover.hidden = true;
    this._list.hidden = true;
    this._alert.setAttribute('role', 'alert');
    this._said.setAttribute('role', 'status');
    this._counts.setAttribute('role', 'status');
    const stage = element('div', 'fw-Grid-stage', port, this._empty, this._panel.el, this._finder.el, this._list);
    const line = element('div', 'fw-Grid-line', this._counts, this._said, this._alert);
    el.append(this._bar.el, stage, line, this._hover, this._full.el);
  }

  private _listen(): void {
    const on = (events: string, fn: (ids: number[]) => void): void => {
      this.model.on(events, fn);
      this._off.push(() => this.model.off(events, fn));
    };
    on('grid change:overlay_on change:overlay_label', () => this.update());
    on('view', () => this._onView());
    on('selection', () => this._onSelection());
    on('tiles', ids => this._onTiles(ids));
    on('facets', () => this._panel.updateCounts());
    on('said change:notice change:lost change:clicks', () => this._tell());
    this._off.push(onSettings(() => this._takeSize(settings().thumbnailSize)));
    const { _port: port } = this;
    port.addEventListener('scroll', () => this._draw(), { passive: true });
    port.addEventListener('click', event => this._onClick(event));
    port.addEventListener('dblclick', event => this._onDoubleClick(event));
    port.addEventListener('pointermove', event => this._onHover(event));
    port.addEventListener('pointerleave', () => (this._hover.hidden = true));
    port.addEventListener('focus', () => this._markFocus());
    port.addEventListener('blur', () => this._markFocus());
    this.el.addEventListener('keydown', event => this._onKey(event));
  }

  // What came from the kernel

  private _onView(): void {
    const { order, grid } = this.model;
    if (!this._looked) {
      this._looked = true;
      this._focused = grid.look.focus;
      this._tileWanted = grid.look.tile === USUAL_TILE ? settings().thumbnailSize : grid.look.tile;
      this._topWanted = grid.look.top;
    }
    if (order.placeOf(this._focused) < 0) {
      const place = Math.min(Math.max(this._place, 0), order.ids.length - 1);
      this._setFocus(order.ids.length ? order.ids[place] : null);
    }
    this._place = order.placeOf(this._focused);
    this._anchor = null;
    this._relayout();
    this._tell();
    this._full.update();
  }

  private _onSelection(): void {
    this._rows.refresh(this._layout);
    this._tell();
    this._full.update();
  }

  private _onTiles(ids: number[]): void {
    this._rows.refresh(this._layout, ids.length ? new Set(ids) : undefined);
    if (!ids.length) {
      this._want();
    }
    this._markFocus();
    this._full.update();
  }

  // Drawing

  private _relayout(): void {
    const { grid, order } = this.model;
    const { clientWidth: width, clientHeight: height } = this._port;
    if (width === 0) {
      return; // not on the page yet
    }
    const first = this._layout.columns * Math.round(this._offset / this._layout.pitch);
    const before = this._layout;
    this._layout = layOut(order.ids.length, this._tileWanted, grid.captions.length, width, height);
    const { tile, pitch, columns, rows, scrolled } = this._layout;
    this.el.style.setProperty('--fw-tile', `${tile}px`);
    this.el.style.setProperty('--fw-lines', String(grid.captions.length));
    this._spacer.style.height = `${scrolled}px`;
    this._port.setAttribute('aria-rowcount', String(rows));
    this._port.setAttribute('aria-colcount', String(columns));
    if (before.columns !== columns || before.pitch !== pitch || this._topWanted !== null) {
      this._scroll(Math.floor((this._topWanted ?? first) / columns) * pitch); // what was at the top stays there
      this._topWanted = null;
    }
    this._drawNow(true);
  }

  private _draw(): void {
    this._hover.hidden = true;
    if (!this._frame) {
      this._frame = window.requestAnimationFrame(() => {
        this._frame = 0;
        this._drawNow(false);
      });
    }
  }

  private _drawNow(all: boolean): void {
    const offset = offsetOf(this._layout, this._port.scrollTop);
    this._down = offset >= this._offset;
    this._offset = offset;
    const [first, last] = rowsAt(this._layout, offset);
    this._rows.show(this._layout, first, last, this._port.scrollTop - offset);
    if (all) {
      this._rows.refresh(this._layout);
    }
    this._markFocus();
    this._want();
    this._lookSoon();
  }

  private _paint(el: HTMLElement, place: number): void {
    const { store, selection, order, grid } = this.model;
    const id = order.ids[place];
    const tile: ITile = {
      id,
      words: store.words(id),
      picture: store.picture(id),
      overlay: this.model.get('overlay_on') ? (store.overlay(id) ?? '') : '',
      selected: selection.has(id),
      extra: this._options.extraBadges?.(id) ?? []
    };
    paint(el, tile, grid);
    el.classList.toggle('fw-mod-focused', id === this._focused);
  }

  /** Tell the loader what is in sight, then what comes next on the way. */
  private _want(): void {
    const { columns, rows, tile } = this._layout;
    const ids = this.model.order.ids;
    const [first, last] = rowsAt(this._layout, this._offset, 0);
    const page = last - first;
    const from = this._down ? last : Math.max(0, first - page);
    const to = this._down ? Math.min(rows, last + page) : first;
    const slice = (a: number, b: number): number[] => [...ids.subarray(a * columns, b * columns)];
    const around = [...slice(Math.max(0, first - AHEAD), first), ...slice(last, Math.min(rows, last + AHEAD))];
    const wanted = [...new Set([...slice(first, last), ...around, ...slice(from, to)])];
    const side = sideFor(tile, window.devicePixelRatio || 1);
    this.model.loader.want(wanted, side, Boolean(this.model.get('overlay_on')));
  }

  private _markFocus(): void {
    const place = this.model.order.placeOf(this._focused);
    const el = place >= 0 ? this._rows.at(place) : undefined;
    if (this._marked && this._marked !== el) {
      this._marked.classList.remove('fw-mod-focused');
    }
    el?.classList.add('fw-mod-focused');
    this._marked = el;
    if (el) {
      this._port.setAttribute('aria-activedescendant', el.id);
    } else {
      this._port.removeAttribute('aria-activedescendant');
    }
  }

  private _tell(): void {
    const { grid, order, selection, said, lost, clicks } = this.model;
    const among = order.ids.length;
    const shown = among === grid.total ? count(among) : `${among.toLocaleString('en')} of ${count(grid.total)}`;
    const hidden = selection.count - this.model.targets;
    const away = hidden ? `, ${hidden.toLocaleString('en')} of them not in this view` : '';
    const picked = selection.count ? ` · ${selection.count.toLocaleString('en')} selected${away}` : '';
    setText(this._counts, `${shown}${picked}`);
    const notice = this.model.get('notice') as string;
    const waits = clicks === false ? 'The kernel is busy: what you do waits for the end of the cell.' : '';
    setText(this._alert, lost ? 'The kernel does not answer any more: run the cell again.' : notice || waits);
    setText(this._said, said);
    const none = grid.total === 0 ? 'There are no images.' : 'No image passes the filters.';
    setText(this._empty, among === 0 && this._looked ? none : '');
    this._empty.hidden = !this._empty.textContent;
    this._bar.update(this._focused !== null);
    this._panel.update();
  }

  // Moving

  private _move(move: Move, event: KeyboardEvent): void {
    const { ids } = this.model.order;
    if (ids.length === 0) {
      return;
    }
    const from = this.model.order.placeOf(this._focused);
    const to = from < 0 ? 0 : moved(this._layout, from, move);
    if (event.shiftKey && from >= 0) {
      this._extend(from, to);
    } else {
      this._anchor = null;
    }
    this._go(to);
  }

  private _go(place: number): void {
    this._place = place;
    this._setFocus(this.model.order.ids[place]);
    this._scroll(reveal(this._layout, Math.floor(place / this._layout.columns), this._offset));
    this._drawNow(false);
    this._tell();
  }

  private _step(by: number): number | null {
    const { ids } = this.model.order;
    const place = Math.max(0, Math.min(this.model.order.placeOf(this._focused) + by, ids.length - 1));
    if (ids.length) {
      this._anchor = null;
      this._go(place);
    }
    return this._focused;
  }

  private _neighbours(): number[] {
    const place = this.model.order.placeOf(this._focused);
    const { ids } = this.model.order;
    return [place + 1, place - 1, place + 2].filter(at => at >= 0 && at < ids.length && place >= 0).map(at => ids[at]);
  }

  private _setFocus(id: number | null): void {
    if (id !== this._focused) {
      this._focused = id;
      this._options.onFocus?.(id);
    }
  }

  private _scroll(offset: number): void {
    const top = scrollFor(this._layout, offset);
    if (Math.abs(this._port.scrollTop - top) >= 1) {
      this._port.scrollTop = top;
    }
    this._offset = offsetOf(this._layout, this._port.scrollTop);
  }

  private _zoom(steps: number): void {
    this._size(this._layout.tile * ZOOM ** steps);
  }

  /** The user has set something, perhaps the size: then what was zoomed goes to it. */
  private _takeSize(usual: number): void {
    if (usual !== this._usual) {
      this._usual = usual;
      this._size(usual);
    }
  }

  private _size(wanted: number): void {
    this._tileWanted = Math.round(Math.max(SMALLEST, Math.min(wanted, LARGEST)));
    this._relayout();
    if (this._focused !== null && this.model.order.placeOf(this._focused) >= 0) {
      this.scrollTo(this._focused);
    }
  }

  // Selecting

  private _toggle(): void {
    if (this._focused !== null) {
      this.model.select('toggle', [this._focused]);
      this._anchor = this._focused;
    }
  }

  /** Shift and a move: the range from where it began grows or shrinks to `to`. */
  private _extend(from: number, to: number): void {
    const { order, selection } = this.model;
    const { ids } = order;
    const start = order.placeOf(this._anchor);
    if (start < 0) {
      this._anchor = ids[from];
      this.model.select('add', [ids[from], ids[to]], true);
      return;
    }
    if ((to - start) * (from - start) < 0 || Math.abs(to - start) < Math.abs(from - start)) {
      const out = (to - start) * (from - start) > 0 ? to + Math.sign(from - to) : start + Math.sign(from - start);
      this.model.select('remove', [ids[out], ids[from]], true);
    }
    if (!selection.has(ids[to]) || Math.abs(to - start) > Math.abs(from - start)) {
      this.model.select('add', [ids[start], ids[to]], true);
    }
  }

  private _onClick(event: MouseEvent): void {
    const tile = tileOf(event);
    if (!tile) {
      return;
    }
    const id = Number(tile.dataset.id);
    const box = tile.getBoundingClientRect();
    const corner = event.clientX - box.left < CORNER && event.clientY - box.top < CORNER;
    const before = this.model.order.placeOf(this._anchor ?? this._focused);
    const place = this.model.order.placeOf(id);
    if (event.shiftKey && before >= 0) {
      this.model.select('add', [this.model.order.ids[before], id], true);
    } else if (corner || event.ctrlKey || event.metaKey) {
      this.model.select('toggle', [id]);
      this._anchor = id;
    } else {
      this._anchor = id;
    }
    this.focus();
    this._go(place);
  }

  private _onDoubleClick(event: MouseEvent): void {
    if (tileOf(event)) {
      this._open();
    }
  }

  private _open(): void {
    if (this._focused !== null && !this._options.onOpen?.(this._focused)) {
      this._full.show(this._focused);
    }
  }

  private _onFullClosed(): void {
    this._options.full?.onClose?.();
    this.focus();
    this._markFocus();
  }

  // Actions

  private _act(action: GridAction): void {
    const { targets, grid } = this.model;
    if (!isPossible(action, targets, this._focused !== null, grid.total)) {
      return;
    }
    if (action.argument === null) {
      this._run(action, null);
      return;
    }
    if (this._full.open) {
      return; // the line to type in is below it
    }
    const many = targets > 1 ? ` (${count(targets)})` : '';
    const classes = action.argument === 'class' ? classesOf(grid) : null;
    this._hidePopups();
    this._finder.ask(`${action.label}${many}`, classes, answer => this._run(action, answer));
  }

  private _run(action: GridAction, argument: string | null): void {
    const alone = action.acts_on === 'either' && this.model.targets === 0;
    this.model.act(action.id, this._focused, argument);
    if (action.then === 'next' && alone) {
      const next = this._step(1);
      if (this._full.open && next !== null) {
        this._full.show(next);
      }
    }
  }

  /** A digit: the action that takes them with that class, or else only that class is shown, or all again. */
  private _digit(n: number): void {
    const { grid } = this.model;
    const name = classesOf(grid)[n - 1];
    const action = grid.actions.find(one => one.digits && one.enabled);
    if (name === undefined || grid.classes_of === null) {
      return;
    }
    if (!action) {
      this._only(grid.classes_of, name);
    } else if (isPossible(action, this.model.targets, this._focused !== null, grid.total)) {
      this._run(action, name);
    }
  }

  private _only(column: string, name: string): void {
    const { filters, sorts } = this.model.grid;
    const now = filters.find(one => one.column === column && one.op === 'in')?.value as string[] | undefined;
    const same = now?.length === 1 && now[0] === name;
    this.model.arrange(withFilter(filters, column, same ? null : { column, op: 'in', value: [name] }), sorts);
  }

  /** `/`: type to find a class, for the action that takes digits, or to see only that class. */
  private _find(): void {
    const { grid } = this.model;
    const column = grid.classes_of;
    const action = grid.actions.find(one => one.digits && one.enabled);
    if (action) {
      this._act(action);
    } else if (column !== null) {
      this._hidePopups();
      this._finder.ask('Show only', classesOf(grid), answer => this._only(column, answer));
    }
  }

  private _actionKey(event: KeyboardEvent): boolean {
    const target = event.target as Element;
    if (target.closest('input, textarea, select') || isOff(event)) {
      return false;
    }
    const pressed = `${event.ctrlKey || event.metaKey ? 'Ctrl+' : ''}${event.key}`;
    if (/^[1-9]$/.test(pressed) && !event.altKey) {
      this._digit(Number(pressed));
      return true;
    }
    const action = this.model.grid.actions.find(one => one.key !== '' && one.key === pressed);
    if (action && !event.altKey) {
      this._act(action);
    }
    return action !== undefined && !event.altKey;
  }

  private _actionKeys(): IKey[] {
    const { grid } = this.model;
    const digits = classesOf(grid).slice(0, 9);
    const verb = grid.actions.find(one => one.digits)?.label ?? 'Show only';
    const shown = digits.length
      ? [{ keys: [], label: digits.length > 1 ? `1…${digits.length}` : '1', text: `${verb}: ${digits.join(', ')}` }]
      : [];
    const actions = grid.actions
      .filter(one => one.key)
      .map(one => ({ keys: [], label: one.key, text: one.hint || one.label }));
    return [...shown, ...actions].map(key => ({ ...key, run: () => undefined }));
  }

  // Keys with Ctrl, the owner's keys, and Escape; the others are in `_keys`

  private _onKey(event: KeyboardEvent): void {
    const ctrl = event.ctrlKey || event.metaKey;
    const target = event.target as Element;
    if (target.closest('input, textarea, select') && event.key !== 'Escape') {
      return;
    }
    if (ctrl && event.key.toLowerCase() === 'a') {
      this.model.selectAll(event.shiftKey ? 'none' : 'view');
    } else if (ctrl && (event.key === 'Home' || event.key === 'End')) {
      this._move(event.key === 'Home' ? 'home' : 'end', event);
    } else if (event.key === 'Escape' && this._closePopups()) {
      this.focus();
    } else if (!this._actionKey(event)) {
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    event.stopPropagation();
  }

  private _arrange(part: 'filter' | 'order'): void {
    const open = !this._panel.el.hidden;
    this._hidePopups();
    if (open) {
      this.focus();
    } else {
      this._panel.show(part);
    }
  }

  private _toggleHelp(): void {
    const open = !this._list.hidden;
    this._hidePopups();
    this._list.replaceChildren(
      ...keyList('Keys while the tiles have the focus', [
        ...this._keys,
        ...(this._options.keys ?? []),
        ...this._actionKeys()
      ])
    );
    this._list.hidden = open;
    this._bar.help.setAttribute('aria-expanded', String(!open));
  }

  private _toggleOverlay(): void {
    if (this.model.get('overlay_label')) {
      this.model.set('overlay_on', !this.model.get('overlay_on'));
      this.model.save_changes();
      this._drawNow(true);
    }
  }

  private _hidePopups(): void {
    this._panel.hide();
    this._list.hidden = true;
    this._finder.el.hidden = true;
    this._bar.help.setAttribute('aria-expanded', 'false');
  }

  private _closePopups(): boolean {
    const open = [this._panel.el, this._list, this._finder.el].some(el => !el.hidden);
    this._hidePopups();
    return open;
  }

  // Under the pointer

  private _onHover(event: PointerEvent): void {
    const tile = event.pointerType === 'mouse' ? tileOf(event) : null;
    const id = tile ? Number(tile.dataset.id) : null;
    const words = id === null ? undefined : this.model.store.words(id);
    if (!tile || !words) {
      this._hover.hidden = true;
      return;
    }
    if (this._hovered !== id || this._hover.hidden) {
      this._hovered = id;
      const titles = new Map(this.model.grid.columns.map(column => [column.name, column.title]));
      const rows = words.details.map((text, i) => [titles.get(this.model.grid.details[i]) ?? '', text] as const);
      this._hover.replaceChildren(
        ...rows
          .filter(([, text]) => text)
          .map(([title, text]) => element('div', '', element('b', '', `${title} `), text))
      );
      this._hover.hidden = this._hover.childElementCount === 0;
      this._placeHover(tile);
    }
  }

  private _placeHover(tile: HTMLElement): void {
    const own = this.el.getBoundingClientRect();
    const box = tile.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this._hover;
    const below = box.bottom - own.top + 2;
    const fits = below + height <= own.height;
    const left = Math.max(0, Math.min(box.left - own.left, own.width - width - 2));
    this._hover.style.left = `${left}px`;
    this._hover.style.top = `${Math.max(0, fits ? below : box.top - own.top - height - 2)}px`;
  }

  // For a reload

  private _lookSoon(): void {
    if (!this._looked || this._lookTimer) {
      return;
    }
    this._lookTimer = window.setTimeout(() => {
      this._lookTimer = 0;
      const top = Math.ceil(this._offset / this._layout.pitch) * this._layout.columns;
      const look = { focus: this._focused, tile: this._tileWanted, top: Math.min(top, this.model.order.ids.length) };
      const words = JSON.stringify(look);
      if (words !== this._lastLook && !this.model.lost) {
        this._lastLook = words;
        this.model.look(look);
      }
    }, LOOK_MS);
  }

  private _moveKey(keys: string[], label: string, text: string, move: Move): IKey {
    return { keys, label, text, run: event => this._move(move, event) };
  }

  private _keys: IKey[] = [
    this._moveKey(['ArrowRight', 'j'], '← → ↑ ↓', 'to the next tile; with Shift, select on the way', 'right'),
    this._moveKey(['ArrowLeft', 'k'], '', '', 'left'),
    this._moveKey(['ArrowUp'], '', '', 'up'),
    this._moveKey(['ArrowDown'], '', '', 'down'),
    this._moveKey(['Home'], 'Home End', 'to the first, to the last', 'home'),
    this._moveKey(['End'], '', '', 'end'),
    this._moveKey(['PageUp'], 'PgUp PgDn', 'a page up, a page down', 'page-up'),
    this._moveKey(['PageDown'], '', '', 'page-down'),
    { keys: [' ', 'x'], label: 'Space x', text: 'select, or no longer', run: () => this._toggle() },
    { keys: [], label: 'Ctrl+A', text: 'select all that pass the filters', run: () => undefined },
    { keys: [], label: 'Ctrl+Shift+A', text: 'select nothing', run: () => undefined },
    { keys: ['i'], label: 'i', text: 'turn the selection round', run: () => this.model.selectAll('invert') },
    { keys: ['Enter'], label: 'Enter', text: 'full size', run: () => this._open() },
    { keys: ['/'], label: '/', text: 'type to find a class', run: () => this._find() },
    { keys: ['f'], label: 'f', text: 'filters', run: () => this._arrange('filter') },
    { keys: ['o'], label: 'o', text: 'order', run: () => this._arrange('order') },
    { keys: ['+', '='], label: '+ −', text: 'larger, smaller tiles', run: () => this._zoom(1) },
    { keys: ['-'], label: '', text: '', run: () => this._zoom(-1) },
    { keys: ['h'], label: 'h', text: 'what is laid over the pictures', run: () => this._toggleOverlay() },
    { keys: ['?'], label: '?', text: 'show or hide this list (Esc closes it)', run: () => this._toggleHelp() }
  ];

  private _name = `fw-grid-${++panes}`;
  private _port = element('div', 'fw-Grid-port');
  private _spacer = element('div', 'fw-Grid-spacer');
  private _empty = element('div', 'fw-Grid-empty');
  private _counts = element('span', 'fw-Grid-counts');
  private _said = element('span', 'fw-Grid-said');
  private _alert = element('span', 'fw-Grid-alert');
  private _hover = element('div', 'fw-Grid-hover');
  private _list = element('div', 'fw-Keys fw-Grid-keys');
  private _rows: Rows;
  private _bar: Bar;
  private _panel: ArrangePanel;
  private _finder: Finder;
  private _full: FullView;
  private _layout: ILayout = layOut(0, 128, 1, 1, 1);
  private _offset = 0;
  private _down = true;
  private _focused: number | null = null;
  private _place = 0;
  private _anchor: number | null = null;
  private _usual = settings().thumbnailSize;
  private _tileWanted = USUAL_TILE;
  private _looked = false;
  private _topWanted: number | null = null; // until the page has told how wide it is
  private _lastLook = '';
  private _lookTimer = 0;
  private _frame = 0;
  private _hovered: number | null = null;
  private _marked: HTMLElement | undefined;
  private _off: (() => void)[] = [];
  private _unbind: () => void;
  private _watch: ResizeObserver;
}

function tileOf(event: MouseEvent): HTMLElement | null {
  return (event.target as Element).closest<HTMLElement>('.fw-Grid-tile[data-id]');
}
