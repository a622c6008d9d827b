import type { CleanerIssue, CleanerIssues, CleanerNarrow, CleanerPlan } from '../contract/cleaner';
import type { GridDescription, GridFilter } from '../contract/grid';
import { columnOf } from '../grid/state';

export const NO_ISSUES: CleanerIssues = {
  kind: 'issues',
  issues: [],
  active: '',
  step: { what: '', done: 0, total: 0 },
  words: '',
  total: 0,
  changes: 0,
  can_train: false,
  can_apply: false,
  applied: ''
};

/** What the button of an issue says to those who hear it: the counts are beside its name on the page. */
export function issueWords({ title, total, open }: CleanerIssue): string {
  const left = total === 0 ? 'none' : open === 0 ? `${total}, all decided` : `${total}, ${open} undecided`;
  return `${title}: ${left}`;
}

/** `12`; `3 of 12 left` while some are decided and others not; `12 ✓` in the end. */
export function issueCount({ total, open }: CleanerIssue): string {
  const all = total.toLocaleString('en');
  return open === total ? all : open === 0 ? `${all} ✓` : `${open.toLocaleString('en')} of ${all} left`;
}

/** `3 changes`. */
export function changeWords(n: number): string {
  return `${n.toLocaleString('en')} change${n === 1 ? '' : 's'}`;
}

/** Where the search is, in words; empty when it is over. */
export function stepWords({ what, done, total }: CleanerIssues['step']): string {
  return total ? `${what}: ${done.toLocaleString('en')} of ${total.toLocaleString('en')}` : what ? `${what} …` : '';
}

/** Above a plan: how many files would be moved. */
export function planWords({ count, lines }: CleanerPlan): string {
  if (count === 0) {
    return 'No file would be moved: the folders say already what was decided.';
  }
  const more = count > lines.length ? `, of which the first ${lines.length} are here` : '';
  return `${count.toLocaleString('en')} file${count === 1 ? '' : 's'} would be moved${more}; removed ones go to .trash. All can be taken back.`;
}

/** The column that is meant by the choice of a class, where there is one. */
export function labelColumn(grid: GridDescription): CleanerNarrow['column'] | null {
  const name = grid.classes_of;
  return name === 'label' || name === 'first label' ? name : null;
}

/** The only class that a filter lets through; "" where there is none or several are. */
export function narrowed(filters: GridFilter[], column: string): string {
  const value = filters.find(one => one.column === column && one.op === 'in')?.value as string[] | undefined;
  return value?.length === 1 ? value[0] : '';
}

export function classesIn(grid: GridDescription, column: string | null): string[] {
  return columnOf(grid, column)?.classes ?? [];
}
