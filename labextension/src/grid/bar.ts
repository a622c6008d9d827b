import type { GridAction } from '../contract/grid';
import { button, element, setText } from '../kit/dom';
import type { GridModel } from './model';
import { filterWords, sortWords } from './state';

export interface IBarOptions {
  act(action: GridAction): void;
  arrange(part: 'filter' | 'order'): void;
  zoom(steps: number): void;
  overlay(): void;
  help(): void;
}

/** The buttons above the tiles: what can be done, what is shown, how large. */
export class Bar {
  readonly el = element('div', 'fw-Grid-bar');
  readonly help: HTMLButtonElement;

  constructor(
    private _model: GridModel,
    private _options: IBarOptions
  ) {
    this._actions.setAttribute('role', 'toolbar');
    this._actions.setAttribute('aria-label', 'What to do with the selected ones');
    this._filter = button('Filter', 'Filters (f)', () => _options.arrange('filter'));
    this._order = button('Order', 'Order (o)', () => _options.arrange('order'));
    this._overlay = button('', 'Lay it over the pictures (h)', () => _options.overlay());
    this.help = button('?', 'Keys (?)', () => _options.help());
    const smaller = button('−', 'Smaller tiles (−)', () => _options.zoom(-1));
    const larger = button('+', 'Larger tiles (+)', () => _options.zoom(1));
    this.el.append(
      this._actions,
      element('span', 'fw-Grid-group fw-Grid-arranged', this._filter, this._order),
      element('span', 'fw-Grid-group', this._overlay, smaller, larger, this.help)
    );
  }

  update(focused: boolean): void {
    const { grid } = this._model;
    const targets = this._model.targets;
    if (this._made !== grid.actions) {
      this._made = grid.actions;
      this._make(grid.actions.filter(action => action.shown));
    }
    for (const [el, action] of this._buttons) {
      el.disabled = !isPossible(action, targets, focused, grid.total) || this._model.lost;
      const many = targets > 1 && (action.acts_on === 'selection' || action.acts_on === 'either');
      setText(el.querySelector('span')!, many ? `${action.label} (${targets.toLocaleString('en')})` : action.label);
    }
    const filters = grid.filters.map(one => filterWords(grid, one)).join(' · ');
    label(this._filter, filters ? `Filter: ${filters}` : 'Filter', 'Filters (f)');
    label(this._order, grid.sorts.length ? `Order: ${sortWords(grid)}` : 'Order', 'Order (o)');
    const name = this._model.get('overlay_label') as string;
    this._overlay.hidden = name === '';
    label(this._overlay, name, `${name} (h)`);
    this._overlay.setAttribute('aria-pressed', String(this._model.get('overlay_on')));
  }

  private _make(actions: GridAction[]): void {
    const had = this._actions.contains(document.activeElement);
    const at = [...this._actions.children].indexOf(document.activeElement as Element);
    this._buttons = actions.map(action => {
      const hint = [action.hint || action.label, action.key ? `(${action.key})` : ''].filter(Boolean).join(' ');
      return [button(action.label, hint, () => this._options.act(action)), action];
    });
    this._actions.replaceChildren(...this._buttons.map(([el]) => el));
    this._actions.hidden = actions.length === 0;
    if (had) {
      this._buttons[Math.max(0, Math.min(at, this._buttons.length - 1))]?.[0].focus();
    }
  }

  private _actions = element('span', 'fw-Grid-group fw-Grid-actions');
  private _filter: HTMLButtonElement;
  private _order: HTMLButtonElement;
  private _overlay: HTMLButtonElement;
  private _buttons: [HTMLButtonElement, GridAction][] = [];
  private _made: GridAction[] | null = null;
}

/** Is there something for the action to act on? */
export function isPossible(action: GridAction, targets: number, focused: boolean, total: number): boolean {
  const there = { selection: targets > 0, either: targets > 0 || focused, view: total > 0, none: true };
  return action.enabled && there[action.acts_on];
}

function label(el: HTMLButtonElement, text: string, title: string): void {
  setText(el.querySelector('span')!, text);
  el.title = text && !title.startsWith(text) ? `${text}\n${title}` : title;
}
