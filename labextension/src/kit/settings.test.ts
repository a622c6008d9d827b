import { afterEach, expect, it, vi } from 'vitest';
import { onSettings, settings, SETTINGS } from './settings';

afterEach(() => document.body.removeAttribute(SETTINGS));

const set = (values: object): void => document.body.setAttribute(SETTINGS, JSON.stringify(values));

it('are the usual ones where nobody has written any', () => {
  expect(settings()).toEqual({ thumbnailSize: 128, updatesPerSecond: 10, singleKeys: true });
});

it('are those of the user, and what is not among them is as usual', () => {
  set({ thumbnailSize: 256, singleKeys: false });
  expect(settings()).toEqual({ thumbnailSize: 256, updatesPerSecond: 10, singleKeys: false });
});

it('tell when they change, until nobody listens any more', async () => {
  const heard = vi.fn();
  const stop = onSettings(heard);
  set({ thumbnailSize: 64 });
  await Promise.resolve();
  expect(heard).toHaveBeenCalledOnce();
  stop();
  set({ thumbnailSize: 65 });
  await Promise.resolve();
  expect(heard).toHaveBeenCalledOnce();
});
