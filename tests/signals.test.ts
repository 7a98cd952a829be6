import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { ROOT } from './imports.js';

const LISTENER = `
import { ignoreSignalEchoes } from './bin/signals.mjs';
ignoreSignalEchoes();
let heard = 0;
process.on('SIGINT', () => console.log(++heard));
process.on('SIGUSR2', () => process.exit(heard));
setInterval(() => undefined, 1000);
console.log('ready');
`;

describe('a Ctrl-C that npm repeats', () => {
  it('is heard once', async () => {
    const child = spawn(process.execPath, ['--input-type=module', '--eval', LISTENER], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: child.stdout });
    await once(lines, 'line');
    child.kill('SIGINT');
    await once(lines, 'line');
    child.kill('SIGINT');
    child.kill('SIGUSR2');
    expect(await once(child, 'exit')).toEqual([1, null]);
  });
});
