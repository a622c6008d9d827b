import { LabIcon } from '@jupyterlab/ui-components';

/** A falling loss curve that ends in a tick. */
export const tourIcon = new LabIcon({
  name: 'fastwidgets:tour',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">
  <path class="jp-icon3" fill="#616161" d="M3 3h2v16h16v2H3z"/>
  <path fill="none" stroke="#1976d2" stroke-width="2" stroke-linecap="round"
    stroke-linejoin="round" d="M8 4.500c.7 6 2 9 5 9.500s5-2 7-7"/>
</svg>`
});
