import type { Command } from 'commander';
import { acceptRun, type RunRow } from '#warehouse';
import { contextOf, withStack } from '../context.js';
import { person } from '../person.js';

/** `accept`: a person's word against the platform's count, or against what a stream's history expects. */
export function accept(command: Command): void {
  command.action(async (ids: string[], _: unknown, command: Command) => {
    const context = contextOf(command);
    await withStack(context, 'accept', async ({ warehouse }) => {
      const runs: RunRow[] = [];
      for (const id of ids) runs.push(await acceptRun(warehouse, id, { by: person(), now: new Date() }));
      if (context.output.json)
        return context.output.result({
          accepted: runs.map((run) => ({ run: run.id, stream: run.stream, by: run.acceptedBy })),
        });
      for (const run of runs)
        context.output.line(
          `run ${run.id} of ${run.stream} counts as succeeded: ${run.verdictReason ?? 'accepted'}`,
        );
    });
  });
}
