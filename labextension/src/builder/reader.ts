import { button, element } from '../kit/dom';

/** A box for the code of an existing cell, which fills the form. */
export class CellReader {
  readonly el = element('div', 'fw-Sheet');

  constructor(
    read: (code: string) => void,
    private _closed: () => void
  ) {
    const title = 'The code of a cell that makes loaders: the form is filled from it';
    this.el.hidden = true;
    this.el.setAttribute('role', 'region');
    this.el.setAttribute('aria-label', 'Fill the form from a cell');
    this._text.setAttribute('aria-label', title);
    this._text.rows = 12;
    this._text.spellcheck = false;
    const go = button('Fill the form', 'Take over what the code says', () => {
      this.hide();
      read(this._text.value);
    });
    const foot = element(
      'div',
      'fw-Sheet-row',
      go,
      button('Close', 'Esc', () => this.hide())
    );
    this.el.append(element('strong', '', title), this._text, foot);
  }

  show(): void {
    this.el.hidden = false;
    this._text.focus();
  }

  hide(): void {
    if (!this.el.hidden) {
      this.el.hidden = true;
      this._closed();
    }
  }

  private _text = element('textarea', 'fw-Builder-code');
}
