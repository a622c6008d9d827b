import type { LabelerDone } from '../contract/labeler';
import type { IPaneOptions } from '../grid/pane';
import { GridView } from '../grid/view';
import { element } from '../kit/dom';
import { bindKeys, isOff } from '../kit/keys';
import { LabelerBar } from './bar';
import { FocusPane } from './focus';
import type { LabelerModel } from './model';

/** The view of a labeler: one picture at a time, or the grid; above both, how far it is. */
export class LabelerView extends GridView {
  declare model: LabelerModel;
  declare private _bar: LabelerBar; // made by `build`, which Backbone calls before the fields are made
  declare private _focus: FocusPane;
  declare private _root: HTMLElement;
  declare private _started: boolean;
  declare private _unbind: () => void;

  remove(): this {
    this._unbind();
    this._focus.dispose();
    return super.remove();
  }

  protected paneOptions(): IPaneOptions {
    return {
      keys: [
        { keys: [], label: 'g', text: 'one picture at a time', run: () => undefined },
        { keys: [], label: 'Ctrl+Z Ctrl+Shift+Z', text: 'undo, redo', run: () => undefined }
      ]
    };
  }

  protected build(): void {
    const { model } = this;
    this._started = false;
    this._bar = new LabelerBar(model, { mode: mode => this._setMode(mode), turn: how => this._turn(how) });
    this._focus = new FocusPane(model, {
      went: id => this.pane.scrollTo(id),
      grid: () => this._setMode('grid')
    });
    this._root = element('div', 'fw-Labeler', this._bar.el, this._focus.el, this.pane.el);
    this.el.append(this._root);
    this._unbind = bindKeys(this._root, []); // no key reaches the notebook
    this._root.addEventListener('keydown', event => this._onKey(event), true); // before the grid, which takes all keys
    this.listenTo(model, 'labeler states items change:lost change:notice pending said', () => this._update());
    this.listenTo(model, 'grid', () => this._update());
    this.listenTo(model, 'view', () => this._onView());
    this.listenTo(model, 'tiles', () => this._focus.update());
    this.listenTo(model, 'change:mode', () => this._showMode());
    this.listenTo(model, 'done', (done: LabelerDone, asked?: { kind: string }) => this._onDone(done, asked));
    this._showMode();
    this._update();
    if (model.order.ids.length) {
      this._onView();
    }
  }

  private _update(): void {
    this._focus.el.style.height = this.pane.el.style.height;
    this._bar.update();
    if (this._started) {
      this._focus.update();
    }
  }

  /** The order has changed: the picture in sight stays, unless it was never looked at. */
  private _onView(): void {
    if (this.model.states.length !== this.model.grid.total) {
      this.listenToOnce(this.model, 'states', () => this._onView());
      return;
    }
    if (!this._started || this.model.order.placeOf(this._focus.id) < 0) {
      const wanted = this._started ? null : this.model.grid.look.focus;
      this._started = true;
      this._focus.start(wanted);
    }
    this._focus.update();
    this._bar.update();
  }

  private _onDone(done: LabelerDone, asked?: { kind: string }): void {
    if (!asked) {
      return; // another page's, or it has come before
    }
    this.model.said = done.ok ? done.words : '';
    if (!done.ok) {
      this.model.set('notice', done.reason);
    } else if (this.model.get('notice')) {
      this.model.set('notice', '');
    }
    const turned = asked.kind === 'turn';
    if (this.model.get('mode') === 'one') {
      this._focus.answered(done, turned);
    } else if (turned && done.ids.length) {
      this.pane.scrollTo(done.ids[0]);
    }
    this._bar.update();
  }

  private _setMode(mode: 'one' | 'grid'): void {
    if (mode !== this.model.get('mode')) {
      this._focus.flush();
      this.model.set('mode', mode);
      this.model.save_changes();
    }
    (mode === 'one' ? this._focus : this.pane).focus();
  }

  private _showMode(): void {
    const one = this.model.get('mode') === 'one';
    this._focus.el.hidden = !one;
    this.pane.el.hidden = one;
    if (one && this._started && this.pane.focused !== null) {
      this._focus.show(this.pane.focused);
    } else if (!one) {
      this.pane.update();
      if (this._focus.id !== null) {
        this.pane.scrollTo(this._focus.id);
      }
    }
    this._bar.update();
  }

  private _turn(how: 'undo' | 'redo'): void {
    this._focus.flush();
    this.model.turn(how);
  }

  /** Undo, redo and the way back while the grid has the focus. */
  private _onKey(event: KeyboardEvent): void {
    const target = event.target as Element;
    if (target.closest('input, textarea, select, dialog') || this._focus.el.contains(target) || event.altKey) {
      return;
    }
    const key = event.key.toLowerCase();
    if (event.ctrlKey || event.metaKey) {
      if (key !== 'z' && key !== 'y') {
        return;
      }
      this._turn(key === 'y' || event.shiftKey ? 'redo' : 'undo');
    } else if (key === 'g' && !isOff(event)) {
      this._setMode('one');
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }
}
