import { stepWords } from '../cleaner/state';
import { button, element, setText } from '../kit/dom';
import type { BuilderModel } from './model';

let boxes = 0;

/** The box for the path of the folder, which completes it, and how far the search in it is. */
export class FolderBar {
  readonly el = element('form', 'fw-Builder-folder');

  constructor(private _model: BuilderModel) {
    this._list.id = `fw-builder-folders-${++boxes}`;
    this._box.setAttribute('list', this._list.id);
    this._box.setAttribute('aria-label', 'Folder of the data set');
    this._box.placeholder = 'Folder of the data set, such as data/photos';
    this._box.spellcheck = false;
    this._box.autocomplete = 'off';
    this._box.addEventListener('input', () => _model.complete(this._box.value));
    this._open = button('Open', 'Look at this folder', () => undefined);
    this._open.type = 'submit';
    this._stop = button('Cancel', 'End the search for files', () => _model.cancel());
    this._told.setAttribute('role', 'status');
    this.el.append(this._box, this._list, this._open, this._stop, this._told);
    this.el.addEventListener('submit', event => {
      event.preventDefault();
      if (this._box.value.trim()) {
        _model.open(this._box.value);
      }
    });
  }

  focus(): void {
    this._box.focus();
  }

  update(): void {
    const { state, lost } = this._model;
    if (state.path !== this._path) {
      this._path = this._box.value = state.path;
    }
    const words = stepWords(state.scanning);
    const found = state.scanning.done ? `${state.scanning.done.toLocaleString('en')} files so far` : words;
    setText(this._told, words ? found : '');
    this._stop.hidden = words === '';
    this._box.disabled = this._open.disabled = this._stop.disabled = lost;
  }

  complete(): void {
    this._list.replaceChildren(...this._model.completions.map(folder => new Option('', folder)));
  }

  private _box = element('input', 'fw-Builder-box');
  private _list = element('datalist');
  private _told = element('span', 'fw-Builder-told');
  private _open: HTMLButtonElement;
  private _stop: HTMLButtonElement;
  private _path = '';
}
