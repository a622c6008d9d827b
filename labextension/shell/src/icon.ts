import { LabIcon } from '@jupyterlab/ui-components';

/** A drawing of 24 × 24 units: `plain` parts in the colour of JupyterLab's icons, `line` ones in our blue. */
function icon(name: string, plain: string, line: string): LabIcon {
  return new LabIcon({
    name: `fastwidgets:${name}`,
    svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">
  <path class="jp-icon3 fw-Icon-plain" fill="#616161" d="${plain}"/>
  <path class="fw-Icon-line" fill="none" stroke="#1976d2" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" d="${line}"/>
</svg>`
  });
}

const FRAME = 'M3 4h18v16H3zm2 2v12h14V6z';

/** A falling loss curve. */
export const tourIcon = icon('tour', 'M3 3h2v16h16v2H3z', 'M8 4.500c.7 6 2 9 5 9.500s5-2 7-7');
/** Layers of data. */
export const buildIcon = icon(
  'build',
  'M12 2 2 7l10 5 10-5zm0 2.200L17.500 7 12 9.800 6.500 7z',
  'm3 12 9 4.500 9-4.500M3 17l9 4.500 9-4.500'
);
/** A picture with a box in it. */
export const labelIcon = icon('label', FRAME, 'M8 9h8v6H8z');
/** A picture with a tick. */
export const cleanIcon = icon('clean', FRAME, 'm8 12 3 3 5-6');
/** A picture with a cross-section. */
export const scanIcon = icon('scan', FRAME, 'M12 8.500a5 3.500 0 1 0 .01 0zM12 8.500v7');
/** A curve over a list. */
export const panelIcon = icon('panel', 'M3 15h18v2H3zm0 4h18v2H3z', 'M4 4c1 5 3 7.500 7 7.500S18 9 20 5');
