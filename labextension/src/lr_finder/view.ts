import { DOMWidgetView, JupyterLuminoPanelWidget, type DOMWidgetModel } from '@jupyter-widgets/base';
import type { LRFinderStart, LRFinderStop } from '../contract/lr_finder';
import { Announcer } from '../kit/announce';
import { element } from '../kit/dom';
import { bindKeys, type IKey } from '../kit/keys';
import { post } from '../kit/model';
import { Controls } from './controls';
import { Markers } from './markers';
import type { LRFinderModel } from './model';
import { keyList, valueTable } from './render';

/** The finder: bqplot draws the curve, and what can be touched is laid over and around it. */
export class LRFinderView extends DOMWidgetView {
  declare model: LRFinderModel;
  declare luminoWidget: JupyterLuminoPanelWidget;

  /** A panel, so that bqplot's figure inside hears of being attached, shown and resized. */
  _createElement(_tagName: string): HTMLElement {
    this.luminoWidget = new JupyterLuminoPanelWidget({ view: this });
    return this.luminoWidget.node;
  }

  _setElement(_el: HTMLElement): void {
    this.el = this.luminoWidget.node;
  }

  render(): void {
    super.render();
    const { el, model } = this;
    el.classList.add('fw-LRFinder', 'fw-Live');
    el.tabIndex = 0;
    el.setAttribute('role', 'group');
    el.setAttribute('aria-label', 'Learning-rate finder. Press ? for its keys.');
    this._controls = new Controls(model, {
      run: () => this._run(),
      table: () => this._toggleTable(),
      help: () => this._toggleHelp()
    });
    this._markers = new Markers(model);
    this._table.tabIndex = 0; // so that the keyboard can scroll it
    this._table.setAttribute('role', 'region');
    this._table.setAttribute('aria-label', 'Table of values');
    this._table.hidden = this._help.hidden = true;
    this._help.append(keyList(KEYS, 'Keys on a marker'), keyList(this._keysNamed(), 'Keys anywhere in the finder'));
    el.append(this._controls.head, this._markers.el, this._table, this._help, this._controls.foot, this._announcer.el);
    this._unbind = bindKeys(el, this._keys);
    el.addEventListener('keydown', event => this._escape(event));
    this.listenTo(model, 'curve change', () => this._markers.update());
    this.listenTo(model, 'curve', () => this._renewTable());
    this.listenTo(model, 'change change:clicks change:lost', () => this._update());
    this._markers.update();
    this._update();
    void this._addFigure();
  }

  remove(): this {
    this._unbind?.();
    this._announcer.dispose();
    super.remove();
    return this;
  }

  private _update(): void {
    this.el.dataset.status = this.model.state('status');
    this._controls.update();
    this._announcer.say(this._controls.text);
    if (this.model.hasChanged('status')) {
      this._renewTable();
    }
  }

  /** While it is open; what is read stays in place. */
  private _renewTable(): void {
    if (!this._table.hidden) {
      const { scrollTop } = this._table;
      this._table.replaceChildren(valueTable(this.model));
      this._table.scrollTop = scrollTop;
    }
  }

  /** A finder that another one's search made cannot start: its list must not say so. */
  private _keysNamed(): IKey[] {
    const stops = (key: IKey): IKey => (key.label === 's' ? { ...key, text: 'stop the search' } : key);
    return this.model.state('can_start') ? this._keys : this._keys.map(stops);
  }

  private _run(): void {
    if (this._controls.canRun) {
      post<LRFinderStart | LRFinderStop>(this.model, { kind: this.model.running ? 'stop' : 'start' });
    }
  }

  /** The table lies over the plot, in the same place, so that nothing on the page moves. */
  private _toggleTable(): void {
    const open = this._table.hidden;
    if (open && !this._help.hidden) {
      this._toggleHelp();
    }
    this._table.hidden = !open;
    this._markers.el.hidden = open;
    this._table.replaceChildren(...(open ? [valueTable(this.model)] : []));
    this._controls.showOpen(open, !this._help.hidden);
    if (open) {
      this._table.focus();
    } else if (!this.el.contains(document.activeElement)) {
      this.el.focus(); // what had the focus has just been hidden
    }
  }

  /** Escape closes what is open, and only then is not the notebook's. */
  private _escape(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || (this._help.hidden && this._table.hidden)) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    if (this._help.hidden) {
      this._toggleTable();
    } else {
      this._toggleHelp();
    }
  }

  private _toggleHelp(): void {
    if (this._help.hidden && !this._table.hidden) {
      this._toggleTable();
    }
    this._help.hidden = !this._help.hidden;
    this._controls.showOpen(!this._table.hidden, !this._help.hidden);
  }

  private async _addFigure(): Promise<void> {
    const figure = this.model.get('figure') as DOMWidgetModel | null;
    if (!figure) {
      return;
    }
    const view = await this.create_child_view(figure);
    view.el.setAttribute('aria-hidden', 'true'); // the sliders and the table say it in words
    this.luminoWidget.addWidget(view.luminoWidget);
    const { top, right, bottom, left } = this.model.state('margin');
    this._markers.el.style.height = `calc(var(--fw-plot) - ${top + bottom}px)`;
    this._markers.el.style.margin = `${top}px ${right}px ${bottom}px ${left}px`;
  }

  private _keys: IKey[] = [
    { keys: ['s'], label: 's', text: 'start the search, or stop it', run: () => this._run() },
    { keys: ['c'], label: 'c', text: 'copy the line of code', run: () => this._controls.copy() },
    { keys: ['t'], label: 't', text: 'table of values or chart', run: () => this._toggleTable() },
    { keys: ['?'], label: '?', text: 'show or hide this list (Esc closes it)', run: () => this._toggleHelp() }
  ];

  private _table = element('div', 'fw-LRFinder-table');
  private _help = element('div', 'fw-Keys');
  private _announcer = new Announcer();
  private _markers!: Markers;
  private _controls!: Controls;
  private _unbind?: () => void;
}

const KEYS = [
  { label: '← →', text: 'a little smaller or larger' },
  { label: 'Page Up, Page Down', text: 'three times larger or smaller' },
  { label: 'Home, End', text: 'to the lowest or highest rate that was tried' },
  { label: 'Tab', text: 'to the next marker' }
];
