import { spawn } from 'node:child_process';
import { once } from 'node:events';

const SOON_MS = 3000;
const running = new Set();
let ended = false;

/**
 * Runs one program in a process group of its own, so that everything it starts can be ended with it.
 * `show`: pass its output through; otherwise the output is kept and returned.
 */
export async function run(command, args, { show = false, env = process.env, timeoutMs } = {}) {
  if (ended) return { ok: false, output: 'stopped', ms: 0 };
  const startedAt = performance.now();
  const child = spawn(command, args, {
    env,
    stdio: ['ignore', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'],
    detached: true,
  });
  running.add(child);
  // What it started and left running would otherwise hold its output open, and outlive us.
  child.once('exit', () => signalGroup(child, 'SIGKILL'));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk));
  const timer =
    timeoutMs &&
    setTimeout(() => ((output += `\nstopped after ${timeoutMs / 1000} s`), void endGroup(child)), timeoutMs);
  const code = await Promise.race([
    once(child, 'close').then(([code]) => code),
    once(child, 'error').then(([error]) => ((output += error.message), 127)),
  ]);
  clearTimeout(timer);
  running.delete(child);
  return { ok: code === 0, output, ms: performance.now() - startedAt };
}

/** Ends everything `run` has started and refuses to start more. */
export async function endAll() {
  ended = true;
  await Promise.all([...running].map(endGroup));
}

async function endGroup(child) {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'close');
  signalGroup(child, 'SIGTERM');
  const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), SOON_MS);
  await gone;
  clearTimeout(timer);
}

function signalGroup(child, signal) {
  try {
    process.kill(-child.pid, signal);
  } catch {
    // Already gone.
  }
}
