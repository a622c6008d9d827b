import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { GridDescription, GridOrder, GridSelection, GridTile, GridTiles } from '../contract/grid';
import { numbers } from '../kit/buffers';
import { ASK_KERNEL, asBlob, asDataUrl, isTiny, PICTURE, REASON, unpack } from './packed';
import { Selection } from './selection';
import { classesOf, count, filterWords, matches, NOTHING, Order, sortWords, withFilter, withSort } from './state';
import { badgeText, captionText, paint, spokenText, type ITile } from './tile';

interface IGolden {
  to_browser: { content: unknown; hex?: string }[];
}
const golden = JSON.parse(readFileSync('tests/contract/grid.json', 'utf8')) as IGolden;
const view = (hex = ''): DataView => new DataView(new Uint8Array(Buffer.from(hex, 'hex')).buffer);
const [grid, order, selection, tiles] = golden.to_browser.map(one => one.content) as [
  GridDescription,
  GridOrder,
  GridSelection,
  GridTiles
];

describe('the golden messages', () => {
  it('are read as Python wrote them', () => {
    const shown = new Order();
    shown.load(numbers(view(golden.to_browser[1].hex), order.dtype), grid.total);
    expect([...shown.ids]).toEqual([3, 1]);
    expect([0, 1, 3, 99, null].map(id => shown.placeOf(id))).toEqual([-1, 1, 0, -1, -1]);

    const selected = new Selection();
    selected.load(numbers(view(golden.to_browser[2].hex), selection.dtype), selection.count);
    expect([0, 1, 2, 3].map(id => selected.has(id))).toEqual([true, false, false, true]);
    expect(selected.among(shown.ids)).toBe(selection.targets);

    const page = unpack(view(golden.to_browser[3].hex));
    expect(page.map(thumb => thumb.status)).toEqual([PICTURE, REASON, ASK_KERNEL]);
    expect(page.length).toBe(tiles.pictures.length);
    expect([...page[0].data]).toEqual([0xff, 0xd8]);
    expect(new TextDecoder().decode(page[1].data)).toBe('gone');
  });

  it('are told in words', () => {
    expect(grid.filters.map(one => filterWords(grid, one))).toEqual(['label: dog']);
    expect(sortWords(grid)).toBe('loss ↓');
    expect(classesOf(grid)).toEqual(['cat', 'dog']);
    expect(classesOf(NOTHING)).toEqual([]);
  });
});

describe('a packed page', () => {
  it('that is cut short is refused', () => {
    const whole = Buffer.from(golden.to_browser[3].hex!, 'hex');
    expect(() => unpack(view(whole.subarray(0, -1).toString('hex')))).toThrow('cut short');
    expect(() => unpack(view('05000000'))).toThrow('begins with its sizes');
    expect(() => unpack(view(''))).toThrow('its 0 bytes do not');
  });

  it('knows a few pixels by their format', () => {
    expect(isTiny(new Uint8Array([0x89, 0x50]))).toBe(true);
    expect(asBlob(new Uint8Array([0xff, 0xd8])).type).toBe('image/jpeg');
    expect(asDataUrl(new Uint8Array([0x89, 0x50]))).toBe('data:image/png;base64,iVA=');
    expect(atob(asDataUrl(new Uint8Array(20_000).fill(0xff)).split(',')[1]).length).toBe(20_000);
  });
});

describe('a selection', () => {
  it('changes at once and counts along', () => {
    const some = new Selection();
    some.load(new Uint8Array(2), 0);
    some.apply('set', [1, 3, 9]);
    some.apply('add', [3, 4]);
    some.apply('remove', [1, 2]);
    some.apply('toggle', [9, 15, 99]); // 99 is none of the sixteen
    expect([...Array(16).keys()].filter(id => some.has(id))).toEqual([3, 4, 15]);
    expect(some.count).toBe(3);
    some.apply('set', []);
    expect(some.count).toBe(0);
  });
});

describe('filters and sorts', () => {
  const labelled = (value: string[]) => ({ column: 'label', op: 'in' as const, value });

  it.each([
    [{ column: 'loss', op: 'between', value: [1, null] }, 'loss: at least 1'],
    [{ column: 'loss', op: 'between', value: [null, 2] }, 'loss: at most 2'],
    [{ column: 'loss', op: 'between', value: [1, 2] }, 'loss: 1 to 2'],
    [{ column: 'name', op: 'contains', value: 'night' }, 'name: “night”'],
    [{ column: 'selected', op: 'is', value: false }, 'not selected'],
    [{ column: 'label', op: 'missing', value: true }, 'label: missing'],
    [{ column: 'label', op: 'not in', value: [] }, 'label not: none'],
    [labelled(['a', 'b', 'c', 'd', 'e']), 'label: a, b, c, 2 more']
  ] as const)('%j are words', (filter, words) => {
    expect(filterWords(grid, filter as never)).toBe(words);
  });

  it('are one for each column', () => {
    const one = withFilter([labelled(['cat'])], 'label', labelled(['dog']));
    expect(one).toEqual([labelled(['dog'])]);
    expect(withFilter(one, 'label', null)).toEqual([]);
    const sorts = withSort(withSort([], 'loss', true), 'label', false);
    expect(sorts.map(sort => sort.column)).toEqual(['loss', 'label']);
    expect(withSort(sorts, 'loss', false)[0]).toEqual({ column: 'loss', descending: false });
    expect(withSort(sorts, 'loss', null).length).toBe(1);
  });
});

describe('typing to find', () => {
  it('prefers what begins with it, then what holds it, then its letters in this order', () => {
    const names = ['wildcat', 'cart', 'Cat', 'catfish', 'dog', 'c-a-t'];
    expect(matches(names, 'cat')).toEqual(['Cat', 'catfish', 'wildcat', 'cart', 'c-a-t']);
    expect(matches(names, ' ')).toEqual(names);
    expect(matches(names, 'zebra')).toEqual([]);
  });

  it('counts in words', () => {
    expect([count(1, 'image'), count(100_000, 'row'), count(0, 'text')]).toEqual([
      '1 image',
      '100,000 rows',
      '0 texts'
    ]);
  });
});

describe('a tile', () => {
  const words: GridTile = { id: 3, captions: ['a\n<b>.jpg', '2'], badges: ['dog'], details: [], state: 'dog' };
  const picture = { url: 'blob:x', reason: '', tiny: false, side: 128, bytes: 1 };
  const tile: ITile = { id: 3, words, picture, overlay: '', selected: true, extra: ['0.93'] };

  it('says what it is, with signs and without colours', () => {
    expect(badgeText(tile, grid.states.dog)).toBe('✓ · ! · dog · 0.93');
    expect(captionText(tile)).toBe('a <b>.jpg\n2');
    expect(spokenText(tile, grid)).toBe('a\n<b>.jpg, loss 2, label: dog, dog, 0.93');
    expect(spokenText({ ...tile, words: undefined }, grid)).toBe('loading');
    expect(badgeText({ ...tile, picture: { ...picture, url: '', reason: 'Gone.' } }, undefined)).toContain('⚠ Gone.');
  });

  it('is one element without markup from names', () => {
    const el = document.createElement('div');
    paint(el, { ...tile, overlay: 'data:image/png;base64,AA' }, grid);
    expect(el.childNodes.length).toBe(0);
    expect(el.getAttribute('aria-selected')).toBe('true');
    expect(el.className).toBe(
      'fw-Grid-tile fw-mod-badge fw-mod-selected fw-mod-state fw-mod-line-dashed fw-mod-tone-plain'
    );
    expect(el.style.backgroundImage).toMatch(/data:image\/png;base64,AA.*blob:x/);
    paint(el, { ...tile, picture: { ...picture, url: '', reason: 'Gone.' }, selected: false }, grid);
    expect(el.className).toContain('fw-mod-broken');
    paint(el, { ...tile, picture: undefined, words: undefined, selected: false }, grid);
    expect(el.className).toBe('fw-Grid-tile fw-mod-badge fw-mod-waiting');
  });
});
