import type { TranslationBundle } from '@jupyterlab/translation';
import { split } from '../contents';
import type { IOpener } from '../openers';
import type { IData, IJournal, IOverview, IRun, IWidget } from '../overview';

export interface IAct {
  label: string;
  /** The label with what it is about, for those who hear one button after the other. */
  full: string;
  command: string;
  args: Record<string, string>;
}
export interface IRow {
  key: string;
  name: string;
  /** The whole of what `name` is the end of. */
  title: string;
  lines: string[];
  progress?: { done: number; of: number; label: string };
  trouble?: string;
  acts: IAct[];
}
export interface ISection {
  id: string;
  title: string;
  /** What to do where there is nothing. */
  empty: string;
  rows: IRow[];
}

/** What the side panel shows, in words. `now` is in seconds since 1970. */
export function sections(found: IOverview, openers: IOpener[], trans: TranslationBundle, now: number): ISection[] {
  const words = new Words(found, openers, trans, now);
  return [
    {
      id: 'widgets',
      title: trans.__('Open in kernels'),
      empty: trans.__('No widget is open. Run a cell that shows one, or choose a folder below.'),
      rows: found.widgets.map(one => words.widget(one))
    },
    {
      id: 'journals',
      title: trans.__('Decisions'),
      empty: trans.__('Nothing was decided here yet. What you label or clean is kept in a journal, which stands here.'),
      rows: found.journals.map(one => words.journal(one))
    },
    {
      id: 'data',
      title: trans.__('Data sets'),
      empty: trans.__(
        'No pictures, tables or scans lie here. Go to a folder with some in the file browser, or upload them there.'
      ),
      rows: found.data.map(one => words.data(one))
    },
    {
      id: 'runs',
      title: trans.__('Training runs'),
      empty: trans.__(
        'No run was recorded here. Fit with cbs=CheckpointCallback() and it stands here, while it trains too.'
      ),
      rows: found.runs.map(one => words.run(one))
    }
  ];
}

/** 12,345, as the widgets write it. */
function grouped(n: number): string {
  return n.toLocaleString('en');
}

class Words {
  constructor(
    private _found: IOverview,
    private _openers: IOpener[],
    private _trans: TranslationBundle,
    private _now: number
  ) {}

  widget(one: IWidget): IRow {
    const trans = this._trans;
    const about = one.folder === null ? '' : this._name(one.folder);
    const name = about ? `${one.title}: ${about}` : one.title;
    const args = { notebook: one.notebook, model: one.model };
    return {
      key: `widget ${one.model}`,
      name,
      title: one.widget,
      lines: [one.notebook],
      acts: [
        this._act(trans.__('Go to it'), name, 'fastwidgets:go-to-notebook', args),
        this._act(trans.__('Show again'), name, 'fastwidgets:reattach', args)
      ]
    };
  }

  journal(one: IJournal): IRow {
    const trans = this._trans;
    const name = this._name(one.folder);
    const row = {
      key: `journal ${one.folder}`,
      name,
      title: one.folder,
      acts: this._open(one.folder, ['label', 'clean'])
    };
    if (one.problem) {
      return { ...row, lines: [], trouble: one.problem };
    }
    const { decisions = 0, items = 0, total = null, damaged = 0 } = one;
    const when = one.at ? trans.__('last %1', this._when(Date.parse(one.at) / 1000)) : '';
    const counts = [
      trans._n('%2 decision', '%2 decisions', decisions, grouped(decisions)),
      trans._n('about %2 item', 'about %2 items', items, grouped(items))
    ].join(' ');
    const trouble = trans._n('%1 line is damaged and left out', '%1 lines are damaged and left out', damaged);
    return {
      ...row,
      lines: [counts, when].filter(Boolean),
      progress:
        total === null || total < items || total === 0
          ? undefined
          : { done: items, of: total, label: trans.__('%1 of %2 pictures decided', grouped(items), grouped(total)) },
      trouble: damaged ? trouble : undefined
    };
  }

  data(one: IData): IRow {
    const trans = this._trans;
    const counts = [
      one.pictures ? trans._n('%2 picture', '%2 pictures', one.pictures, grouped(one.pictures)) : '',
      one.scans ? trans._n('%2 scan', '%2 scans', one.scans, grouped(one.scans)) : '',
      one.tables ? trans._n('%2 table', '%2 tables', one.tables, grouped(one.tables)) : ''
    ].filter(Boolean);
    const whole = this._found.whole ? '' : trans.__('at least; the folder is too large to be counted');
    const fitting = ['build', ...(one.pictures ? ['label', 'clean'] : []), ...(one.scans ? ['dicom'] : [])];
    return {
      key: `data ${one.folder}`,
      name: this._name(one.folder),
      title: one.folder,
      lines: [counts.join(', '), whole].filter(Boolean),
      acts: this._open(one.folder, fitting)
    };
  }

  run(one: IRun): IRow {
    const trans = this._trans;
    const name = split(one.folder)[1];
    const row = {
      key: `run ${one.folder}`,
      name,
      title: one.folder,
      acts: [
        this._act(trans.__('Read'), name, 'fastwidgets:read-run', { folder: one.folder }),
        this._act(trans.__('Folder'), name, 'fastwidgets:go-to-folder', { folder: one.folder })
      ]
    };
    if (one.problem) {
      return { ...row, lines: [], trouble: one.problem };
    }
    const { epochs = 0, of = 0 } = one;
    const values = Object.entries(one.values ?? {}).map(([key, value]) => `${key} ${value.toPrecision(4)}`);
    const state = one.ended
      ? (one.reason ?? trans.__('ended'))
      : one.written
        ? trans.__('not ended; last written %1', this._when(one.written))
        : trans.__('not ended');
    return {
      ...row,
      lines: [one.code ?? '', state, values.join(', ')].filter(Boolean),
      progress: of ? { done: Math.min(epochs, of), of, label: trans.__('%1 of %2 epochs', epochs, of) } : undefined
    };
  }

  /** Buttons that open a folder with widgets. */
  private _open(folder: string, which: string[]): IAct[] {
    return which.map(name => {
      const { command, onFolder } = this._openers.find(one => one.command === `fastwidgets:${name}`)!;
      return this._act(onFolder, this._name(folder), command, { folder });
    });
  }

  private _act(label: string, about: string, command: string, args: Record<string, string>): IAct {
    return { label, full: `${label}: ${about}`, command, args };
  }

  /** A folder as seen from the one that is shown. */
  private _name(folder: string): string {
    const here = this._found.folder;
    if (folder === here) {
      return this._trans.__('this folder');
    }
    return here && folder.startsWith(`${here}/`) ? folder.slice(here.length + 1) : folder || '/';
  }

  private _when(seconds: number): string {
    const trans = this._trans;
    const ago = Math.max(0, this._now - seconds);
    return ago < 90
      ? trans.__('%1 s ago', 10 * Math.round(ago / 10))
      : ago < 5400
        ? trans.__('%1 min ago', Math.round(ago / 60))
        : ago < 129600
          ? trans.__('%1 h ago', Math.round(ago / 3600))
          : trans.__('%1 days ago', Math.round(ago / 86400));
  }
}
