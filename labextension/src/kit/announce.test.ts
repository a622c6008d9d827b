import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Announcer } from './announce';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('speaks at most once in five seconds and never drops the last sentence', () => {
  const voice = new Announcer();
  const said: string[] = [];
  for (let i = 0; i < 120; i++) {
    voice.say(`sentence ${i}`);
    const now = voice.el.textContent;
    if (said.at(-1) !== now) said.push(now);
    vi.advanceTimersByTime(100);
  }
  expect(said.length).toBeLessThanOrEqual(3);
  vi.advanceTimersByTime(5000);
  expect(voice.el.textContent).toBe('sentence 119');
});
