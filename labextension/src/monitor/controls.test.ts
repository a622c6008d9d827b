import { expect, it } from 'vitest';
import { Controls } from './controls';
import type { MonitorModel } from './model';
import { MonitorRun } from './state';

/** The buttons of a fit in the state `now`. */
function controls(now: Partial<MonitorRun['progress']>): HTMLElement {
  const run = new MonitorRun();
  run.progress = { ...run.progress, ...now };
  const made = new Controls({ run, pending: null, steers: run.live } as unknown as MonitorModel);
  made.update();
  return made.el;
}

it.each([
  ['idle', false],
  ['running', false],
  ['paused', false],
  ['stopped', true],
  ['done', true]
] as const)('a fit that is %s hides what Stop would keep: %s', (status, hidden) => {
  const kept = controls({ status }).querySelector('.fw-Monitor-keep');
  expect(kept?.classList.contains('fw-mod-over')).toBe(hidden);
});

it('tells a large factor whole', () => {
  const scale = controls({ status: 'running', lr_scale: 16384 }).querySelector<HTMLElement>('.fw-Monitor-scale');
  expect(scale?.textContent).toBe('plan × 16400');
  expect(scale?.title).toBe('The learning rate is plan × 16400');
});
