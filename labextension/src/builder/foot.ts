import { button, element, setText } from '../kit/dom';
import type { BuilderModel } from './model';
import { fill, sent } from './typing';

export interface IFootOptions {
  build: () => void;
  read: () => void;
  help: () => void;
}

/** Undo, the name of the loaders, what went wrong, and Build. */
export class Foot {
  readonly el = element('div', 'fw-Builder-foot');

  constructor(
    private _model: BuilderModel,
    options: IFootOptions
  ) {
    this._undo = button('Undo', 'Take the latest change back (Ctrl+Z)', () => _model.turn('undo'));
    this._redo = button('Redo', 'Make it again (Ctrl+Y)', () => _model.turn('redo'));
    this._read = button('From a cell…', 'Fill the form from the code of an existing cell', options.read);
    this._build = button('Build…', 'See the cell that makes the loaders, and run it below (b)', options.build);
    this._build.classList.add('fw-mod-main');
    this._help = button('?', 'The keys of the builder', options.help);
    this._name.setAttribute('aria-label', 'Name of the loaders');
    this._name.spellcheck = false;
    this._name.addEventListener('change', () => {
      sent(this._name);
      _model.change({ step: '', name: 'name' }, this._name.value.trim());
    });
    this._told.setAttribute('role', 'status');
    const name = element('label', 'fw-Builder-name', element('span', '', 'Name'), this._name);
    this.el.append(this._undo, this._redo, this._told, this._help, this._read, name, this._build);
  }

  update(): void {
    const { state, lost } = this._model;
    const notice = (this._model.get('notice') as string) || state.trouble;
    const unread = state.unread.length ? `The form cannot show: ${state.unread.join(' · ')}` : '';
    setText(this._told, lost ? LOST : notice || unread || (state.open ? state.why_not : ''));
    this._told.title = this._told.textContent ?? '';
    this._told.classList.toggle('fw-mod-error', lost || notice !== '');
    this._undo.disabled = lost || !state.can_undo;
    this._redo.disabled = lost || !state.can_redo;
    this._read.disabled = lost;
    this._build.disabled = lost || state.why_not !== '';
    this._build.title = state.why_not || 'See the cell that makes the loaders, and run it below (b)';
    this._name.disabled = lost || !state.open;
    fill(this._name, state.name);
  }

  showHelp(open: boolean): void {
    this._help.setAttribute('aria-expanded', String(open));
  }

  get canBuild(): boolean {
    return !this._build.disabled;
  }

  focus(): void {
    this._build.focus();
  }

  private _told = element('span', 'fw-Builder-told');
  private _name = element('input', 'fw-Builder-box');
  private _undo: HTMLButtonElement;
  private _redo: HTMLButtonElement;
  private _read: HTMLButtonElement;
  private _build: HTMLButtonElement;
  private _help: HTMLButtonElement;
}

const LOST = 'The kernel has stopped. Run this cell again to go on: your choices are kept.';
