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

/** A loss, metric or rate in few characters; a dash for what is not known. */
export function short(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) {
    return '–';
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

/** Where the run is: the left half of the head line. */
export function whereabouts(now: MonitorProgress): string {
  const epoch = `epoch ${Math.min(now.epoch + 1, now.n_epoch)} of ${now.n_epoch}`;
  const batch = now.batch ? ` · batch ${grouped(now.batch)} of ${grouped(now.n_batches)}` : '';
  switch (now.status) {
    case 'idle':
      return 'Waiting for a fit to start';
    case 'running':
      return `${now.phase === 'valid' ? 'Validating' : 'Training'} · ${epoch}${batch}`;
    case 'paused':
      return `Paused · ${epoch}${batch}`;
    case 'done':
      return `Finished · ${now.n_epoch} ${now.n_epoch === 1 ? 'epoch' : 'epochs'}`;
    case 'stopped':
      return `Ended early · ${epoch}${now.reason ? ` · ${now.reason}` : ''}`;
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

/** A factor as it stands on a button or a marker: `×0.25`. */
export function factor(value: number): string {
  return `×${Number(value.toPrecision(3))}`;
}
