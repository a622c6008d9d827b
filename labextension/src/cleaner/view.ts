import { GridView } from '../grid/view';
import { runBelow } from '../kit/cell';
import { element } from '../kit/dom';
import { bindKeys } from '../kit/keys';
import type { CleanerModel } from './model';
import { IssuePanel } from './panel';
import { Sheet } from '../kit/sheet';
import { planWords } from './state';

const REPLAY = 'The cell that decides the same, about a copy of the data too:';
const TRAIN = 'Run this in a cell to go on training with what was decided:';

/** The issues beside the grid of their images. */
export class CleanerView extends GridView {
  declare model: CleanerModel;
  declare panel: IssuePanel; // these are made by `build`, which Backbone may call before the fields are made
  declare sheet: Sheet;
  declare private _unbind: () => void;

  remove(): this {
    this._unbind();
    return super.remove();
  }

  protected build(): void {
    const { model } = this;
    this.el.classList.add('fw-CleanerView');
    this.panel = new IssuePanel(model, {
      train: () => model.askCode('train'),
      files: () => model.askPlan(),
      code: () => (this.sheet.el.hidden ? model.askCode('replay') : this.sheet.hide())
    });
    this.sheet = new Sheet(() => this.pane.focus());
    const right = element('div', 'fw-Cleaner-right', this.sheet.el, this.pane.el);
    this.el.append(this.panel.el, right);
    const escape = [{ keys: ['Escape'], label: '', text: '', run: () => this.sheet.hide() }];
    const off = [bindKeys(this.panel.el, escape), bindKeys(this.sheet.el, escape)];
    this._unbind = () => off.forEach(one => one());
    this.listenTo(model, 'issues grid change:lost', () => this.panel.update());
    this.listenTo(model, 'plan', () => this._showPlan());
    this.listenTo(model, 'code', () => this._showCode());
    this.panel.update();
  }

  private _showPlan(): void {
    const { plan } = this.model;
    if (plan) {
      const agree = plan.count ? { words: 'Move them', run: () => this.model.apply() } : undefined;
      this.sheet.show(planWords(plan), plan.lines.join('\n'), plan.count ? plan.warning : '', agree);
    }
  }

  private _showCode(): void {
    const { code } = this.model;
    if (!code || (code.purpose === 'train' && runBelow(this.el, code.code))) {
      return;
    }
    this.sheet.show(code.purpose === 'train' ? TRAIN : REPLAY, code.code);
  }
}
