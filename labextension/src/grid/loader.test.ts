import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { GridAsk, GridDrop, GridOverlaysAsk } from '../contract/grid';
import { Loader, type IWanted } from './loader';
import { ASK_KERNEL, PICTURE } from './packed';
import { TileStore } from './store';

vi.mock('@jupyterlab/coreutils', () => ({
  PageConfig: { getBaseUrl: () => '/user/x/', getToken: () => 'secret' }
}));

const words = (id: number) => ({ id, captions: [''], badges: [], details: [], state: null });

/** A packed page whose thumbnails hold one byte each. */
function packed(statuses: number[]): DataView {
  const page = new DataView(new ArrayBuffer(4 + 9 * statuses.length));
  page.setUint32(0, statuses.length, true);
  statuses.forEach((status, i) => {
    page.setUint32(4 + 8 * i, status, true);
    page.setUint32(8 + 8 * i, 1, true);
  });
  return page;
}

describe('the loader', () => {
  let posted: (GridAsk | GridDrop | GridOverlaysAsk)[];
  let store: TileStore;
  let loader: Loader;
  const asked = () => posted.filter(one => one.kind === 'ask');
  const want = (ids: number[], others: Partial<IWanted> = {}): void =>
    loader.want({ ids, near: ids.length, side: 128, overlays: false, hurried: false, ...others });
  const answer = (ask: GridAsk, last = true): void =>
    loader.receive(
      { kind: 'tiles', rid: ask.rid, tiles: ask.ids.map(words), pictures: ask.pictures, last },
      packed(ask.pictures.map(() => PICTURE))
    );

  beforeEach(() => {
    vi.useFakeTimers();
    posted = [];
    store = new TileStore();
    loader = new Loader(
      store,
      message => posted.push(message),
      () => undefined
    );
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('asks once for what rests in sight, and not for what it has', () => {
    want([1, 2]);
    want([2, 3]);
    expect(posted).toEqual([]);
    vi.advanceTimersByTime(40);
    expect(asked()).toMatchObject([{ ids: [2, 3], pictures: [2, 3], side: 128 }]);
    answer(asked()[0]);
    want([3, 4]);
    vi.advanceTimersByTime(40);
    expect(asked()[1]).toMatchObject({ ids: [4], pictures: [4] });
  });

  it('asks for nothing while whole pages fly past', () => {
    for (let page = 0; page < 10; page++) {
      want([10 * page, 10 * page + 1], { hurried: true });
      vi.advanceTimersByTime(50);
    }
    expect(posted).toEqual([]);
    vi.advanceTimersByTime(50);
    expect(asked()).toMatchObject([{ ids: [90, 91] }]);
  });

  it('asks seldom and then for much: for nothing while all that is needed now is there', () => {
    want([1, 2, 3, 4], { near: 2 });
    vi.advanceTimersByTime(40);
    expect(asked()).toMatchObject([{ ids: [1, 2, 3, 4], pictures: [1, 2, 3, 4] }]);
    answer(asked()[0]);
    want([3, 4, 5, 6], { near: 2 });
    vi.advanceTimersByTime(40);
    expect(asked().length).toBe(1);
    want([4, 5, 6, 7], { near: 2 });
    vi.advanceTimersByTime(40);
    expect(asked()[1]).toMatchObject({ ids: [5, 6, 7], pictures: [5, 6, 7] });
  });

  it('asks for nothing at once when what is given up comes to its end while all flies past', async () => {
    const fetched = vi.fn(
      (_url: string, { signal }: RequestInit) =>
        new Promise((_, fail) => signal!.addEventListener('abort', () => fail(new Error('aborted'))))
    );
    vi.stubGlobal('fetch', fetched);
    loader.token = 'f00';
    want([1, 2]);
    await vi.advanceTimersByTimeAsync(40);
    expect(fetched.mock.calls.length).toBe(1);
    want([50, 51], { hurried: true });
    await vi.advanceTimersByTimeAsync(40);
    expect(fetched.mock.calls.length).toBe(1);
    await vi.advanceTimersByTimeAsync(50);
    expect(fetched.mock.calls.length).toBe(2);
  });

  it('gives up what was scrolled past and takes no answer to it', () => {
    want([1, 2]);
    vi.advanceTimersByTime(40);
    want([7]);
    expect(posted[1]).toEqual({ kind: 'drop', rid: asked()[0].rid });
    answer(asked()[0]);
    expect(store.lacksWords(1)).toBe(true);
    vi.advanceTimersByTime(40);
    expect(asked()[1]).toMatchObject({ ids: [7] });
  });

  it('waits for the rest of an answer that comes in parts', () => {
    want([1]);
    vi.advanceTimersByTime(40);
    answer(asked()[0], false);
    want([1, 2]);
    vi.advanceTimersByTime(40);
    expect(asked().length).toBe(1);
    answer(asked()[0]);
    expect(asked()[1]).toMatchObject({ ids: [2] });
  });

  it('asks again when larger thumbnails are wanted, or the old ones may be wrong', () => {
    want([1]);
    vi.advanceTimersByTime(40);
    answer(asked()[0]);
    want([1], { side: 256 });
    vi.advanceTimersByTime(40);
    expect(asked()[1]).toMatchObject({ ids: [], pictures: [1], side: 256 });
    answer(asked()[1]);
    store.wordsChanged();
    want([1], { side: 256 });
    vi.advanceTimersByTime(40);
    expect(asked()[2]).toMatchObject({ ids: [1], pictures: [] });
    expect(store.words(1)).toBeDefined(); // the old ones are shown meanwhile
  });

  it('takes thumbnails from the server, and from the kernel what the server has not', async () => {
    const fetched = vi.fn((_url: string, _init: RequestInit) =>
      Promise.resolve({ ok: true, arrayBuffer: () => Promise.resolve(packed([PICTURE, ASK_KERNEL]).buffer) })
    );
    vi.stubGlobal('fetch', fetched);
    loader.token = 'f00';
    want([1, 2]);
    await vi.advanceTimersByTimeAsync(40);
    expect(fetched.mock.calls[0][0]).toBe('/user/x/fastwidgets/pages/f00?side=128&ids=1,2');
    expect(fetched.mock.calls[0][1].headers).toEqual({ Authorization: 'token secret' });
    expect(asked()[0]).toMatchObject({ ids: [1, 2], pictures: [] });
    answer(asked()[0]);
    expect(asked()[1]).toMatchObject({ ids: [], pictures: [2] });
    expect(store.lacksPicture(1, 128)).toBe(false);
  });

  it('goes on with the kernel alone where the server has no answer', async () => {
    const fetched = vi.fn(() => Promise.resolve({ ok: false, status: 404, statusText: 'Not Found' }));
    vi.stubGlobal('fetch', fetched);
    vi.spyOn(console, 'debug').mockImplementation(() => undefined);
    loader.token = 'f00';
    want([1]);
    await vi.advanceTimersByTimeAsync(40);
    answer(asked()[0]);
    expect(asked()[1]).toMatchObject({ pictures: [1] });
    want([2]);
    await vi.advanceTimersByTimeAsync(40);
    expect(fetched.mock.calls.length).toBe(1);
  });

  it('keeps no more than it may, and lets go of what it drops', () => {
    const thumb = { status: PICTURE, data: new Uint8Array(1_000_000) };
    for (let id = 0; id < 100; id++) {
      store.addPicture(id, thumb, 128);
      store.picture(0); // looked at all the time
    }
    expect(store.size).toBe(32);
    expect(store.lacksPicture(0, 128)).toBe(false);
    expect(store.lacksPicture(50, 128)).toBe(true);
    store.dispose();
    expect(store.size).toBe(0);
  });

  it('lays nothing over a picture that is no image', () => {
    store.addOverlays([1, 2], { '1': 'data:image/png;base64,AAAA', '2': 'javascript:alert(1)' });
    expect([store.overlay(1), store.overlay(2), store.overlay(3)]).toEqual([
      'data:image/png;base64,AAAA',
      '',
      undefined
    ]);
  });
});
