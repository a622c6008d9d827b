import { LabIcon } from '@jupyterlab/ui-components';

/** A falling loss curve that ends in a tick. */
export const tourIcon = new LabIcon({
  name: 'fastwidgets:tour',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">
  <path class="jp-icon3" fill="#616161" d="M3 3h2v16h16v2H3z"/>
  <path class="jp-icon-brand0" fill="none" stroke="#1976d2" stroke-width="2" stroke-linecap="round"
    stroke-linejoin="round" d="M7.5 5c.6 5.500 2 8.500 5.500 10l2 1.500L21 8"/>
</svg>`
});
