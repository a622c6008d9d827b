import { element, setText } from '../kit/dom';
import type { BuilderModel } from './model';
import { STEPS, stepLine, type Step } from './state';

/** The steps side by side, each with its result in a line: a list of tabs. */
export class Strip {
  readonly el = element('div', 'fw-Builder-strip');

  constructor(
    private _model: BuilderModel,
    panel: string
  ) {
    this.el.setAttribute('role', 'tablist');
    this.el.setAttribute('aria-label', 'Steps');
    for (const [step, name] of STEPS) {
      const tab = element('button', 'fw-Builder-tab', element('strong', '', name), element('span'));
      tab.type = 'button';
      tab.dataset.step = step;
      tab.setAttribute('role', 'tab');
      tab.setAttribute('aria-controls', panel);
      tab.addEventListener('click', () => _model.go(step));
      this.el.append(tab);
    }
    this.el.addEventListener('keydown', event => this._move(event));
  }

  update(): void {
    const { state, health, results, lost } = this._model;
    for (const tab of this._tabs) {
      const step = tab.dataset.step as Step;
      const here = step === state.step;
      const line = stepLine(step, state, health, step === 'health' ? undefined : results.get(step));
      setText(tab.lastElementChild!, line);
      tab.title = line;
      tab.setAttribute('aria-selected', String(here));
      tab.tabIndex = here ? 0 : -1;
      tab.disabled = lost || !state.open;
    }
  }

  focus(): void {
    this._tabs.find(tab => tab.tabIndex === 0)?.focus();
  }

  private get _tabs(): HTMLButtonElement[] {
    return [...this.el.children] as HTMLButtonElement[];
  }

  /** One stop for Tab; the arrows go from step to step. */
  private _move(event: KeyboardEvent): void {
    const tabs = this._tabs;
    const at = tabs.indexOf(document.activeElement as HTMLButtonElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (at >= 0 && to !== undefined && tabs[to]) {
      event.preventDefault();
      tabs[to].focus();
      this._model.go(tabs[to].dataset.step as Step);
    }
  }
}
