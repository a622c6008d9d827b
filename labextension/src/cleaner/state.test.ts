import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { CleanerIssues, CleanerPlan } from '../contract/cleaner';
import { changeWords, issueCount, issueWords, narrowed, planWords, stepWords } from './state';

const messages = JSON.parse(readFileSync('tests/contract/cleaner.json', 'utf8')) as {
  to_browser: { content: unknown }[];
};
const golden = { to_browser: messages.to_browser.map(message => message.content) };

const issue = (total: number, open: number) => ({ id: 'dark', title: 'Dark', hint: '', total, open });

describe('the words of the cleaner', () => {
  it('say how many are left of an issue', () => {
    const counts = [issue(0, 0), issue(12, 12), issue(1200, 3), issue(12, 0)].map(issueCount);
    expect(counts).toEqual(['0', '12', '3 of 1,200 left', '12 ✓']);
    expect(issueWords(issue(12, 0))).toBe('Dark: 12, all decided');
    expect(issueWords(issue(0, 0))).toBe('Dark: none');
    expect(issueWords(issue(12, 3))).toBe('Dark: 12, 3 undecided');
  });

  it('count changes and steps', () => {
    expect([changeWords(1), changeWords(1200)]).toEqual(['1 change', '1,200 changes']);
    expect(stepWords({ what: '', done: 0, total: 0 })).toBe('');
    expect(stepWords({ what: 'Looking', done: 0, total: 0 })).toBe('Looking …');
    expect(stepWords({ what: 'Looking', done: 3, total: 1000 })).toBe('Looking: 3 of 1,000');
  });

  it('tell a plan from none, and one that is cut', () => {
    expect(planWords({ kind: 'plan', lines: [], count: 0, warning: '' })).toMatch(/^No file would be moved/);
    expect(planWords({ kind: 'plan', lines: ['a'], count: 1, warning: '' })).toBe(
      '1 file would be moved; removed ones go to .trash. All can be taken back.'
    );
    expect(planWords({ kind: 'plan', lines: ['a'], count: 2, warning: '' })).toContain('the first 1 are here');
  });
});

describe('the class that is shown', () => {
  it('is the only one that the filter lets through', () => {
    const filters = [
      { column: 'label', op: 'in' as const, value: ['cat'] },
      { column: 'split', op: 'in' as const, value: ['train', 'valid'] }
    ];
    expect([narrowed(filters, 'label'), narrowed(filters, 'split'), narrowed([], 'label')]).toEqual(['cat', '', '']);
  });
});

describe('the golden messages', () => {
  it('are read as Python makes them', () => {
    const [issues, plan] = golden.to_browser as [CleanerIssues, CleanerPlan];
    expect(issues.issues.map(issueCount)).toEqual(['2', '0', '0', '0', '0', '0', '0', '1 ✓']);
    expect(planWords(plan)).toMatch(/^1 file would be moved;/);
  });
});
