import { Signs } from './signs.js';

const line = (fields: object): string => JSON.stringify({ level: 'info', ...fields });

describe('the signs of a storm', () => {
  it('are counted, and those of a rebuilt Redis only once it was emptied', () => {
    const signs = new Signs();
    signs.read('scheduler', line({ msg: 'schedule added' }));
    signs.redisEmptied();
    signs.read('scheduler', line({ msg: 'schedule added' }));
    signs.read('scheduler', line({ msg: 'schedule revived' }));
    signs.read(
      'worker-1',
      line({ kind: 'throttled', msg: 'shop, Orders: 429: the platform asks for fewer calls' }),
    );
    signs.read('worker-1', line({ kind: 'throttled', msg: 'another worker is renewing the token' }));
    signs.read('worker-2', 'worker ready (process 17)');
    signs.read('worker-2', '{"level":"info","msg":"token ren');
    expect(signs.rebuilt).toBe(1);
    expect(signs.met).toMatchObject({ 'scheduler repair': 1, '429': 1, 'token refresh': 0 });
  });

  it('tell of a record the last page that brought it, and nothing of another run', () => {
    const signs = new Signs();
    const page = (n: number, process: string, records: readonly string[]): void =>
      signs.read(process, line({ msg: 'page committed', run: 'r1', page: n, attempt: n, lease: n, records }));
    page(1, 'worker-1', ['a', 'b']);
    page(2, 'worker-2', ['b']);
    expect(signs.writtenBy('r1', 'b')).toMatchObject({ page: 2, attempt: 2, process: 'worker-2' });
    expect(signs.writtenBy('r1', 'a')).toMatchObject({ page: 1, process: 'worker-1' });
    expect(signs.writtenBy('r1', 'c')).toBeUndefined();
    expect(signs.writtenBy('r2', 'a')).toBeUndefined();
  });

  it('tell which process was refused as a zombie', () => {
    const signs = new Signs();
    signs.read(
      'worker-3',
      line({ msg: 'run r1 was taken over by another worker; this one’s writes are refused' }),
    );
    expect([signs.refusedTo('worker-3'), signs.refusedTo('worker-1')]).toEqual([1, 0]);
  });
});
