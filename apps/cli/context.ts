import type { Command } from 'commander';
import { readEnv, type Env } from '#config';
import { createOutput, type Output } from './output.js';
import { stopped } from './signals.js';
import type { Stack } from './stack.js';

/** What a command is given: the environment with the command line's own words over it, and a way to speak. */
export interface Context {
  readonly env: Env;
  readonly output: Output;
  /** Aborted by Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
}

interface Globals {
  readonly json?: boolean;
  readonly data?: string;
  readonly port?: number;
}

export function contextOf(command: Command): Context {
  const options = command.optsWithGlobals<Globals>();
  const env = readEnv(process.env);
  return {
    env: {
      ...env,
      ...(options.data === undefined ? {} : { dataDir: options.data }),
      ...(options.port === undefined ? {} : { port: options.port }),
    },
    output: createOutput(options.json ?? false),
    signal: stopped,
  };
}

/** Results tell a person what went wrong already: logs stay silent unless LOG_LEVEL asks for them. */
export const quiet = (env: Env): Env => ({ ...env, logLevel: env.logLevel ?? 'silent' });

/** Opens the stack for one command and closes it whatever happens. */
export async function withStack<T>(
  context: Context,
  name: string,
  work: (stack: Stack) => Promise<T>,
): Promise<T> {
  const { openStack } = await import('./stack.js');
  const stack = await openStack({ env: quiet(context.env), process: name, migrate: false });
  try {
    return await work(stack);
  } finally {
    await stack.close();
  }
}
