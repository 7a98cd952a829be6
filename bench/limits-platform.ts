import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as after } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DEMO_ACCESS } from '#simulators/shopify';

/** The bucket as the platform tells it. */
export interface Level {
  readonly maximumAvailable: number;
  readonly currentlyAvailable: number;
  readonly restoreRate: number;
}

/** The strict simulator in a process of its own, and its own account of what it served and refused. */
export async function startPlatform(): Promise<{ url: string; child: ChildProcess }> {
  const main = fileURLToPath(new URL('../../bin/sandbox.mjs', import.meta.url));
  const child = spawn(process.execPath, [main, JSON.stringify({ plan: 'standard' })], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  const line = await Promise.race([
    once(lines, 'line').then(([text]) => String(text)),
    once(child, 'exit').then(() => {
      throw new Error('the sandbox ended before it listened');
    }),
  ]);
  return { url: (JSON.parse(line) as { url: string }).url, child };
}

export async function post(url: string, body: object): Promise<void> {
  const reply = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  if (!reply.ok) throw new Error(`${url} answered ${reply.status}: ${await reply.text()}`);
}

export async function ask(url: string, query: string): Promise<{ requested: number; level: Level }> {
  const reply = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-shopify-access-token': DEMO_ACCESS.accessToken },
    body: JSON.stringify({ query }),
  });
  const { extensions, errors } = (await reply.json()) as {
    extensions?: { cost: { requestedQueryCost: number; throttleStatus: Level } };
    errors?: unknown;
  };
  if (!extensions || errors) throw new Error(`the sandbox refused ${query}: ${JSON.stringify(errors)}`);
  return { requested: extensions.cost.requestedQueryCost, level: extensions.cost.throttleStatus };
}

export async function refilled(url: string): Promise<void> {
  for (;;) {
    const now = await bucket(url);
    if (now.currentlyAvailable >= now.maximumAvailable - 1) return;
    await after(250);
  }
}

export const bucket = async (url: string): Promise<Level> => (await ask(url, '{ shop { name } }')).level;

export async function readLedger(
  platform: string,
): Promise<{ points: number; served: number; throttled: number; refused: Record<string, number> }> {
  const reply = await fetch(`${platform}/_sandbox/ledger`);
  const { accounts } = (await reply.json()) as {
    accounts: Record<string, { points: number; served: number; refused: Record<string, number> } | undefined>;
  };
  const { points, served, refused } = accounts['shopify/demo'] ?? { points: 0, served: 0, refused: {} };
  return { points, served, refused, throttled: refused['throttled'] ?? 0 };
}
