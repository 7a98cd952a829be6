import type { Command } from 'commander';
import type { KeyRing } from '#kernel';
import { keyUses, resealCredentials, type Warehouse } from '#warehouse';
import { contextOf, withStack } from '../context.js';
import { missingKey } from '../missing-keys.js';
import { EXIT, type Output } from '../output.js';

/** `keys list|rotate`: which keys seal credentials, and sealing everything with the first one. */
export function keys(group: Command): void {
  group
    .command('list')
    .description('every key by its id, and which connections need it')
    .action(async (_: unknown, command: Command) => {
      const context = contextOf(command);
      await withStack(context, 'keys', async ({ warehouse, ring }) => {
        process.exitCode = show(context.output, await keyStates(warehouse, ring));
      });
    });

  group
    .command('rotate')
    .description(
      'seals every credential with the first key of STRATUS_SECRET_KEY; older keys can then be removed',
    )
    .action(async (_: unknown, command: Command) => {
      const context = contextOf(command);
      await withStack(context, 'keys', async ({ warehouse, ring }) => {
        const before = await keyStates(warehouse, ring);
        await resealCredentials(warehouse, ring);
        process.exitCode = show(context.output, await keyStates(warehouse, ring), before);
      });
    });
}

interface KeyState {
  readonly key: string;
  /** `missing`: some connection needs it and `STRATUS_SECRET_KEY` does not hold it. */
  readonly state: 'seals' | 'opens' | 'missing';
  readonly rows: number;
  readonly connections: readonly string[];
}

async function keyStates(warehouse: Warehouse, ring: KeyRing): Promise<KeyState[]> {
  const uses = new Map((await keyUses(warehouse)).map((use) => [use.key, use.connections]));
  return [...new Set([...ring.keys.keys(), ...uses.keys()])].map((key) => {
    const connections = uses.get(key) ?? [];
    const state = key === ring.current ? 'seals' : ring.keys.has(key) ? 'opens' : 'missing';
    return { key, state, rows: connections.length, connections };
  });
}

/** A key that is missing is told with the connections that wait for it, and makes the command fail. */
function show(output: Output, keys: readonly KeyState[], before?: readonly KeyState[]): number {
  const code = keys.some(({ state }) => state === 'missing') ? EXIT.failed : EXIT.ok;
  const was = new Map(before?.map(({ key, rows }) => [key, rows]));
  if (output.json) {
    output.result({
      current: keys.find(({ state }) => state === 'seals')?.key,
      ...(before ? { before: Object.fromEntries([...was].filter(([, rows]) => rows > 0)) } : {}),
      rows: keys.reduce((sum, { rows }) => sum + rows, 0),
      keys,
    });
    return code;
  }
  output.table(
    ['key', 'state', ...(before ? ['rows before', 'rows now'] : ['rows']), 'connections'],
    keys.map(({ key, state, rows, connections }) => [
      key,
      state,
      ...(before ? [was.get(key) ?? 0] : []),
      rows,
      connections.join(', '),
    ]),
  );
  for (const { key, state, rows, connections } of keys) {
    if (state === 'missing') output.line(missingKey(key, connections));
    if (state === 'opens')
      output.line(
        rows === 0
          ? `key ${key} can be removed from STRATUS_SECRET_KEY`
          : `keep key ${key}: ${rows} ${rows === 1 ? 'row needs' : 'rows need'} it; seal them with the first key by: npx stratus keys rotate`,
      );
  }
  return code;
}
