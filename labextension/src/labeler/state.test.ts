import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { LabelerItems, LabelerSummary } from '../contract/labeler';
import { itemWords, LABELLED, nextToDo, progressWords, soon, suggestionWords, TO_DO } from './state';

const golden = JSON.parse(readFileSync('tests/contract/labeler.json', 'utf8')) as {
  to_browser: { content: { kind: string } }[];
};
const summary = golden.to_browser[0].content as LabelerSummary;
const { items } = golden.to_browser[2].content as LabelerItems;

describe('the queue', () => {
  const ids = Int32Array.of(4, 2, 0, 3, 1);
  const states = Uint8Array.of(TO_DO, LABELLED, LABELLED, LABELLED, TO_DO);

  it('goes on to the next picture to do, from the beginning again, and ends where there is none', () => {
    expect(nextToDo(ids, states, 0)).toBe(0);
    expect(nextToDo(ids, states, 2)).toBe(4);
    expect(nextToDo(ids, new Uint8Array(5).fill(LABELLED), 2)).toBeNull();
    expect(nextToDo(new Int32Array(0), states, -1)).toBeNull();
    expect(nextToDo(Int32Array.of(0), states, 0)).toBeNull(); // the one in sight is not the next one
    expect(nextToDo(Int32Array.of(0), states, -1)).toBe(0);
  });

  it('loads those to do and the neighbours before they are looked at', () => {
    expect(soon(ids, states, 0, 3)).toEqual([0, 2]);
    expect(soon(ids, states, 3, 3)).toEqual([1, 0]);
  });
});

describe('words', () => {
  it('tell how far it is', () => {
    expect(progressWords(summary)).toBe('2 of 4 labelled · 1 skipped · 1 unsure');
  });

  it('tell what is known of a picture, and that nothing on it is not the same as not looked at', () => {
    expect(items.map(item => itemWords(item, 'boxes'))).toEqual([
      '2 boxes',
      '0 boxes',
      'unsure · skipped',
      'not labelled yet'
    ]);
    expect(itemWords({ ...items[3], labels: [] }, 'multi')).toBe('none of the classes');
    expect(itemWords({ ...items[3], labels: ['<b>', 'dog'] }, 'multi')).toBe('<b>, dog');
  });

  it('tell what is suggested, by whom, and how sure that is', () => {
    expect(items.map(suggestionWords)).toEqual(['', '', '', '1 drawn (given, 75 %)']);
  });
});
