import { fork, spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The process itself can only be run from its build; `npm run verify` builds before it tests. */
const MAIN = fileURLToPath(new URL('../../bin/sandbox.mjs', import.meta.url));
const BUILT = fileURLToPath(new URL('../../dist/apps/sandbox/main.js', import.meta.url));
const built = existsSync(BUILT) ? describe : describe.skip;

const said = (child: ChildProcess, stream: 'stdout' | 'stderr'): Promise<string> =>
  new Promise((resolve, reject) => {
    child[stream]!.once('data', (chunk: Buffer) => resolve(chunk.toString()));
    child.once('error', reject);
  });
const exit = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => child.once('exit', resolve));

built('the sandbox as a process', () => {
  const options = JSON.stringify({ orders: 3 });

  it('says where it listens, serves, and ends with the process that forked it', async () => {
    const child = fork(MAIN, [options], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    const ended = exit(child);
    const ready = JSON.parse(await said(child, 'stdout')) as { event: string; url: string };
    expect(ready.event).toBe('ready');
    expect((await fetch(`${ready.url}/_sandbox/truth`)).status).toBe(200);
    child.disconnect();
    expect(await ended).toBe(0);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('ends on %s', async (signal) => {
    const child = spawn(process.execPath, [MAIN, options], { stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = exit(child);
    await said(child, 'stdout');
    child.kill(signal);
    expect(await ended).toBe(0);
  });

  it('says what is wrong and ends with 1', async () => {
    const child = spawn(process.execPath, [MAIN, JSON.stringify({ shopFile: '/nowhere.csv' })], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = exit(child);
    expect(await said(child, 'stderr')).toMatch(/^stratus: the shop file \/nowhere\.csv cannot be read/);
    expect(await ended).toBe(1);
  });
});
