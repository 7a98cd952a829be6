#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { argumentsOf } from './arguments.js';
import { addCommands } from './commands.js';
import { EXIT, reportFailure } from './output.js';
import { listenForSignals } from './signals.js';

const program = new Command('stratus')
  .description('Keeps one Postgres warehouse true to the platforms a shop runs on.')
  .option('--json', 'print the result as one JSON value, last line of standard output')
  .option('--data <folder>', 'folder of the embedded mode (default .stratus)')
  .showHelpAfterError('(see --help)')
  .exitOverride();

/** The two options every command knows may stand before or behind its name. */
function shareGlobals(command: Command): void {
  command
    .option('--json', 'print the result as one JSON value')
    .option('--data <folder>', 'folder of the embedded mode')
    .exitOverride();
  command.commands.forEach(shareGlobals);
}

listenForSignals();
try {
  const given = argumentsOf(process.argv.slice(2));
  await addCommands(program, given);
  program.commands.forEach(shareGlobals);
  await program.parseAsync(given, { from: 'user' });
} catch (thrown) {
  if (thrown instanceof CommanderError) process.exitCode = thrown.exitCode === 0 ? EXIT.ok : EXIT.usage;
  else process.exitCode = reportFailure(thrown);
}
// Whatever a library still holds open must not keep a finished command alive.
process.exit();
