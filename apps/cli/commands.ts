import type { Command } from 'commander';

/** One line of `stratus --help`. */
interface CommandLine {
  /** Its name and its arguments. */
  readonly usage: string;
  readonly description: string;
  /** Gives the command its options, its own commands and its work. */
  readonly load: () => Promise<(command: Command) => unknown>;
}

/** Every command. What it needs is loaded once it is asked for: nobody else pays for that. */
const COMMANDS: readonly CommandLine[] = [
  {
    usage: 'up',
    description: 'everything in one process tree: Postgres, sandbox, scheduler, worker and console',
    load: async () => (await import('./commands/up.js')).up,
  },
  {
    usage: 'connections',
    description: 'accounts on platforms',
    load: async () => (await import('./commands/connections.js')).connections,
  },
  {
    usage: 'run <stream>',
    description: 'reads one stream now and waits for the end',
    load: async () => (await import('./commands/runs.js')).run,
  },
  {
    usage: 'runs',
    description: 'the latest runs',
    load: async () => (await import('./commands/runs.js')).runs,
  },
  {
    usage: 'cancel <run...>',
    description: 'ends waiting or running runs; what they committed stays',
    load: async () => (await import('./commands/runs.js')).cancel,
  },
  {
    usage: 'retry [run...]',
    description: 'puts failed or cancelled runs back in the queue; they resume from their last page',
    load: async () => (await import('./commands/runs.js')).retry,
  },
  {
    usage: 'backfill',
    description: 'reads a past range of a stream beside its live runs',
    load: async () => (await import('./commands/backfill.js')).backfill,
  },
  {
    usage: 'reconcile <stream>',
    description: 'compares ids and versions with the platform, fetches what differs, marks what is gone',
    load: async () => (await import('./commands/reconcile.js')).reconcile,
  },
  {
    usage: 'accept <run...>',
    description: 'counts red runs as succeeded whose counts differ or that came suspiciously empty',
    load: async () => (await import('./commands/completeness.js')).accept,
  },
  {
    usage: 'failures',
    description: 'what goes wrong, grouped by cause',
    load: async () => (await import('./commands/failures.js')).failures,
  },
  {
    usage: 'quarantine',
    description: 'records that could not be used',
    load: async () => (await import('./commands/quarantine.js')).quarantine,
  },
  {
    usage: 'streams',
    description: 'every stream Stratus knows',
    load: async () => (await import('./commands/queries.js')).streams,
  },
  {
    usage: 'status',
    description: 'how fresh every stream is, and why what waits does',
    load: async () => (await import('./commands/queries.js')).status,
  },
  {
    usage: 'sql <query>',
    description: 'asks the warehouse; the query cannot change it',
    load: async () => (await import('./commands/sql.js')).sql,
  },
  {
    usage: 'alerts',
    description: 'what does not heal by itself, and what to do about it',
    load: async () => (await import('./commands/alerts.js')).alerts,
  },
  {
    usage: 'quota',
    description: 'every budget as a meter, who spent it in the last hour, and when runs finish',
    load: async () => (await import('./commands/quota.js')).quota,
  },
  {
    usage: 'sandbox',
    description: 'every platform simulated on a local port',
    load: async () => (await import('./commands/sandbox.js')).sandbox,
  },
  {
    usage: 'scheduler',
    description: 'enqueues due runs; run two, one leads (cluster mode)',
    load: async () => (await import('./commands/processes.js')).scheduler,
  },
  {
    usage: 'worker',
    description: 'works on queued runs; run as many as you like (cluster mode)',
    load: async () => (await import('./commands/processes.js')).worker,
  },
  {
    usage: 'console',
    description: 'the operator console: Bull Board, health, status, metrics (cluster mode)',
    load: async () => (await import('./commands/processes.js')).consoleCommand,
  },
  {
    usage: 'migrate',
    description: 'brings the database to this version; one process at a time, safe to repeat',
    load: async () => (await import('./commands/processes.js')).migrateCommand,
  },
  {
    usage: 'users',
    description: 'who may sign in to the console',
    load: async () => (await import('./commands/users.js')).users,
  },
  {
    usage: 'keys',
    description: 'the keys that seal credentials',
    load: async () => (await import('./commands/keys.js')).keys,
  },
];

/** Adds every command by name, and the rest of the one that the arguments ask for. */
export async function addCommands(program: Command, args: readonly string[]): Promise<void> {
  const [first, second] = program.parseOptions([...args]).operands;
  const asked = first === 'help' ? second : first;
  for (const { usage, description, load } of COMMANDS) {
    const command = program.command(usage).description(description);
    if (command.name() === asked) (await load())(command);
  }
}
