import { DOMWidgetView, JupyterLuminoPanelWidget, type DOMWidgetModel } from '@jupyter-widgets/base';
import type { LRFinderStart, LRFinderStop } from '../contract/lr_finder';
import { post } from '../kit/model';
import { Controls } from './controls';
import { Markers } from './markers';
import type { LRFinderModel } from './model';
import { valueTable } from './render';

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
    const { model } = this;
    this.el.classList.add('fw-lr');
    this.el.setAttribute('role', 'group');
    this.el.setAttribute('aria-label', 'Learning-rate finder');
    this.el.dataset.lmSuppressShortcuts = 'true'; // keys pressed here never reach the notebook
    this._markers = new Markers(model);
    this._controls = new Controls(model, {
      run: () => this._run(),
      table: open => this._showTable(open)
    });
    this._table.className = 'fw-lr-table';
    this._table.tabIndex = 0; // so that the keyboard can scroll it
    this._table.setAttribute('role', 'region');
    this._table.setAttribute('aria-label', 'Table of values');
    this._table.hidden = true;
    this.el.append(this._controls.head, this._markers.el, this._table, this._controls.foot);
    this.listenTo(model, 'curve', () => this._markers.place());
    this.listenTo(model, 'change:lr_range change:loss_range', () => this._markers.place());
    this.listenTo(model, 'change:markers', () => this._markers.rebuild());
    this.listenTo(model, 'change:chosen', () => this._markers.place());
    this.listenTo(model, 'change', () => this._controls.update());
    this.listenTo(model, 'change:status', () => this._showTable(!this._table.hidden));
    this._markers.rebuild();
    this._controls.update();
    void this._addFigure();
  }

  private _run(): void {
    const running = this.model.state('status') === 'running';
    post<LRFinderStart | LRFinderStop>(this.model, { kind: running ? 'stop' : 'start' });
  }

  /** The table lies over the plot, in the same place, so that nothing on the page moves. */
  private _showTable(open: boolean): void {
    this._table.hidden = !open;
    this._markers.el.hidden = open;
    this._table.replaceChildren(...(open ? [valueTable(this.model)] : []));
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
    this._markers.el.style.margin = `${top}px ${right}px ${bottom}px ${left}px`;
  }

  private _markers!: Markers;
  private _controls!: Controls;
  private _table = document.createElement('div');
}
