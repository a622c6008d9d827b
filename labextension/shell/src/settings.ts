import type { ISettingRegistry } from '@jupyterlab/settingregistry';

/** As in labextension/src/kit/settings.ts, which is another bundle: attributes of the page that widgets read. */
const SETTINGS = 'data-fastwidgets';
const THEME = 'data-fastwidgets-theme';
const NAMES = ['thumbnailSize', 'updatesPerSecond', 'singleKeys'];

/** Let the widgets of this page know what the user has set, now and whenever it changes. */
export async function publishSettings(registry: ISettingRegistry, id: string): Promise<void> {
  const settings = await registry.load(id);
  const publish = (): void => write(name => settings.get(name).composite);
  settings.changed.connect(publish);
  publish();
}

export function write(get: (name: string) => unknown): void {
  const values = Object.fromEntries(NAMES.map(name => [name, get(name)]));
  document.body.setAttribute(SETTINGS, JSON.stringify(values));
  document.body.setAttribute(THEME, get('followTheme') ? 'follow' : 'light');
}
