import { expect, it } from 'vitest';
import { element } from '../kit/dom';
import { fill, sent } from './typing';

it('leaves what is being typed alone until it was sent', () => {
  const [input, other] = [element('input'), element('input')];
  document.body.replaceChildren(input, other);
  fill(input, '224');
  input.focus();
  fill(input, '128'); // nothing was typed yet
  expect(input.value).toBe('128');
  input.value = '6';
  fill(input, '224');
  expect(input.value).toBe('6');
  sent(input);
  fill(input, '64');
  expect(input.value).toBe('64');
  input.value = '7';
  other.focus();
  fill(input, '32'); // nobody types here any more
  expect(input.value).toBe('32');
});
