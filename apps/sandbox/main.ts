import { fileURLToPath } from 'node:url';
import { asFailure } from '#kernel';
import { startSandbox, type SandboxOptions } from './index.js';

/**
 * The sandbox as a process: prints one JSON line when it listens, and ends on SIGINT, SIGTERM or when the process
 * that forked it is gone.
 */
export async function main(options: SandboxOptions): Promise<void> {
  const sandbox = await startSandbox(options);
  const stop = (): void => void sandbox.close().then(() => process.exit(0));
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  if (process.send) process.once('disconnect', stop);
  process.stdout.write(`${JSON.stringify({ event: 'ready', url: sandbox.url })}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const given = process.argv[2] ?? '{}';
  Promise.resolve()
    .then(() => main(JSON.parse(given) as SandboxOptions))
    .catch((error: unknown) => {
      process.stderr.write(`stratus: ${asFailure(error).message}\n`);
      process.exit(1);
    });
}
