import { element, setText } from '../kit/dom';
import { RUN_AGAIN } from '../kit/kernel';
import { bindKeys, type IKey } from '../kit/keys';
import { onSettings } from '../kit/settings';
import { Bar } from './bar';
import { Commands } from './commands';
import { Cursor } from './cursor';
import { Finder } from './finder';
import { FullView, type IFullOptions } from './full';
import { HoverCard } from './hover';
import { keyList } from './keylist';
import type { Move } from './layout';
import { Lookout } from './lookout';
import type { GridModel } from './model';
import { ArrangePanel } from './panel';
import { Sight } from './sight';
import { count } from './state';
import { tileOf } from './tile';

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

const CORNER = 26; // pixels: a click there is one on the box for selecting
let panes = 0;

/** The grid as one component: buttons, tiles, a line of words, the full-size view. Fills the width of its parent. */
export class GridPane {
  readonly el = element('div', 'fw-Grid');

  constructor(
    readonly model: GridModel,
    private _options: IPaneOptions = {}
  ) {
    const name = `fw-grid-${++panes}`;
    this._cursor = new Cursor(model, id => _options.onFocus?.(id));
    this._sight = new Sight(model, this.el, name, {
      focused: () => this.focused,
      extraBadges: id => _options.extraBadges?.(id) ?? [],
      drawn: () => this._onDrawn()
    });
    this._commands = new Commands(model, {
      focused: () => this.focused,
      canAsk: () => !this._full.open, // the line to type in is below it
      ask: (question, classes, done) => {
        this._hidePopups();
        this._finder.ask(question, classes, done);
      },
      next: () => this._next(),
      back: id => this._back(id)
    });
    this._bar = new Bar(model, {
      act: action => this._commands.act(action),
      arrange: part => this._arrange(part),
      zoom: steps => this._zoom(steps),
      overlay: () => this._toggleOverlay(),
      help: () => this._toggleHelp()
    });
    this._panel = new ArrangePanel(model);
    this._finder = new Finder(name, () => this.focus());
    this._hover = new HoverCard(model, this.el);
    this._lookout = new Lookout(model, () => {
      const top = Math.min(this._sight.top, this.model.order.ids.length);
      return { focus: this.focused, tile: this._sight.tile, top };
    });
    this._full = new FullView(
      model,
      {
        step: by => this._step(by),
        toggle: () => this._cursor.toggle(),
        neighbours: () => this._cursor.neighbours(),
        onKey: event => this._commands.onKey(event),
        keys: () => this._commands.keys()
      },
      { ..._options.full, onClose: () => this._onFullClosed() }
    );
    this._build();
    this._listen();
    this._unbind = bindKeys(this.el, this._keys);
    this.update();
    if (model.viewed) {
      this._onView();
    }
  }

  /** The item with the focus. */
  get focused(): number | null {
    return this._cursor.id;
  }

  focus(): void {
    this._sight.el.focus({ preventScroll: true });
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
    this._sight.relayout();
    this._tell();
  }

  dispose(): void {
    this._unbind();
    this._sight.dispose();
    this._full.dispose();
    this._lookout.dispose();
    this._off.forEach(off => off());
  }

  private _build(): void {
    const { el } = this;
    el.setAttribute('role', 'group');
    const label = this._options.label ?? this.model.grid.title;
    this._sight.el.setAttribute('aria-label', `${label}. Press ? for its keys.`);
    this._list.hidden = true;
    this._alert.setAttribute('role', 'alert');
    this._said.setAttribute('role', 'status');
    this._counts.setAttribute('role', 'status');
    const stage = element(
      'div',
      'fw-Grid-stage',
      this._sight.el,
      this._empty,
      this._panel.el,
      this._finder.el,
      this._list
    );
    const line = element('div', 'fw-Grid-line', this._counts, this._said, this._alert);
    el.append(this._bar.el, stage, line, this._hover.el, this._full.el);
  }

  private _listen(): void {
    const on = <T = number[]>(events: string, fn: (told: T) => void): void => {
      this.model.on(events, fn);
      this._off.push(() => this.model.off(events, fn));
    };
    on('grid change:overlay_on change:overlay_label', () => this.update());
    on('view', () => this._onView());
    on('selection', () => this._onSelection());
    on('tiles', ids => this._onTiles(ids));
    on<number | null>('refused', id => this._commands.refused(id));
    on('facets', () => this._panel.updateCounts());
    on('said change:notice change:lost change:clicks', () => this._tell());
    this._off.push(onSettings(() => this._sight.takeUsual() && this._showFocus()));
    const { el: port } = this._sight;
    port.addEventListener('scroll', () => this._hover.hide(), { passive: true });
    port.addEventListener('click', event => this._onClick(event));
    port.addEventListener('dblclick', event => tileOf(event) && this._open());
    port.addEventListener('pointermove', event => this._hover.over(event));
    port.addEventListener('pointerleave', () => this._hover.hide());
    port.addEventListener('focus', () => this._sight.markFocus());
    port.addEventListener('blur', () => this._sight.markFocus());
    this.el.addEventListener('keydown', event => this._onKey(event));
  }

  // What came from the kernel

  private _onView(): void {
    if (!this._viewed) {
      this._viewed = true;
      const { focus, tile, top } = this.model.grid.look;
      this._cursor.begin(focus);
      this._sight.begin(tile, top);
    }
    this._cursor.settle();
    this._sight.relayout();
    this._tell();
    this._full.update();
  }

  private _onSelection(): void {
    this._sight.refresh();
    this._tell();
    this._full.update();
  }

  private _onTiles(ids: number[]): void {
    this._sight.refresh(ids.length ? ids : undefined); // none: all are out of date
    this._full.update();
  }

  private _onDrawn(): void {
    if (this._viewed) {
      this._lookout.soon();
    }
  }

  private _tell(): void {
    const { grid, order, selection, said, lost, clicks } = this.model;
    const among = order.ids.length;
    const all = count(grid.total, grid.unit);
    const shown = among === grid.total ? all : `${among.toLocaleString('en')} of ${all}`;
    const hidden = selection.count - this.model.targets;
    const away = hidden ? `, ${hidden.toLocaleString('en')} of them not in this view` : '';
    const picked = selection.count ? ` · ${selection.count.toLocaleString('en')} selected${away}` : '';
    setText(this._counts, `${shown}${picked}`);
    const notice = this.model.get('notice') as string;
    const waits = clicks === false ? 'The kernel is busy: what you do waits for the end of the cell.' : '';
    setText(this._alert, lost ? `The kernel does not answer any more: ${RUN_AGAIN}.` : notice || waits);
    setText(this._said, said);
    const none = grid.total === 0 ? `There are no ${grid.unit}s.` : `No ${grid.unit} passes the filters.`;
    setText(this._empty, among === 0 && this._viewed ? none : '');
    this._empty.hidden = !this._empty.textContent;
    this._bar.update(this.focused !== null);
    this._panel.update();
  }

  // Moving

  private _move(move: Move, event: KeyboardEvent): void {
    if (this.model.order.ids.length === 0) {
      return;
    }
    const from = this._cursor.place;
    const to = from < 0 ? 0 : this._sight.moved(from, move);
    if (event.shiftKey && from >= 0) {
      this._cursor.extend(from, to);
    } else {
      this._cursor.endRange();
    }
    this._go(to);
  }

  private _go(place: number): void {
    this._cursor.to(place);
    this._sight.reveal(place);
    this._tell();
  }

  private _step(by: number): number | null {
    const { ids } = this.model.order;
    if (ids.length) {
      this._cursor.endRange();
      this._go(Math.max(0, Math.min(this._cursor.place + by, ids.length - 1)));
    }
    return this.focused;
  }

  private _next(): void {
    const next = this._step(1);
    if (this._full.open && next !== null) {
      this._full.show(next);
    }
  }

  private _back(id: number): void {
    this.scrollTo(id);
    if (this._full.open) {
      this._full.show(id);
    }
  }

  private _zoom(steps: number): void {
    this._sight.zoom(steps);
    this._showFocus();
  }

  private _showFocus(): void {
    if (this.focused !== null) {
      this.scrollTo(this.focused);
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
    const place = this.model.order.placeOf(id);
    this._cursor.click(id, event.shiftKey, corner || event.ctrlKey || event.metaKey);
    this.focus();
    this._go(place);
  }

  private _open(): void {
    if (this.focused !== null && !this._options.onOpen?.(this.focused)) {
      this._full.show(this.focused);
    }
  }

  private _onFullClosed(): void {
    this._options.full?.onClose?.();
    this.focus();
    this._sight.markFocus();
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
    } else if (!this._commands.onKey(event)) {
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    event.stopPropagation();
  }

  // What opens over the tiles

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
    const keys = [...this._keys, ...(this._options.keys ?? []), ...this._commands.keys()];
    this._list.replaceChildren(...keyList('Keys while the tiles have the focus', keys));
    this._list.hidden = open;
    this._bar.help.setAttribute('aria-expanded', String(!open));
  }

  private _toggleOverlay(): void {
    if (this.model.get('overlay_label')) {
      this.model.set('overlay_on', !this.model.get('overlay_on'));
      this.model.save_changes();
      this._sight.redraw();
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
    { keys: [' ', 'x'], label: 'Space x', text: 'select, or no longer', run: () => this._cursor.toggle() },
    { keys: [], label: 'Ctrl+A', text: 'select all that pass the filters', run: () => undefined },
    { keys: [], label: 'Ctrl+Shift+A', text: 'select nothing', run: () => undefined },
    { keys: ['i'], label: 'i', text: 'turn the selection round', run: () => this.model.selectAll('invert') },
    { keys: ['Enter'], label: 'Enter', text: 'full size', run: () => this._open() },
    { keys: ['/'], label: '/', text: 'type to find a class', run: () => this._commands.find() },
    { keys: ['f'], label: 'f', text: 'filters', run: () => this._arrange('filter') },
    { keys: ['o'], label: 'o', text: 'order', run: () => this._arrange('order') },
    { keys: ['+', '='], label: '+ −', text: 'larger, smaller tiles', run: () => this._zoom(1) },
    { keys: ['-'], label: '', text: '', run: () => this._zoom(-1) },
    { keys: ['h'], label: 'h', text: 'what is laid over the pictures', run: () => this._toggleOverlay() },
    { keys: ['?'], label: '?', text: 'show or hide this list (Esc closes it)', run: () => this._toggleHelp() }
  ];

  private _empty = element('div', 'fw-Grid-empty');
  private _counts = element('span', 'fw-Grid-counts');
  private _said = element('span', 'fw-Grid-said');
  private _alert = element('span', 'fw-Grid-alert');
  private _list = element('div', 'fw-Keys fw-Grid-keys');
  private _cursor: Cursor;
  private _sight: Sight;
  private _commands: Commands;
  private _bar: Bar;
  private _panel: ArrangePanel;
  private _finder: Finder;
  private _hover: HoverCard;
  private _lookout: Lookout;
  private _full: FullView;
  private _viewed = false; // has the order of the tiles come?
  private _off: (() => void)[] = [];
  private _unbind: () => void;
}
