import { afterEach, expect, it } from 'vitest';
import { settings, SETTINGS, THEME } from '../../src/kit/settings';
import { publishSettings } from './settings';

afterEach(() => [SETTINGS, THEME].forEach(name => document.body.removeAttribute(name)));

it('what the user sets is what the widgets of the other bundle read, at once', async () => {
  const values: Record<string, unknown> = {
    thumbnailSize: 96,
    updatesPerSecond: 2,
    singleKeys: false,
    followTheme: true
  };
  let changed: () => void = () => undefined;
  const loaded = {
    get: (name: string) => ({ composite: values[name] }),
    changed: { connect: (slot: () => void) => (changed = slot) }
  };
  await publishSettings({ load: () => Promise.resolve(loaded) } as never, 'fastwidgets-shell:plugin');
  expect(settings()).toEqual({ thumbnailSize: 96, updatesPerSecond: 2, singleKeys: false });
  expect(document.body.getAttribute(THEME)).toBe('follow');
  values.thumbnailSize = 200;
  values.followTheme = false;
  changed();
  expect(settings().thumbnailSize).toBe(200);
  expect(document.body.getAttribute(THEME)).toBe('light');
});
