import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { GridAsk, GridDrop, GridOverlaysAsk } from '../contract/grid';
import { Loader } from './loader';
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
  const revoked = vi.fn();
  const asked = () => posted.filter(one => one.kind === 'ask');
  const answer = (ask: GridAsk, last = true): void =>
    loader.receive(
      { kind: 'tiles', rid: ask.rid, tiles: ask.ids.map(words), pictures: ask.pictures, last },
      packed(ask.pictures.map(() => PICTURE))
    );

  beforeEach(() => {
    vi.useFakeTimers();
    URL.createObjectURL = () => `blob:${Math.random()}`;
    revoked.mockClear();
    URL.revokeObjectURL = revoked;
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
    loader.want([1, 2], 128, false);
    loader.want([2, 3], 128, false);
    expect(posted).toEqual([]);
    vi.advanceTimersByTime(40);
    expect(asked()).toMatchObject([{ ids: [2, 3], pictures: [2, 3], side: 128 }]);
    answer(asked()[0]);
    loader.want([3, 4], 128, false);
    vi.advanceTimersByTime(40);
    expect(asked()[1]).toMatchObject({ ids: [4], pictures: [4] });
  });

  it('asks for nothing while whole pages fly past', () => {
    for (let page = 0; page < 10; page++) {
      loader.want([10 * page, 10 * page + 1], 128, false);
      vi.advanceTimersByTime(20);
    }
    expect(posted).toEqual([]);
    vi.advanceTimersByTime(20);
    expect(asked()).toMatchObject([{ ids: [90, 91] }]);
  });

  it('gives up what was scrolled past and takes no answer to it', () => {
    loader.want([1, 2], 128, false);
    vi.advanceTimersByTime(40);
    loader.want([7], 128, false);
    expect(posted[1]).toEqual({ kind: 'drop', rid: asked()[0].rid });
    answer(asked()[0]);
    expect(store.lacksWords(1)).toBe(true);
    vi.advanceTimersByTime(40);
    expect(asked()[1]).toMatchObject({ ids: [7] });
  });

  it('waits for the rest of an answer that comes in parts', () => {
    loader.want([1], 128, false);
    vi.advanceTimersByTime(40);
    answer(asked()[0], false);
    loader.want([1, 2], 128, false);
    vi.advanceTimersByTime(40);
    expect(asked().length).toBe(1);
    answer(asked()[0]);
    expect(asked()[1]).toMatchObject({ ids: [2] });
  });

  it('asks again when larger thumbnails are wanted, or the old ones may be wrong', () => {
    loader.want([1], 128, false);
    vi.advanceTimersByTime(40);
    answer(asked()[0]);
    loader.want([1], 256, false);
    vi.advanceTimersByTime(40);
    expect(asked()[1]).toMatchObject({ ids: [], pictures: [1], side: 256 });
    answer(asked()[1]);
    store.wordsChanged();
    loader.want([1], 256, false);
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
    loader.want([1, 2], 128, false);
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
    loader.want([1], 128, false);
    await vi.advanceTimersByTimeAsync(40);
    answer(asked()[0]);
    expect(asked()[1]).toMatchObject({ pictures: [1] });
    loader.want([2], 128, false);
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
    expect(revoked).toHaveBeenCalledTimes(68);
    store.dispose();
    expect(revoked).toHaveBeenCalledTimes(100);
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
