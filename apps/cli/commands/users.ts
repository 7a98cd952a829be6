import { readFileSync } from 'node:fs';
import { Option, type Command } from 'commander';
import { Failure } from '#kernel';
import { DEFAULT_WORKSPACE, type Role } from '#warehouse';
import { contextOf, withStack } from '../context.js';

const ROLES: readonly Role[] = ['viewer', 'operator', 'admin'];

interface UserOptions {
  readonly role: Role;
  readonly workspace: string;
  readonly passwordFile?: string;
}

/** `users add|password|second-factor-off`: who may sign in to the console, and the way back in when something is lost. */
export function users(group: Command): void {
  const passwordFile = (): Option =>
    new Option(
      '--password-file <file>',
      'read the password from a file, - for standard input (default: a random one, shown once)',
    );

  const inWorkspace = (): Option =>
    new Option('--workspace <id>', 'whose user it is').default(DEFAULT_WORKSPACE);

  group
    .command('add <name>')
    .description('adds a user')
    .addOption(new Option('--role <role>', 'what the user may do').choices(ROLES).default('viewer'))
    .addOption(inWorkspace())
    .addOption(passwordFile())
    .action(async (name: string, _: unknown, command: Command) => {
      const context = contextOf(command);
      const { role, workspace, ...options } = command.optsWithGlobals<UserOptions>();
      const { createUser, randomPassword } = await import('../../console/index.js');
      const { password, shown } = chosenPassword(options.passwordFile, randomPassword);
      await withStack(context, 'users', ({ warehouse }) =>
        createUser(warehouse, { name, password, role, workspace }),
      );
      if (context.output.json) context.output.result({ name, role, ...shown });
      else context.output.line(`${name} (${role}) added${announce(shown)}`);
    });

  group
    .command('password <name>')
    .description('sets a new password and ends the sessions of the old one')
    .addOption(inWorkspace())
    .addOption(passwordFile())
    .action(async (name: string, _: unknown, command: Command) => {
      const context = contextOf(command);
      const { randomPassword, setPassword } = await import('../../console/index.js');
      const { passwordFile: file, workspace } = command.optsWithGlobals<UserOptions>();
      const { password, shown } = chosenPassword(file, randomPassword);
      await withStack(context, 'users', ({ warehouse }) =>
        setPassword(warehouse, name, password, { workspace }),
      );
      if (context.output.json) context.output.result({ name, ...shown });
      else context.output.line(`the password of ${name} is set${announce(shown)}`);
    });

  group
    .command('second-factor-off <name>')
    .description('takes a lost second factor off and ends the sessions of the user')
    .addOption(inWorkspace())
    .action(async (name: string, _: unknown, command: Command) => {
      const context = contextOf(command);
      const { dropFactor, endSessions, findUser } = await import('../../console/index.js');
      const { workspace } = command.optsWithGlobals<UserOptions>();
      await withStack(context, 'users', async ({ warehouse }) => {
        const { id } = await findUser(warehouse, name, workspace);
        await dropFactor({ warehouse }, id);
        await endSessions(warehouse, id);
      });
      if (context.output.json) context.output.result({ name, secondFactor: false });
      else context.output.line(`${name} signs in with the password alone`);
    });
}

/** A password that was given is not shown again; a random one is shown this once. */
function chosenPassword(
  file: string | undefined,
  random: () => string,
): { password: string; shown: { password?: string } } {
  if (file === undefined) {
    const password = random();
    return { password, shown: { password } };
  }
  try {
    return { password: readFileSync(file === '-' ? 0 : file, 'utf8').replace(/\r?\n$/, ''), shown: {} };
  } catch (cause) {
    throw new Failure('config', `cannot read the password from ${file === '-' ? 'standard input' : file}`, {
      cause,
    });
  }
}

const announce = ({ password }: { password?: string }): string =>
  password === undefined ? '' : `: ${password}   (shown this once)`;
