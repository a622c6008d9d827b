import type { BuilderField, BuilderHealth, BuilderResult, BuilderState } from '../contract/builder';

export type Step = BuilderState['step'];
export type Value = BuilderField['value'];

const NOTHING = { what: '', done: 0, total: 0 };

export const NO_STATE: BuilderState = {
  kind: 'state',
  path: '',
  open: false,
  scanning: NOTHING,
  error: '',
  trouble: '',
  step: 'source',
  form: { source: [], labels: [], split: [], item: [], batch: [] },
  guesses: [],
  why: [],
  excluded: 0,
  together: 0,
  can_undo: false,
  can_redo: false,
  name: 'dls',
  code: '',
  why_not: '',
  unread: []
};

export const NO_HEALTH: BuilderHealth = {
  kind: 'health',
  checked: false,
  checking: NOTHING,
  trouble: '',
  findings: [],
  hints: []
};

/** The five steps in their order, and the list of what is wrong with the data. */
export const STEPS: [Step, string][] = [
  ['source', 'Source'],
  ['labels', 'Labels'],
  ['split', 'Split'],
  ['item', 'Item transforms'],
  ['batch', 'Batch transforms'],
  ['health', 'Health']
];

/** What stands below the name of a step: its first line of results, or of what keeps it from any. */
export function stepLine(step: Step, state: BuilderState, health: BuilderHealth, result?: BuilderResult): string {
  if (!state.open) {
    return '';
  }
  if (step === 'health') {
    return healthLine(health);
  }
  if (step === 'item' || step === 'batch') {
    return settings(state, step);
  }
  return result ? result.error || (result.words[0] ?? (result.working ? '…' : '')) : '…';
}

/** How many problems there are, or why that is not known. */
export function healthLine({ checked, checking, trouble, findings }: BuilderHealth): string {
  if (checking.what) {
    return checking.total ? `${Math.floor((100 * checking.done) / checking.total)} % checked` : 'Checking …';
  }
  if (!checked || (trouble && !findings.length)) {
    return 'Not checked yet';
  }
  const grave = findings.filter(one => one.severity !== 'info').length;
  return grave ? `⚠ ${grave} problem${grave === 1 ? '' : 's'}` : '✓ No problem';
}

/** The two settings of a step that say most. */
function settings(state: BuilderState, step: 'item' | 'batch'): string {
  const words = state.form[step].map(field =>
    field.kind === 'flag' ? (field.value ? field.label : '') : `${field.label} ${String(field.value)}`
  );
  return words.filter(Boolean).slice(0, 2).join(', ') || 'Nothing to set';
}

/** The value of a field from the text of its input; null for a text that is no number where one is wanted. */
export function parsed(field: BuilderField, text: string): Value | null {
  if (field.kind === 'number' || field.kind === 'whole') {
    const value = Number(text.trim().replace(',', '.'));
    const wrong = text.trim() === '' || !Number.isFinite(value) || (field.kind === 'whole' && !Number.isInteger(value));
    return wrong ? null : value;
  }
  if (field.kind === 'names') {
    return text
      .split(',')
      .map(name => name.trim())
      .filter(name => name);
  }
  return text;
}

/** The text of a field's input. */
export function shown({ value }: BuilderField): string {
  return Array.isArray(value) ? value.join(', ') : String(value);
}

/** The widths of a bar's two parts in percent, the largest class filling all. */
export function widths(bar: { train: number; valid: number }, most: number): [number, number] {
  const part = (n: number): number => (most ? (100 * n) / most : 0);
  return [part(bar.train), part(bar.valid)];
}

/** A bar in words. */
export function barWords({ train, valid }: { train: number; valid: number }, split: boolean): string {
  const [a, b] = [train.toLocaleString('en'), valid.toLocaleString('en')];
  return split ? `${a} + ${b}` : a;
}

/** Which kind of picture these bytes are. */
export function typeOf(bytes: DataView): string {
  return bytes.byteLength && bytes.getUint8(0) === 0x89 ? 'image/png' : 'image/jpeg';
}
