import { button, element, setText } from './dom';

/** A sheet above the tiles with lines to be read: a plan to agree to, or code to be copied. Escape closes it. */
export class Sheet {
  readonly el = element('div', 'fw-Sheet');

  constructor(private _closed: () => void) {
    this.el.hidden = true;
    this.el.setAttribute('role', 'region');
    this._text.tabIndex = 0;
    this._copy = button('Copy', 'Copy the code', () => void this._toClipboard());
    this._go = button('', '', () => this._agree());
    this._warning.setAttribute('role', 'alert');
    const foot = element(
      'div',
      'fw-Sheet-row',
      this._go,
      this._copy,
      button('Close', 'Esc', () => this.hide())
    );
    this.el.append(this._title, this._warning, this._text, foot);
  }

  /** `agree`: what the button does, and its words; without it the text is code, to be copied. */
  show(title: string, lines: string, warning = '', agree?: { words: string; run: () => void }): void {
    setText(this._title, title);
    setText(this._text, lines);
    setText(this._warning, warning);
    this._text.hidden = lines === '';
    this._warning.hidden = warning === '';
    this._copy.hidden = agree !== undefined || lines === '';
    this._go.hidden = agree === undefined;
    setText(this._go.querySelector('span')!, agree?.words ?? '');
    this._run = agree?.run;
    this.el.setAttribute('aria-label', title);
    this.el.hidden = false;
    (agree ? this._go : this._text).focus();
  }

  hide(): void {
    if (!this.el.hidden) {
      this.el.hidden = true;
      this._run = undefined;
      this._closed();
    }
  }

  private _agree(): void {
    const run = this._run;
    this.hide();
    run?.();
  }

  /** Copy where the browser allows it; else the text is selected, ready for Ctrl+C. */
  private async _toClipboard(): Promise<void> {
    try {
      await navigator.clipboard.writeText(this._text.textContent ?? '');
      setText(this._copy.querySelector('span')!, 'Copied');
      window.setTimeout(() => setText(this._copy.querySelector('span')!, 'Copy'), 1500);
    } catch {
      window.getSelection()?.selectAllChildren(this._text);
    }
  }

  private _title = element('strong');
  private _warning = element('p', 'fw-Sheet-warning');
  private _text = element('pre');
  private _go: HTMLButtonElement;
  private _copy: HTMLButtonElement;
  private _run?: () => void;
}
