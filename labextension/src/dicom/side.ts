import type { DicomGallery, DicomLabel } from '../contract/dicom';
import { button, element, setText } from '../kit/dom';
import type { DicomModel } from './model';

type Level = DicomLabel['level'];
const LEVELS: Level[] = ['slice', 'series', 'study'];

/** Beside the picture: the series, the files that are in none, and labels. */
export class DicomSide {
  readonly el = element('div', 'fw-Dicom-side');

  constructor(
    private _model: DicomModel,
    private _leave: () => void
  ) {
    this._list.setAttribute('aria-label', 'Series');
    this._level.append(...LEVELS.map(level => new Option(level, level)));
    this._level.title = 'What is labelled';
    this._level.setAttribute('aria-label', 'What is labelled');
    this._input.placeholder = 'another label';
    this._input.setAttribute('aria-label', 'Another label; Enter gives it');
    this._input.addEventListener('keydown', event => this._onKey(event));
    this._level.addEventListener('change', () => this.update());
    this._undo = button('Undo', 'Take the latest label back (u)', () => _model.undo());
    this._none = button('No label', 'Take the label off', () => this._give(null));
    const row = element('div', 'fw-Dicom-row', element('label', '', 'Label the ', this._level), this._undo);
    const given = element('div', 'fw-Dicom-row', this._input, this._none);
    this._said.setAttribute('role', 'status');
    const labels = element('div', 'fw-Dicom-labels', row, this._classes, given, this._said);
    this._left.append(this._leftHead, this._leftList);
    this.el.append(this._list, this._left, labels);
  }

  /** Into the field for a label. */
  focusLabel(): void {
    this._input.focus();
  }

  update(): void {
    const { gallery, labels, look } = this._model;
    if (!gallery) {
      return;
    }
    this._listSeries(gallery);
    const known = this.labelOf(this._level.value as Level);
    const key = JSON.stringify([labels?.classes, known]);
    if (key !== this._classesKey) {
      this._classesKey = key;
      this._classes.replaceChildren(
        ...(labels?.classes ?? []).map(name => {
          const el = button(name, `Label the ${this._level.value} “${name}”`, () => this._give(name));
          el.setAttribute('aria-pressed', String(name === known));
          return el;
        })
      );
    }
    this._none.disabled = known === null || this._model.lost;
    this._undo.disabled = !labels?.can_undo || this._model.lost;
    this._input.disabled = this._model.lost;
    const slice = LEVELS.map(level => [level, this.labelOf(level)]).filter(([, label]) => label);
    const told = slice.map(([level, label]) => `${level}: ${label}`).join(' · ');
    setText(this._said, labels?.trouble || told || `No labels on slice ${look.slice + 1}`);
    this._said.classList.toggle('fw-mod-trouble', Boolean(labels?.trouble));
  }

  /** The label of what is looked at. */
  labelOf(level: Level): string | null {
    const { gallery, labels, look, series } = this._model;
    if (!gallery || !labels || !series || labels.edition !== gallery.edition) {
      return null;
    }
    if (level === 'slice') {
      return labels.slices[look.series]?.[look.slice] ?? null;
    }
    return (level === 'series' ? labels.series[look.series] : labels.studies[series.study]) ?? null;
  }

  private _give(label: string | null): void {
    this._model.label(this._level.value as Level, label);
    this._leave();
  }

  private _onKey(event: KeyboardEvent): void {
    if (event.key === 'Enter' && this._input.value.trim()) {
      this._give(this._input.value.trim());
      this._input.value = '';
    } else if (event.key === 'Escape') {
      this._leave();
    }
  }

  private _listSeries(gallery: DicomGallery): void {
    const { labels, look, broken } = this._model;
    const key = JSON.stringify([gallery.edition, labels?.series, labels?.studies, look.series, broken.size]);
    if (key === this._listKey) {
      return;
    }
    this._listKey = key;
    let study = -1;
    const rows: HTMLElement[] = [];
    for (const one of gallery.series) {
      if (one.study !== study) {
        study = one.study;
        const label = labels?.studies[study];
        const whose = one.patient ? ` of ${one.patient}` : '';
        rows.push(element('div', 'fw-Dicom-study', `Study ${study + 1}${whose}${label ? ` · ${label}` : ''}`));
      }
      const label = labels?.series[one.id];
      const bad = [...broken].filter(slice => slice.startsWith(`${one.id}/`)).length;
      const remarks = [...one.problems, ...(bad ? [`${counted(bad, 'slice')} cannot be shown`] : [])];
      const el = button(one.name, one.problems.join('\n'), () => this._model.setLook({ series: one.id, slice: 0 }));
      el.classList.add('fw-Dicom-series');
      el.setAttribute('aria-pressed', String(one.id === look.series));
      if (label) {
        el.append(element('b', '', label));
      }
      if (remarks.length) {
        el.append(element('i', '', remarks.join('; ')));
      }
      rows.push(el);
    }
    const focused = this._list.contains(document.activeElement);
    this._list.replaceChildren(...rows);
    if (focused) {
      this._list.querySelector<HTMLElement>('[aria-pressed="true"]')?.focus();
    }
    this._list.querySelector('[aria-pressed="true"]')?.scrollIntoView({ block: 'nearest' });
    this._left.hidden = gallery.n_left === 0;
    setText(this._leftHead, `${counted(gallery.n_left, 'file')} in no series`);
    this._leftList.replaceChildren(
      ...gallery.left.map(({ name, reason }) => element('li', '', element('b', '', name), `: ${reason}`))
    );
  }

  private _list = element('div', 'fw-Dicom-list');
  private _left = element('details', 'fw-Dicom-left');
  private _leftHead = element('summary');
  private _leftList = element('ul');
  private _level = element('select', 'fw-Select');
  private _classes = element('div', 'fw-Dicom-classes');
  private _input = element('input', 'fw-Grid-input');
  private _said = element('div', 'fw-Dicom-given');
  private _undo: HTMLButtonElement;
  private _none: HTMLButtonElement;
  private _listKey = '';
  private _classesKey = '';
}

/** "1 slice", "1,200 slices". */
function counted(n: number, what: string): string {
  return `${n.toLocaleString('en')} ${what}${n === 1 ? '' : 's'}`;
}
