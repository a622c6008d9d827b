import type { DicomHeader } from '../contract/dicom';
import { button, element, setText } from '../kit/dom';

type Row = DicomHeader['rows'][number];

/** Rows whose tag, keyword, name or value has all of the words in it. */
export function found(rows: Row[], words: string): Row[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter(row => {
    const text = row.slice(0, 5).join(' ').toLowerCase();
    return wanted.every(word => text.includes(word));
  });
}

/** Rows as text for the clipboard. What identifies somebody is never copied, also where it is shown. */
export function asText(rows: Row[]): string {
  return rows
    .map(([tag, keyword, name, vr, value, identifies]) =>
      [tag, keyword, name, vr, identifies ? '(hidden)' : value].join('\t')
    )
    .join('\n');
}

/** The header of a slice as a table over the picture; patient data are hidden until somebody says twice to show them. */
export class HeaderPanel {
  readonly el = element('div', 'fw-Dicom-header');

  constructor(
    private _ask: (patient: boolean) => void,
    close: () => void
  ) {
    this.el.hidden = true;
    this.el.setAttribute('role', 'dialog');
    this.el.setAttribute('aria-label', 'Header');
    this._search.placeholder = 'search';
    this._search.setAttribute('aria-label', 'Search the header');
    this._search.addEventListener('input', () => this._draw());
    this.el.addEventListener('keydown', event => {
      if (event.key === 'Escape') {
        event.stopPropagation();
        close();
      }
    });
    this._show = button('Show patient data', 'Asks first', () => this._onShow());
    const copy = button('Copy', 'Copy the rows, without patient data', () => void this._copy());
    const yes = button('Show them', 'They are on the screen alone', () => this._confirm(true));
    const no = button('Cancel', 'They stay hidden', () => this._confirm(false));
    this._question.append(
      'Names, dates and numbers of the patient will be on your screen. Nothing is saved. ',
      yes,
      no
    );
    this._question.setAttribute('role', 'alert');
    this._question.hidden = true;
    const close_ = button('Close', 'Close (Esc)', close);
    const bar = element('div', 'fw-Dicom-row', this._search, this._count, copy, this._show, close_);
    const head = element('thead', '', this._cells('th', ['Tag', 'Name', 'Kind', 'Value']));
    const scroll = element('div', 'fw-Dicom-scroll', element('table', 'fw-Table', head, this._body));
    this.el.append(bar, this._question, scroll);
  }

  open(): void {
    this.el.hidden = false;
    this._search.focus();
  }

  close(): void {
    this.el.hidden = true;
    this._question.hidden = true;
    this.update(null);
  }

  update(header: DicomHeader | null): void {
    this._header = header;
    setText(this._show.querySelector('span')!, header?.patient ? 'Hide patient data' : 'Show patient data');
    this._draw();
  }

  private _onShow(): void {
    if (this._header?.patient) {
      this._ask(false);
    } else {
      this._question.hidden = false;
      this._question.querySelector('button')?.focus();
    }
  }

  private _confirm(yes: boolean): void {
    this._question.hidden = true;
    this._show.focus();
    if (yes) {
      this._ask(true);
    }
  }

  private async _copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(asText(this._rows));
      setText(this._count, `${this._rows.length} rows copied`);
    } catch {
      setText(this._count, 'The browser did not allow copying');
    }
  }

  private _draw(): void {
    const all = this._header?.rows ?? [];
    this._rows = found(all, this._search.value);
    setText(this._count, this._header?.reason || `${this._rows.length} of ${all.length}`);
    this._body.replaceChildren(
      ...this._rows.map(([tag, keyword, name, vr, value, identifies]) => {
        const row = this._cells('td', [tag, name, vr, value]);
        row.title = keyword;
        row.classList.toggle('fw-mod-identifies', identifies);
        return row;
      })
    );
  }

  private _cells(tag: 'td' | 'th', texts: string[]): HTMLTableRowElement {
    return element('tr', '', ...texts.map(text => element(tag, '', text)));
  }

  private _search = element('input', 'fw-Grid-input');
  private _count = element('span', 'fw-Dicom-count');
  private _question = element('div', 'fw-Dicom-question');
  private _body = element('tbody');
  private _show: HTMLButtonElement;
  private _header: DicomHeader | null = null;
  private _rows: Row[] = [];
}
