import { expect, it, vi } from 'vitest';
import type { LRFinderChosen } from '../contract/lr_finder';
import { Markers } from './markers';
import type { LRFinderModel } from './model';
import { FinderCurve, movable } from './state';

/** The markers over a curve without suggestions, 100 pixels wide, and the rate that was chosen. */
function overCurve() {
  const curve = new FinderCurve();
  [curve.lrs, curve.losses] = [
    [1e-4, 1e-3, 1e-2],
    [2, 1, 3]
  ];
  const state: Record<string, unknown> = { chosen: null, lr_range: [1e-4, 1e-2], loss_range: [0, 4] };
  const model = {
    curve,
    get movable() {
      return movable([], state.chosen as LRFinderChosen | null, curve.tried);
    },
    state: (name: string) => state[name],
    choose: (name: string, lr: number) => (state.chosen = { name, lr })
  };
  const markers = new Markers(model as unknown as LRFinderModel);
  document.body.replaceChildren(markers.el);
  markers.update();
  markers.el.setPointerCapture = vi.fn(); // jsdom has no pointers
  markers.el.getBoundingClientRect = () => ({ left: 0, width: 100 }) as DOMRect;
  return { markers, state };
}

it('the first press reads out the rate that was pressed, not the one where the marker waited', () => {
  const { markers, state } = overCurve();
  markers.el.dispatchEvent(new MouseEvent('pointerdown', { clientX: 75, bubbles: true }));
  expect(state.chosen).toEqual({ name: 'by hand', lr: 3.2e-3 });
  expect(document.activeElement).toBe(markers.el.querySelector('.fw-LRFinder-marker'));
  expect(markers.el.querySelector('.fw-LRFinder-readout')?.textContent).toBe('3.2e-03: loss 2.01');
});
