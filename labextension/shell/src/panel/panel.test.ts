import { nullTranslator, type TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openers } from '../openers';
import type { IOverview } from '../overview';
import { Panel } from './panel';
import { sections, type IAct } from './sections';

vi.mock('@jupyterlab/ui-components', () => ({ LabIcon: class {} })); // its icons need a browser

const NASTY = '<img src=x onerror="alert(1)">';
const NOW = 1_800_000_000;
const at = (ago: number): string => new Date(1000 * (NOW - ago)).toISOString();
const FOUND: IOverview = {
  folder: 'work',
  whole: true,
  widgets: [{ kernel: 'k', notebook: 'a.ipynb', model: 'm', widget: 'Labeler', title: 'Labels', folder: 'work/pets' }],
  journals: [{ folder: 'work/pets', problem: '', decisions: 1200, items: 10, total: 40, at: at(120), damaged: 0 }],
  data: [
    { folder: 'work', pictures: 0, scans: 2, tables: 1 },
    { folder: `work/${NASTY}`, pictures: 1, scans: 0, tables: 0 }
  ],
  runs: [
    {
      folder: 'work/runs/r1',
      problem: '',
      code: 'learn.fit(5)',
      written: NOW - 20,
      epochs: 2,
      of: 5,
      values: { loss: 0.25 }
    }
  ]
};
const NOTHING: IOverview = { folder: '', whole: true, widgets: [], journals: [], data: [], runs: [] };
const plain = nullTranslator.load('fastwidgets');
const made = (found: IOverview, trans = plain) => sections(found, openers(trans), trans, NOW);

describe('the words', () => {
  it('tell how far everything is', () => {
    const [widgets, journals, data, runs] = made(FOUND).map(one => one.rows);
    expect(widgets[0].name).toBe('Labels: pets');
    expect(journals[0]).toMatchObject({
      name: 'pets',
      lines: ['1,200 decisions about 10 items', 'last 2 min ago'],
      progress: { done: 10, of: 40, label: '10 of 40 pictures decided' }
    });
    expect(data.map(row => [row.name, row.lines])).toEqual([
      ['this folder', ['2 scans, 1 table']],
      [NASTY, ['1 picture']]
    ]);
    expect(runs[0].lines).toEqual(['learn.fit(5)', 'not ended; last written 20 s ago', 'loss 0.2500']);
    expect(runs[0].progress).toEqual({ done: 2, of: 5, label: '2 of 5 epochs' });
  });

  it('offer what fits to what is there', () => {
    const data = made(FOUND)[2].rows.map(row => row.acts.map(act => act.command));
    const [build, label, clean, dicom] = openers(plain).map(one => one.command);
    expect(data).toEqual([
      [build, dicom],
      [build, label, clean]
    ]);
    expect(made(FOUND)[1].rows[0].acts[0]).toMatchObject({ command: label, args: { folder: 'work/pets' } });
  });

  it('say what to do where there is nothing, and what is wrong where something is', () => {
    expect(made(NOTHING).map(one => [one.rows.length, one.empty.length > 30])).toEqual(Array(4).fill([0, true]));
    const broken = { ...NOTHING, runs: [{ folder: 'r', problem: 'run.json cannot be read' }] };
    expect(made(broken)[3].rows[0]).toMatchObject({ trouble: 'run.json cannot be read', lines: [] });
    const damaged = { ...FOUND.journals[0], damaged: 3, total: null };
    expect(made({ ...NOTHING, journals: [damaged] })[1].rows[0]).toMatchObject({
      trouble: '3 lines are damaged and left out',
      progress: undefined
    });
    const large = made({ ...FOUND, whole: false })[2].rows[0].lines;
    expect(large[1]).toBe('at least; the folder is too large to be counted');
  });

  it('can all be translated', () => {
    const loud = { ...plain, __: (text: string) => text.toUpperCase(), _n: (one: string) => one.toUpperCase() };
    const words = made(NOTHING, loud as unknown as TranslationBundle).flatMap(one => [one.title, one.empty]);
    expect(words.filter(text => text !== text.toUpperCase())).toEqual([]);
    const rows = made(FOUND, loud as unknown as TranslationBundle).flatMap(one => one.rows);
    expect(rows.flatMap(row => row.acts.map(act => act.label)).filter(text => text !== text.toUpperCase())).toEqual([]);
  });
});

describe('the panel', () => {
  let answer: () => Promise<IOverview>;
  let acted: IAct[];
  let panel: Panel;

  beforeEach(() => {
    acted = [];
    answer = () => Promise.resolve(FOUND);
    panel = new Panel(
      { folder: () => 'work', ask: () => answer(), sections: found => made(found), act: one => void acted.push(one) },
      plain
    );
    Widget.attach(panel, document.body);
  });
  afterEach(() => panel.dispose());

  it('shows every name as text, whatever it is', async () => {
    await panel.refresh();
    expect(panel.node.querySelector('img')).toBeNull();
    expect(panel.node.textContent).toContain(NASTY);
  });

  it('names its parts for those who do not see it', async () => {
    await panel.refresh();
    for (const section of panel.node.querySelectorAll('section')) {
      expect(document.getElementById(section.getAttribute('aria-labelledby')!)?.textContent).toBeTruthy();
    }
    const bar = panel.node.querySelector('[role=progressbar]')!;
    expect(bar.getAttribute('aria-label')).toBe('pets: 10 of 40 pictures decided');
    const names = [...panel.node.querySelectorAll('[data-key]')].map(el => el.getAttribute('aria-label'));
    expect(new Set(names).size).toBe(names.length);
    expect(panel.node.getAttribute('role')).toBe('region');
  });

  it('does what its buttons say', async () => {
    await panel.refresh();
    panel.node.querySelector<HTMLElement>('[aria-label="Show again: Labels: pets"]')!.click();
    expect(acted).toMatchObject([{ command: 'fastwidgets:reattach', args: { model: 'm', notebook: 'a.ipynb' } }]);
  });

  it('leaves the focus where it is while numbers change', async () => {
    await panel.refresh();
    const button = () => panel.node.querySelector<HTMLElement>('[aria-label="Read: r1"]')!;
    const before = button();
    before.focus();
    await panel.refresh();
    expect(button()).toBe(before); // nothing was new
    answer = () => Promise.resolve({ ...FOUND, runs: [{ ...FOUND.runs[0], epochs: 3 }] });
    await panel.refresh();
    expect(panel.node.textContent).toContain('3 of 5 epochs');
    expect(document.activeElement).toBe(button());
  });

  it('says why it shows nothing, and shows it again when it can', async () => {
    answer = () => Promise.reject(new Error('The server does not answer.'));
    await panel.refresh();
    expect(panel.node.querySelector('[role=status]')!.textContent).toBe('The server does not answer.');
    expect(panel.node.querySelectorAll('section')).toHaveLength(0);
    answer = () => Promise.resolve(FOUND);
    await panel.refresh();
    expect(panel.node.querySelectorAll('section')).toHaveLength(4);
  });

  it('asks again while it is seen, and not where the server cannot say', async () => {
    vi.useFakeTimers();
    const asked = vi.fn(() => Promise.resolve(FOUND));
    answer = asked;
    await panel.refresh();
    await vi.advanceTimersByTimeAsync(16_000);
    expect(asked).toHaveBeenCalledTimes(4);
    answer = asked.mockRejectedValue(new Error('no'));
    await vi.advanceTimersByTimeAsync(16_000);
    expect(asked).toHaveBeenCalledTimes(5);
    asked.mockResolvedValue(FOUND);
    await panel.refresh();
    panel.hide();
    await vi.advanceTimersByTimeAsync(16_000);
    expect(asked).toHaveBeenCalledTimes(6);
    vi.useRealTimers();
  });

  it('forgets an answer that comes after a later one', async () => {
    let late: (found: IOverview) => void = () => undefined;
    answer = () => new Promise(done => (late = done));
    const first = panel.refresh();
    answer = () => Promise.resolve(FOUND);
    await panel.refresh();
    late(NOTHING);
    await first;
    expect(panel.node.textContent).toContain('learn.fit(5)');
  });
});
