import type { Command } from 'commander';
import { resealCredentials } from '#warehouse';
import { contextOf, withStack } from '../context.js';

/** `keys rotate`: after a new key was put in front of STRATUS_SECRET_KEY, seals everything with it. */
export function addKeys(program: Command): void {
  const group = program.command('keys').description('the keys that seal credentials');
  group
    .command('rotate')
    .description(
      'seals every credential with the first key of STRATUS_SECRET_KEY; older keys can then be removed',
    )
    .action(async (_: unknown, command: Command) => {
      const context = contextOf(command);
      await withStack(context, 'keys', async ({ warehouse, ring }) => {
        const held = await resealCredentials(warehouse, ring);
        const rows = Object.values(held).reduce((sum, n) => sum + n, 0);
        if (context.output.json) return context.output.result({ current: ring.current, before: held, rows });
        context.output.table(
          ['key', 'rows before', 'rows now'],
          [...new Set([ring.current, ...ring.keys.keys(), ...Object.keys(held)])].map((key) => [
            key,
            held[key] ?? 0,
            key === ring.current ? rows : 0,
          ]),
        );
        context.output.line(`every key but ${ring.current} can be removed from STRATUS_SECRET_KEY`);
      });
    });
}
