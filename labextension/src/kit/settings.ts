/** What the user has set for all widgets, in Settings → fastwidgets. */
export interface ISettings {
  /** Pixels of a tile before somebody zooms. */
  thumbnailSize: number;
  updatesPerSecond: number;
  /** Whether keys without Ctrl, such as "s", do something. */
  singleKeys: boolean;
}

/** Written by the shell bundle (labextension/shell/src/settings.ts); where there is none, as in Voilà, nobody does. */
export const SETTINGS = 'data-fastwidgets';
/** "light" where the widgets do not follow JupyterLab's theme; base.css and theme.ts read it. */
export const THEME = 'data-fastwidgets-theme';
const USUAL: ISettings = { thumbnailSize: 128, updatesPerSecond: 10, singleKeys: true };

export function settings(): ISettings {
  const written = document.body.getAttribute(SETTINGS);
  return written ? { ...USUAL, ...(JSON.parse(written) as Partial<ISettings>) } : USUAL;
}

/** Call `fn` when the user sets something; returns a disposer. */
export function onSettings(fn: () => void): () => void {
  const watch = new MutationObserver(fn);
  watch.observe(document.body, { attributes: true, attributeFilter: [SETTINGS] });
  return () => watch.disconnect();
}
