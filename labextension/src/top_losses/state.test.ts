import { describe, expect, it } from 'vitest';
import golden from '../../../tests/contract/top_losses.json';
import type { TopLossesStatus } from '../contract/top_losses';
import { splitChoices, splitOf, statusWords, withSplit } from './state';

const status = golden.to_browser[0].content as unknown as TopLossesStatus;

describe('the header', () => {
  it('says what the answers are and what was edited', () => {
    expect(statusWords(status)).toBe(
      '1 label edited; predictions are of the model before that · Model answers of 21 Nov 2026, 09:30'
    );
    expect(statusWords({ ...status, made: '', note: '' })).toBe('');
  });

  it('offers the splits that have items, validation first', () => {
    expect(splitChoices(status).map(([value]) => value)).toEqual(['valid', 'train', 'both']);
    expect(splitChoices({ ...status, splits: ['train'] }).map(([value]) => value)).toEqual(['train']);
  });

  it('chooses the split by a filter beside the others', () => {
    const label = { column: 'label', op: 'in' as const, value: ['cat'] };
    const valid = withSplit([label], 'valid');
    expect(splitOf(valid)).toBe('valid');
    expect(withSplit(valid, 'both')).toEqual([label]);
    expect(splitOf([label])).toBe('both');
    expect(splitOf([{ column: 'split', op: 'in', value: ['train', 'valid'] }])).toBe('both');
  });
});
