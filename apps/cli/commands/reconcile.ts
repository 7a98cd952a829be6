import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { streamOf } from '#catalog';
import { Failure } from '#kernel';
import { contextOf } from '../context.js';
import { makeRun } from '../../desk/runs.js';
import { chosen, working } from './runs.js';

interface ReconcileOptions {
  readonly connection?: string;
  readonly accept?: boolean;
}

/** `reconcile`: both sides compared by id, and what differs put right. */
export function reconcile(command: Command): void {
  command
    .option('--connection <name>', 'only this connection (default: all of the platform)')
    .option('--accept', 'believe a list that is suspiciously short, and mark gone what is not in it')
    .action(async (name: string, _: unknown, command: Command) => {
      const { connection: wanted, accept } = command.optsWithGlobals<ReconcileOptions>();
      const stream = streamOf(name);
      if (!stream.listing)
        throw new Failure(
          'config',
          `the ids of ${stream.name} cannot be listed, so there is nothing to compare; read everything again instead: npx stratus run ${stream.name} --full`,
        );
      process.exitCode = await working(contextOf(command), 'reconcile', async (stack) => {
        const runs = [];
        for (const connection of await chosen(stack, stream.platform, wanted))
          runs.push({
            run: await makeRun(
              stack,
              connection,
              {
                stream: stream.name,
                kind: 'reconcile',
                ...(accept ? { acceptedBy: userInfo().username } : {}),
              },
              new Date(),
            ),
            connection: connection.name,
          });
        return runs;
      });
    });
}
