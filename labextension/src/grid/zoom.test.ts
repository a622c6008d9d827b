import { describe, expect, it } from 'vitest';
import { fit, panned, zoomed } from './zoom';

const picture = { width: 400, height: 200 };
const stage = { width: 200, height: 200 };

describe('zooming', () => {
  it('shows the whole picture in the middle first', () => {
    expect(fit(picture, stage)).toEqual({ scale: 0.5, x: 0, y: 50 });
    expect(fit({ width: 1, height: 1 }, stage).scale).toBe(24);
  });

  it('keeps the point under the pointer where it is', () => {
    const before = fit(picture, stage);
    const after = zoomed(before, 4, 150, 100, picture, stage);
    expect(after.scale).toBe(2);
    expect((150 - after.x) / after.scale).toBe((150 - before.x) / before.scale);
    expect((100 - after.y) / after.scale).toBe((100 - before.y) / before.scale);
  });

  it('has limits', () => {
    const whole = fit(picture, stage);
    expect(zoomed(whole, 0.1, 0, 0, picture, stage)).toEqual(whole);
    expect(zoomed(whole, 1e6, 0, 0, picture, stage).scale).toBe(32);
  });

  it('leaves no gap at the side of a picture larger than the stage', () => {
    const near = zoomed(fit(picture, stage), 4, 100, 100, picture, stage); // 800 × 400
    expect(panned(near, 1e4, 1e4, picture, stage)).toEqual({ scale: 2, x: 0, y: 0 });
    expect(panned(near, -1e4, -1e4, picture, stage)).toEqual({ scale: 2, x: -600, y: -200 });
    expect(panned(fit(picture, stage), 0, 1e4, picture, stage).y).toBe(50);
  });
});
