import { Command } from 'commander';
import { argumentsOf } from './arguments.js';

/** What `sql` is asked where this stands behind `stratus`. */
function askedBy(...given: string[]): string | undefined {
  let asked: string | undefined;
  const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  program
    .command('sql <query>')
    .option('--json')
    .action((query: string) => void (asked = query));
  program.parse(argumentsOf(given), { from: 'user' });
  return asked;
}

describe('a query', () => {
  it('may begin with a comment', () => {
    expect(askedBy('sql', '-- Orders of a day\nselect 1', '--json')?.trim()).toBe(
      '-- Orders of a day\nselect 1',
    );
    expect(askedBy('sql', '--\nselect 1')?.trim()).toBe('--\nselect 1');
  });

  it('is as it is where it does not, and an option stays one', () => {
    expect(askedBy('sql', 'select 1 -- one', '--json')).toBe('select 1 -- one');
    expect(() => askedBy('sql', '--jsn')).toThrow("unknown option '--jsn'");
  });
});
