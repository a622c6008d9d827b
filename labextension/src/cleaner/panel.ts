import { button, element, setText } from '../kit/dom';
import type { CleanerModel } from './model';
import { changeWords, classesIn, issueCount, issueWords, labelColumn, narrowed, stepWords } from './state';

export interface IPanelOptions {
  train: () => void;
  files: () => void;
  code: () => void;
}

const SPLITS: Record<string, string> = { train: 'Training', valid: 'Validation', test: 'Test' };

/** Beside the tiles: which class and side of the split, each kind of issue with its counts, what to do with it all. */
export class IssuePanel {
  readonly el = element('div', 'fw-Cleaner-panel');

  constructor(
    private _model: CleanerModel,
    options: IPanelOptions
  ) {
    this._class.title = 'Show only one class';
    this._class.setAttribute('aria-label', 'Show only one class');
    this._split.title = 'Show only one side of the split';
    this._split.setAttribute('aria-label', 'Show only one side of the split');
    this._class.addEventListener('change', () => _model.narrow(labelColumn(_model.grid) ?? 'label', this._class.value));
    this._split.addEventListener('change', () => _model.narrow('split', this._split.value));
    this._list.setAttribute('role', 'group');
    this._list.setAttribute('aria-label', 'Issues');
    this._list.addEventListener('keydown', event => this._move(event));
    this._bar.setAttribute('aria-label', 'Search for issues');
    this._told.setAttribute('role', 'status');
    this._stop = button('Cancel', 'End the search; what it found is kept', () => _model.scan(false));
    this._again = button('Search again', 'Look at what is new or changed', () => _model.scan(true));
    this._train = button(
      'Apply and continue training',
      'In a cell below: train on with what was decided',
      options.train
    );
    this._files = button('Move files…', 'See first what would be moved', options.files);
    this._back = button('Take files back', 'Put what was moved last back in its place', () => _model.takeBack());
    this._code = button('Code', 'The cell that decides the same', options.code);
    this._changes.setAttribute('role', 'status');
    const search = element('div', 'fw-Cleaner-search', this._told, this._bar, this._stop, this._again);
    const foot = element('div', 'fw-Cleaner-foot', this._changes, this._train, this._files, this._back, this._code);
    this.el.append(element('div', 'fw-Cleaner-narrow', this._class, this._split), this._list, search, foot);
  }

  update(): void {
    const { issues, grid, lost } = this._model;
    this._choices(grid);
    this._issues();
    const words = stepWords(issues.step);
    setText(this._told, words || issues.words);
    this._bar.hidden = this._stop.hidden = words === '';
    this._again.hidden = words !== '';
    if (issues.step.total) {
      this._bar.max = issues.step.total;
      this._bar.value = issues.step.done;
    } else {
      this._bar.removeAttribute('value');
    }
    setText(this._changes, changeWords(issues.changes));
    this._train.hidden = !issues.can_train;
    this._files.hidden = !issues.can_apply;
    this._back.hidden = issues.applied === '';
    this._back.title = issues.applied;
    this._train.disabled = issues.changes === 0 || lost;
    for (const el of [this._files, this._back, this._code, this._stop, this._again, this._class, this._split]) {
      el.disabled = lost;
    }
  }

  private _choices(grid: CleanerModel['grid']): void {
    const column = labelColumn(grid);
    const classes = classesIn(grid, column);
    const splits = classesIn(grid, 'split');
    const key = JSON.stringify([classes, splits]);
    if (key !== this._known) {
      this._known = key;
      this._class.replaceChildren(new Option('All classes', ''), ...classes.map(name => new Option(name, name)));
      const sides = splits.map(name => new Option(SPLITS[name] ?? name, name));
      this._split.replaceChildren(new Option('Whole data set', ''), ...sides);
    }
    this._class.hidden = classes.length === 0;
    this._split.hidden = splits.length < 2;
    this._class.value = column === null ? '' : narrowed(grid.filters, column);
    this._split.value = narrowed(grid.filters, 'split');
  }

  private _issues(): void {
    const { issues, total, active } = this._model.issues;
    const all = { id: '', title: 'All images', hint: 'Without choosing an issue', total, open: total };
    const key = JSON.stringify(issues.map(one => one.id));
    if (key !== this._made || !this._list.firstChild) {
      this._made = key;
      this._list.replaceChildren(
        ...[all, ...issues].map(({ id, title, hint }) => {
          const el = button(title, hint, () => this._model.show(id));
          el.classList.add('fw-Cleaner-issue');
          el.append(element('i'));
          return el;
        })
      );
    }
    [...this._list.children].forEach((el, i) => {
      const one = [all, ...issues][i];
      setText(el.querySelector('i')!, issueCount(one));
      el.setAttribute('aria-label', one.id ? issueWords(one) : `All images: ${total}`);
      el.setAttribute('aria-pressed', String(active === one.id));
      el.classList.toggle('fw-mod-none', one.total === 0);
      (el as HTMLButtonElement).tabIndex = active === one.id || (i === 0 && !this._has(active)) ? 0 : -1;
      (el as HTMLButtonElement).disabled = this._model.lost;
    });
  }

  private _has(id: string): boolean {
    return this._model.issues.issues.some(one => one.id === id);
  }

  /** One stop for Tab; the arrows go through the list. */
  private _move(event: KeyboardEvent): void {
    const by = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    const items = [...this._list.children] as HTMLElement[];
    const at = items.indexOf(document.activeElement as HTMLElement);
    if (by && at >= 0) {
      items[Math.max(0, Math.min(at + by, items.length - 1))].focus();
      event.preventDefault();
    }
  }

  private _class = element('select', 'fw-Select');
  private _split = element('select', 'fw-Select');
  private _list = element('div', 'fw-Cleaner-issues');
  private _told = element('span', 'fw-Cleaner-told');
  private _bar = element('progress', 'fw-Cleaner-progress');
  private _changes = element('strong', 'fw-Cleaner-changes');
  private _stop: HTMLButtonElement;
  private _again: HTMLButtonElement;
  private _train: HTMLButtonElement;
  private _files: HTMLButtonElement;
  private _back: HTMLButtonElement;
  private _code: HTMLButtonElement;
  private _known = '';
  private _made = '-';
}
