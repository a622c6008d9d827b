import { element } from '../kit/dom';
import type { IKey } from '../kit/keys';

/** A list of keys, for `?` to show. A key without a label is told with the one before it. */
export function keyList(title: string, keys: IKey[]): HTMLElement[] {
  const rows = keys
    .filter(key => key.label)
    .flatMap(key => [
      element('dt', '', ...key.label.split(' ').map(name => element('kbd', '', name))),
      element('dd', '', key.text)
    ]);
  return [element('strong', '', title), element('dl', '', ...rows)];
}
