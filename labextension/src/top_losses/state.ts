import type { GridDescription, GridFilter } from '../contract/grid';
import type { TopLossesStatus } from '../contract/top_losses';
import { withFilter } from '../grid/state';

export type Split = 'train' | 'valid' | 'both';

/** Which items the filters let through. */
export function splitOf(filters: GridFilter[]): Split {
  const value = filters.find(one => one.column === 'split' && one.op === 'in')?.value as string[] | undefined;
  return value?.length === 1 ? (value[0] as Split) : 'both';
}

/** The filters for another split. */
export function withSplit(filters: GridFilter[], split: Split): GridFilter[] {
  const fresh: GridFilter | null = split === 'both' ? null : { column: 'split', op: 'in', value: [split] };
  return withFilter(filters, 'split', fresh);
}

/** The line of words above the tiles: what the answers are, what was edited, what to bear in mind. */
export function statusWords({ made, busy, note, warning }: TopLossesStatus): string {
  return [busy, note, warning, made ? `Model answers of ${made}` : ''].filter(Boolean).join(' · ');
}

/** What the choice of the split offers. */
export function splitChoices(status: TopLossesStatus): [Split, string][] {
  const words = { train: 'Training items', valid: 'Validation items' };
  const there = status.splits.map((split): [Split, string] => [split, words[split]]);
  return there.length > 1 ? [...there.reverse(), ['both', 'Both']] : there;
}

export function hasSplit(grid: GridDescription): boolean {
  return grid.columns.some(column => column.name === 'split');
}
