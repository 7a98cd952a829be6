import type { Command } from 'commander';
import { openAlerts } from '#warehouse';
import { contextOf, withStack } from '../context.js';

/** `alerts`: what waits for a person. */
export function alerts(command: Command): void {
  command.action(async (_: unknown, command: Command) => {
    const context = contextOf(command);
    await withStack(context, 'alerts', async ({ warehouse }) => {
      const alerts = await openAlerts(warehouse);
      if (context.output.json) return context.output.result({ alerts });
      if (alerts.length === 0) return context.output.line('no alert is open');
      context.output.table(
        ['severity', 'since', 'last seen', 'connection', 'stream', 'what'],
        alerts.map((one) => [one.severity, one.firstAt, one.lastAt, one.connection, one.stream, one.title]),
      );
      for (const { title, detail } of alerts) context.output.line(`\n${title}\n  ${detail}`);
    });
  });
}
