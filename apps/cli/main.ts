#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { addAlerts } from './commands/alerts.js';
import { addBackfill } from './commands/backfill.js';
import { addCompleteness } from './commands/completeness.js';
import { addConnections } from './commands/connections.js';
import { addFailures } from './commands/failures.js';
import { addKeys } from './commands/keys.js';
import { addProcesses } from './commands/processes.js';
import { addQuarantine } from './commands/quarantine.js';
import { addQueries } from './commands/queries.js';
import { addReconcile } from './commands/reconcile.js';
import { addQuota } from './commands/quota.js';
import { addRuns } from './commands/runs.js';
import { addSandbox } from './commands/sandbox.js';
import { addUp } from './commands/up.js';
import { addUsers } from './commands/users.js';
import { listenForSignals } from './context.js';
import { EXIT, reportFailure } from './output.js';

const program = new Command('stratus')
  .description('Keeps one Postgres warehouse true to the platforms a shop runs on.')
  .option('--json', 'print the result as one JSON value, last line of standard output')
  .option('--data <folder>', 'folder of the embedded mode (default .stratus)')
  .showHelpAfterError('(see --help)')
  .exitOverride();

for (const add of [
  addUp,
  addConnections,
  addRuns,
  addBackfill,
  addReconcile,
  addCompleteness,
  addFailures,
  addQuarantine,
  addQueries,
  addAlerts,
  addQuota,
  addSandbox,
  addProcesses,
  addUsers,
  addKeys,
])
  add(program);
// The two options every command knows may stand before or behind its name.
for (const command of program.commands) shareGlobals(command);

function shareGlobals(command: Command): void {
  command
    .option('--json', 'print the result as one JSON value')
    .option('--data <folder>', 'folder of the embedded mode')
    .exitOverride();
  command.commands.forEach(shareGlobals);
}

listenForSignals();
try {
  await program.parseAsync();
} catch (thrown) {
  if (thrown instanceof CommanderError) process.exitCode = thrown.exitCode === 0 ? EXIT.ok : EXIT.usage;
  else process.exitCode = reportFailure(thrown);
}
// Whatever a library still holds open must not keep a finished command alive.
process.exit();
