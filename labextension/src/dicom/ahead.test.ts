import { describe, expect, it, vi } from 'vitest';
import type { DicomSeries } from '../contract/dicom';
import { AHEAD, BEHIND, Kept, near } from './ahead';
import { asText, found } from './headers';
import { join, tell, type IMoved } from './link';
import { matching } from './place';

describe('what is kept', () => {
  const item = (bytes: number) => ({ bytes });

  it('stays below its limit, and what was used last stays', () => {
    const kept = new Kept(100);
    for (let i = 0; i < 1000; i++) {
      kept.set(String(i), item(30));
      kept.get('0');
      expect(kept.bytes).toBeLessThanOrEqual(100);
    }
    expect(kept.has('0')).toBe(true);
    expect(kept.has('998')).toBe(true);
    expect(kept.has('900')).toBe(false);
  });

  it('counts a slice that comes twice once, and keeps one that is larger than all room', () => {
    const kept = new Kept(100);
    kept.set('a', item(60));
    kept.set('a', item(70));
    expect(kept.bytes).toBe(70);
    kept.set('b', item(500));
    expect([kept.has('a'), kept.has('b'), kept.bytes]).toEqual([false, true, 500]);
  });
});

describe('what is fetched ahead', () => {
  it('begins with the slice in sight and goes farther in the direction of travel', () => {
    expect(near(50, 1000, 1).slice(0, 5)).toEqual([50, 51, 49, 52, 48]);
    expect(near(50, 1000, -1).slice(0, 3)).toEqual([50, 49, 51]);
    expect(near(50, 1000, 1).length).toBe(1 + AHEAD + BEHIND);
  });

  it('stays inside the series', () => {
    expect(near(0, 3, 1)).toEqual([0, 1, 2]);
    expect(near(2, 3, 1)).toEqual([2, 1, 0]);
  });
});

describe('linked viewers', () => {
  const series = (n: number, heights: number[] | null): DicomSeries => ({
    id: 0,
    name: '',
    n,
    study: 0,
    patient: 'p',
    modality: 'CT',
    problems: [],
    heights
  });

  it('go to the nearest height of one patient, else to the same part of the way', () => {
    const [thick, thin] = [series(3, [0, 10, 20]), series(5, [0, 5, 10, 15, 20])];
    expect(matching(thick, 1, thin, true)).toBe(2);
    expect(matching(thin, 3, thick, true)).toBe(1);
    expect(matching(thick, 2, thin, false)).toBe(4);
    expect(matching(series(1, null), 0, thin, true)).toBe(0);
    expect(matching(thin, 4, series(5, null), true)).toBe(4);
  });

  it('hear those with the same word alone, and not themselves', () => {
    const made = (word: string) => ({ word, hear: vi.fn<(moved: IMoved) => void>() });
    const [a, b, c, d] = [made('x'), made('x'), made('y'), made('')];
    const offs = [a, b, c, d].map(join);
    tell(a, { window: null });
    tell(d, { window: null });
    expect([a, b, c, d].map(({ hear }) => hear.mock.calls.length)).toEqual([0, 1, 0, 0]);
    offs.forEach(off => off());
    tell(a, { window: null });
    expect(b.hear).toHaveBeenCalledTimes(1);
  });
});

describe('the header', () => {
  type Row = [string, string, string, string, string, boolean];
  const rows: Row[] = [
    ['(0028,0010)', 'Rows', 'Rows', 'US', '512', false],
    ['(0010,0010)', 'PatientName', 'Patient’s Name', 'PN', 'Ada', true]
  ];

  it('is searched by all words, in tag, name and value', () => {
    expect(found(rows, 'rows 51').length).toBe(1);
    expect(found(rows, '0010,').length).toBe(1);
    expect(found(rows, 'nothing')).toEqual([]);
    expect(found(rows, ' ').length).toBe(2);
  });

  it('is copied without the patient, also while patient data are shown', () => {
    expect(asText(rows)).toContain('512');
    expect(asText(rows)).not.toContain('Ada');
  });
});
