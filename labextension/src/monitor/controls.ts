import type { MonitorPause, MonitorResume, MonitorScaleLr, MonitorStop } from '../contract/monitor';
import { button, element, setText } from '../kit/dom';
import { post } from '../kit/model';
import type { MonitorModel } from './model';
import { factor } from './words';

const PAUSE = 'M4 3h3v10H4zM9 3h3v10H9z';
const RESUME = 'M4 2.5v11l9-5.5z';
const STOP = 'M3.5 3.5h9v9h-9z';
export const STEP = 2; // the factor of a press on ÷ or ×

/** The buttons that steer a fit: each sends one message, and says what it waits for until the fit has answered. */
export class Controls {
  readonly el = element('div', 'fw-Monitor-controls');

  constructor(private _model: MonitorModel) {
    this.el.setAttribute('role', 'toolbar');
    this.el.setAttribute('aria-label', 'Steer the training');
    this._kept.append(this._keep);
    this._keep.append(new Option('last weights', 'last'), new Option('best weights', 'best'));
    this._keep.title =
      'What Stop keeps: the weights as they are, or those of the epoch with the lowest validation loss';
    this.el.append(
      element('span', 'fw-Monitor-group', this._pause, this._resume),
      element('span', 'fw-Monitor-group', this._stop, this._kept),
      element('span', 'fw-Monitor-group', element('span', '', 'Learning rate'), this._less, this._more, this._scale)
    );
  }

  /** Pause, or resume what is paused. */
  toggle(): void {
    if (!this._model.steers || this._model.pending === 'stop') {
      return;
    }
    if (this._model.run.progress.status === 'paused') {
      this._ask('resume');
      post<MonitorResume>(this._model, { kind: 'resume' });
    } else {
      this._ask('pause');
      post<MonitorPause>(this._model, { kind: 'pause' });
    }
  }

  stop(): void {
    if (this._model.steers) {
      this._ask('stop');
      post<MonitorStop>(this._model, { kind: 'stop', keep: this._keep.value === 'best' ? 'best' : 'last' });
    }
  }

  /** Multiply all that is left of the planned learning rate. */
  scale(by: number): void {
    if (this._model.steers) {
      post<MonitorScaleLr>(this._model, { kind: 'scale_lr', factor: by });
    }
  }

  update(): void {
    const { run, pending, steers } = this._model;
    const paused = run.progress.status === 'paused';
    const moved = document.activeElement === (paused ? this._pause : this._resume);
    this._pause.hidden = paused;
    this._resume.hidden = !paused;
    if (moved) {
      (paused ? this._resume : this._pause).focus(); // the button that had the focus has just gone
    }
    for (const el of [this._pause, this._resume, this._stop, this._less, this._more, this._keep]) {
      el.disabled = !steers || pending === 'stop';
    }
    label(this._pause, pending === 'pause' ? 'Pausing…' : 'Pause');
    label(this._resume, pending === 'resume' ? 'Resuming…' : 'Resume');
    label(this._stop, pending === 'stop' ? 'Stopping…' : 'Stop');
    const { lr_scale } = run.progress;
    const scaled = lr_scale === 1 ? 'as planned' : `plan ${factor(lr_scale)}`;
    setText(this._scale, run.live || lr_scale !== 1 ? scaled : '');
    this._scale.title = this._scale.textContent ? `The learning rate is ${this._scale.textContent}` : '';
    this._kept.classList.toggle('fw-mod-over', run.over); // nothing is kept any more by what it says
  }

  private _ask(what: 'pause' | 'resume' | 'stop'): void {
    this._model.pending = what;
    this._model.trigger('run');
  }

  private _keep = element('select', 'fw-Select');
  private _kept = element('label', 'fw-Monitor-keep', 'keep ');
  private _scale = element('output', 'fw-Monitor-scale');
  private _pause = button('Pause', 'Hold after this batch (Space)', () => this.toggle(), PAUSE);
  private _resume = button('Resume', 'Go on (Space)', () => this.toggle(), RESUME);
  private _stop = button(
    'Stop',
    'End the training after this batch; what was learnt is kept (s)',
    () => this.stop(),
    STOP
  );
  private _less = button('÷ 2', 'Halve all that is left of the learning rate (−)', () => this.scale(1 / STEP));
  private _more = button('× 2', 'Double all that is left of the learning rate (+)', () => this.scale(STEP));
}

function label(el: HTMLButtonElement, text: string): void {
  setText(el.querySelector('span')!, text);
}
