// Numbers and runs as people read them. The same rules as fastwidgets/monitor/words.py.
import type { MonitorProgress } from '../contract/monitor';

/** `75` as `1:15`, `3725` as `1:02:05`. */
export function duration(seconds: number): string {
  const whole = Math.round(Math.max(seconds, 0));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const pad = (n: number) => String(n).padStart(2, '0');
  return h ? `${h}:${pad(m)}:${pad(s)}` : `${m}:${pad(s)}`;
}

/** `1200000000` as `1.2 GB`. */
export function size(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${(bytes / 1e6).toFixed(0)} MB`;
}

/** A loss, metric or rate in few characters; a dash for what is not known, NaN and infinities by name. */
export function short(value: number | string | null | undefined): string {
  if (value === null || value === undefined) {
    return '–';
  }
  if (typeof value === 'string') {
    return value;
  }
  const abs = Math.abs(value);
  if (value !== 0 && (abs < 1e-3 || abs >= 1e5)) {
    return value.toExponential(2);
  }
  return abs < 10 ? value.toFixed(4) : String(Number(value.toPrecision(5)));
}

/** A whole number with thousands set apart. */
export function grouped(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** Where the run is: the left half of the head line; `done` is how many epochs are over. */
export function whereabouts(now: MonitorProgress, done: number): string {
  const fit = now.fit > 1 ? `${fitName(now.fit)}, ` : '';
  const epoch = `${fit}epoch ${Math.min(now.epoch + 1, now.n_epoch)} of ${now.n_epoch}`;
  const of = now.n_batches ? ` of ${grouped(now.n_batches)}` : ''; // a loader without a length has no number of batches
  const batch = now.batch ? ` · batch ${grouped(now.batch)}${of}` : '';
  switch (now.status) {
    case 'idle':
      return 'Waiting for a fit to start';
    case 'running':
      return `${now.phase === 'valid' ? 'Validating' : 'Training'} · ${epoch}${batch}`;
    case 'paused':
      return `Paused · ${epoch}${batch}`;
    case 'done':
      return `Finished · ${count(now.n_epoch, 'epoch')}`;
    case 'stopped':
      return `Ended early · ${fit}${done} of ${count(now.n_epoch, 'epoch')} done`;
  }
}

/** How fast it goes: the right half of the head line. */
export function figures(now: MonitorProgress): string {
  if (now.status === 'idle') {
    return '';
  }
  const parts = [
    now.status === 'done' || now.status === 'stopped' ? `took ${duration(now.elapsed)}` : duration(now.elapsed)
  ];
  if (now.left !== null) {
    parts.push(`${duration(now.left)} left`);
  }
  if (now.rate !== null) {
    parts.push(`${now.rate < 10 ? now.rate.toFixed(1) : grouped(now.rate)} items/s`);
  }
  if (now.wait_share !== null) {
    parts.push(`${(100 * now.wait_share).toFixed(0)} % waiting for data`);
  }
  if (now.memory !== null) {
    parts.push(`${size(now.memory)} ${now.memory_where ?? ''}`.trim());
  }
  return parts.join(' · ');
}

/** A factor as it stands on a button or a marker: `× 2`, `÷ 4`. */
export function factor(value: number): string {
  const part = value < 1 && value > 0;
  const size = Number((part ? 1 / value : value).toPrecision(3));
  return `${part ? '÷' : '×'} ${size < 1e5 ? size : size.toExponential().replace('+', '')}`;
}

/** What a fit after the first is called: in the head line, in the charts and in the table. */
export function fitName(number: number): string {
  return `fit ${number}`;
}

/** `1 epoch`, `2 epochs`. */
export function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}

/** The values of the newest step: the message line while all is well. */
export function newest(now: MonitorProgress): string {
  const parts: [string, number | null][] = [
    ['loss', now.smooth_loss],
    ['learning rate', now.lr],
    ['of the first layer group', now.lr_first],
    ['momentum', now.mom]
  ];
  return parts.flatMap(([name, value]) => (value === null ? [] : [`${name} ${short(value)}`])).join(' · ');
}

const LOST = 'The kernel does not answer (restarted or gone); the run is not watched any more.';
const DEAF =
  'Clicks reach this kernel only when the cell ends. To end it now, interrupt the kernel (■ in the toolbar): the run so far is kept.';

export interface ITrouble {
  notice: string;
  lost: boolean;
  clicks: boolean | null;
}

/** What the user must know before all else; empty while all is well. */
export function warning(now: MonitorProgress, { notice, lost, clicks }: ITrouble): string {
  const live = now.status === 'running' || now.status === 'paused';
  return live && lost ? LOST : notice || (live && clicks === false ? DEAF : '');
}

/** A reason as a sentence of its own. */
export function sentence(reason: string): string {
  const text = reason.charAt(0).toUpperCase() + reason.slice(1);
  return !text || /[.!?]$/.test(text) ? text : `${text}.`;
}
