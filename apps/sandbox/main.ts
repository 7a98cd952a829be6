import { asFailure } from '#kernel';
import { startSandbox, type SandboxOptions } from './index.js';

/**
 * The sandbox as a process: prints one JSON line when it listens, and ends on SIGINT, SIGTERM or when the process
 * that forked it is gone.
 */
async function main(options: SandboxOptions): Promise<void> {
  const sandbox = await startSandbox(options);
  const stop = (): void => void sandbox.close().then(() => process.exit(0));
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  if (process.send) process.once('disconnect', stop);
  process.stdout.write(`${JSON.stringify({ event: 'ready', url: sandbox.url })}\n`);
}

try {
  await main(JSON.parse(process.argv[2] ?? '{}') as SandboxOptions);
} catch (error) {
  process.stderr.write(`stratus: ${asFailure(error).message}\n`);
  process.exit(1);
}
