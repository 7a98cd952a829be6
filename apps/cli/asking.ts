import { createInterface } from 'node:readline/promises';
import { Failure } from '#kernel';
import type { Context } from './context.js';

/** True where the person agrees, or has said `--yes`; a script that did not is told how to, and nothing is done. */
export async function agreed(context: Context, deed: string, yes: boolean): Promise<boolean> {
  if (yes) return true;
  if (!process.stdin.isTTY || !process.stderr.isTTY || context.output.json)
    throw new Failure(
      'config',
      `this would ${deed}; nothing was done: say --yes to do it, or --preview to look first`,
    );
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const question = `${deed[0]!.toUpperCase()}${deed.slice(1)}? [y/N] `;
    const answer = await asking.question(question, { signal: context.signal });
    return /^y(es)?$/i.test(answer.trim());
  } catch (thrown) {
    // Ctrl-C at the question is a no.
    if (context.signal.aborted) return false;
    throw thrown;
  } finally {
    asking.close();
  }
}

export const plural = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;
