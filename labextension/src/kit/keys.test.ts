import { afterEach, describe, expect, it, vi } from 'vitest';
import { button, element } from './dom';
import { bindKeys } from './keys';
import { SETTINGS } from './settings';

afterEach(() => document.body.removeAttribute(SETTINGS));

function widget() {
  const outer = vi.fn();
  const [space, letter, click] = [vi.fn(), vi.fn(), vi.fn()];
  const press = button('Go', '', click);
  const select = element('select');
  const root = element('div', '', press, select);
  document.body.replaceChildren(root);
  document.body.onkeydown = outer;
  bindKeys(root, [
    { keys: [' '], label: 'Space', text: '', run: space },
    { keys: ['s'], label: 's', text: '', run: letter }
  ]);
  const key = (target: Element, init: KeyboardEventInit) =>
    target.dispatchEvent(new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ...init }));
  return { root, press, select, outer, space, letter, key };
}

describe('bindKeys', () => {
  it('runs its keys and lets no plain key out', () => {
    const { root, outer, letter, key } = widget();
    key(root, { key: 's' });
    key(root, { key: 'd' });
    expect(letter).toHaveBeenCalledOnce();
    expect(outer).not.toHaveBeenCalled();
  });

  it.each([{ key: 's', ctrlKey: true }, { key: 's', metaKey: true }, { key: 'Tab' }, { key: 'Escape' }])(
    'leaves %o to the page',
    init => {
      const { root, outer, letter, key } = widget();
      key(root, init);
      expect(letter).not.toHaveBeenCalled();
      expect(outer).toHaveBeenCalledOnce();
    }
  );

  it.each([
    [{ key: 's' }, true],
    [{ key: 'z', ctrlKey: true }, true],
    [{ key: 'A', ctrlKey: true, shiftKey: true }, true],
    [{ key: 's', ctrlKey: true }, false],
    [{ key: 'C', ctrlKey: true, shiftKey: true }, false]
  ])('tells JupyterLab to leave %o alone: %s', (init, told) => {
    const { press, key } = widget();
    let seen: boolean | undefined;
    const look = () => (seen = press.hasAttribute('data-lm-suppress-shortcuts'));
    window.addEventListener('keydown', look, true);
    key(press, init);
    window.removeEventListener('keydown', look, true);
    expect(seen).toBe(told);
  });

  it('does nothing on a letter that the user has switched off, and still lets it not out', () => {
    document.body.setAttribute(SETTINGS, '{"singleKeys": false}');
    const { root, outer, space, letter, key } = widget();
    key(root, { key: 's' });
    key(root, { key: ' ' });
    expect(letter).not.toHaveBeenCalled();
    expect(space).toHaveBeenCalledOnce();
    expect(outer).not.toHaveBeenCalled();
  });

  it('leaves the space bar to a focused button and letters to a select', () => {
    const { press, select, space, letter, key } = widget();
    key(press, { key: ' ' });
    key(select, { key: 's' });
    expect(space).not.toHaveBeenCalled();
    expect(letter).not.toHaveBeenCalled();
    key(press, { key: 's' });
    expect(letter).toHaveBeenCalledOnce();
  });
});
