import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { platformOf, platforms } from '#catalog';
import { Failure, type Json } from '#kernel';
import { probe, type Platform } from '#sync';
import {
  findConnection,
  listConnections,
  reactivate,
  removeConnection,
  saveConnection,
  setPaused,
  warehouseTables,
  type ConnectionRow,
  type SavedConnection,
} from '#warehouse';
import { z } from 'zod';
import { contextOf, withStack, type Context } from '../context.js';
import { EXIT } from '../output.js';
import { ensureSandbox } from '../ensure-sandbox.js';
import type { Stack } from '../stack.js';

/** `connections add|list|test|remove|import-env`. Secrets are read from a file or from standard input, never from arguments. */
export function connections(group: Command): void {
  group
    .command('add <platform>')
    .description('adds an account, or replaces its settings and credentials')
    .requiredOption('--name <name>', 'what you call this account')
    .option('--set <key=value>', 'a setting, such as shop=myshop; may be repeated', collect, [])
    .option('--credentials <file>', 'JSON file with the credentials; - reads standard input', '-')
    .option('--base-url <url>', 'talk to this server instead of the platform')
    .option(
      '--token-url <url>',
      'renew tokens there: a whole address, or a host alone for the platform’s path',
    )
    .option('--sandbox', 'that server is a stand-in: plain http and private addresses are allowed')
    .addHelpText(
      'after',
      '\nExample:\n  echo \'{"accessToken":"…"}\' | npx stratus connections add shopify --name myshop --set shop=myshop',
    )
    .action(async (name: string, options: AddOptions, command: Command) => {
      const context = contextOf(command);
      const platform = platformOf(name);
      await withStack(context, 'connections', async (stack) => {
        const connection = await add(stack, platform, options);
        if (context.output.json)
          return context.output.result({ ...publicView(connection), resumed: connection.resumed });
        context.output.line(
          `${connection.name} saved; prove it with: npx stratus connections test ${connection.name}`,
        );
        if (connection.resumed > 0) context.output.line(resumedLine(connection.resumed));
      });
    });

  group
    .command('list')
    .description('every account and its state')
    .action(async (_: unknown, command: Command) => {
      const context = contextOf(command);
      await withStack(context, 'connections', async ({ warehouse }) => {
        const connections = await listConnections(warehouse);
        if (context.output.json) return context.output.result({ connections: connections.map(publicView) });
        if (connections.length === 0)
          return context.output.line(
            'no connections yet; add one with: npx stratus connections add shopify --name myshop --set shop=myshop',
          );
        context.output.table(
          ['name', 'platform', 'status', 'id', 'settings', 'reason'],
          connections.map((one) => [
            one.name,
            one.platform,
            one.status,
            one.id,
            one.settings,
            one.statusReason,
          ]),
        );
      });
    });

  group
    .command('test <name>')
    .description(
      'makes one cheap call and says what the platform answered; ends the wait for new credentials where these work after all',
    )
    .action(async (name: string, _: unknown, command: Command) => {
      const context = contextOf(command);
      await withStack(context, 'connections', async (stack) => {
        const sandbox = await ensureSandbox(stack, context);
        try {
          const connection = await findConnection(stack.warehouse, name);
          const { says: said, scopes } = await probe(
            stack.engine(),
            platformOf(connection.platform),
            connection,
            context.signal,
          );
          const resumed = await reactivate(stack.warehouse, connection.id, new Date());
          if (context.output.json)
            return context.output.result({ connection: name, ok: true, says: said, scopes, resumed });
          context.output.line(`${name} works: ${said}`);
          if (connection.status === 'reconnect') context.output.line(`${name} is active again`);
          if (resumed > 0) context.output.line(resumedLine(resumed));
        } finally {
          await sandbox.stop();
        }
      });
    });

  group
    .command('remove <name>')
    .description('forgets the account, its credentials, schedules and runs; its rows stay unless --purge')
    .option('--purge', 'also delete every warehouse row it brought')
    .action(async (name: string, options: { purge?: boolean }, command: Command) => {
      const context = contextOf(command);
      await withStack(context, 'connections', async ({ warehouse }) => {
        const connection = await findConnection(warehouse, name);
        await removeConnection(
          warehouse,
          connection.id,
          options.purge ? warehouseTables.map((table) => table.name) : [],
        );
        if (context.output.json)
          context.output.result({ removed: connection.name, purged: options.purge ?? false });
        else
          context.output.line(
            `${connection.name} removed${options.purge ? ' with its rows' : '; its rows stay in the warehouse'}`,
          );
      });
    });

  for (const [verb, paused] of [
    ['pause', true],
    ['resume', false],
  ] as const)
    group
      .command(`${verb} <name>`)
      .description(
        paused
          ? 'stops its schedules; runs under way end first, waiting ones wait'
          : 'starts its schedules again, and the runs that waited',
      )
      .action(async (name: string, _: unknown, command: Command) => {
        const context = contextOf(command);
        await withStack(context, 'connections', async ({ warehouse }) => {
          await setPaused(warehouse, await findConnection(warehouse, name), paused, person());
          if (context.output.json)
            context.output.result({ connection: name, status: paused ? 'paused' : 'active' });
          else context.output.line(`${name} is ${paused ? 'paused' : 'active'}`);
        });
      });

  group
    .command('import-env')
    .description('makes connections from SHOPIFY_SHOP, SHOPIFY_ACCESS_TOKEN and the like in the environment')
    .action(async (_: unknown, command: Command) => {
      const context = contextOf(command);
      process.exitCode = await importEnv(context);
    });
}

interface AddOptions {
  readonly name: string;
  readonly set: readonly string[];
  readonly credentials: string;
  readonly baseUrl?: string;
  readonly tokenUrl?: string;
  readonly sandbox?: boolean;
}

const resumedLine = (runs: number): string =>
  runs === 1 ? '1 run that waited for it goes on' : `${runs} runs that waited for it go on`;

const collect = (value: string, before: string[]): string[] => [...before, value];

async function add(stack: Stack, platform: Platform, options: AddOptions): Promise<SavedConnection> {
  const { tokenUrl = options.tokenUrl, ...given } = Object.fromEntries(options.set.map(keyAndValue));
  const settings = checked(platform, 'settings', given);
  const credentials = checked(platform, 'credentials', readCredentials(options.credentials));
  for (const [name, url] of [
    ['--base-url', options.baseUrl],
    ['--token-url', tokenUrl],
  ] as const)
    if (url !== undefined && !URL.canParse(url)) throw new Failure('config', `${name} ${url} is not a URL`);
  return saveConnection(stack.warehouse, stack.ring, {
    platform: platform.name,
    name: options.name,
    settings: { ...(settings as Record<string, Json>), ...(tokenUrl === undefined ? {} : { tokenUrl }) },
    credentials,
    baseUrl: options.baseUrl ?? null,
    sandbox: options.sandbox ?? false,
  });
}

function keyAndValue(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw new Failure('config', `--set ${text}: write key=value`);
  return [text.slice(0, at), text.slice(at + 1)];
}

/** Only names of fields are told: what was read may be a secret. */
function checked(platform: Platform, what: 'settings' | 'credentials', value: unknown): Json {
  const parsed = platform[what].safeParse(value);
  if (parsed.success) return parsed.data as Json;
  const fields = parsed.error.issues.map(
    (issue) =>
      `${issue.path.join('.') || what}: ${issue.code === 'invalid_union' ? 'fits none of the allowed forms' : issue.message}`,
  );
  const allowed = JSON.stringify(z.toJSONSchema(platform[what], { io: 'input', unrepresentable: 'any' }), [
    'anyOf',
    'properties',
    'required',
    'type',
    'items',
    ...fieldNames(platform[what]),
  ]);
  throw new Failure(
    'config',
    `wrong ${what} for ${platform.title}: ${fields.join('; ')}. Allowed: ${allowed}`,
  );
}

function fieldNames(schema: z.ZodType): string[] {
  const found = new Set<string>();
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    if ('properties' in node && typeof node.properties === 'object' && node.properties)
      for (const key of Object.keys(node.properties)) found.add(key);
    Object.values(node).forEach(visit);
  };
  visit(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }));
  return [...found];
}

function readCredentials(file: string): unknown {
  let text: string;
  if (file === '-' && process.stdin.isTTY)
    process.stderr.write(
      'Paste the credentials as JSON, for example {"accessToken":"…"}, then press Enter and Ctrl-D:\n',
    );
  try {
    text = readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (cause) {
    throw new Failure(
      'config',
      `cannot read the credentials from ${file === '-' ? 'standard input' : file}`,
      { cause },
    );
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new Failure('config', 'the credentials are not JSON; write for example {"accessToken":"…"}');
  }
}

async function importEnv(context: Context): Promise<number> {
  const found = platforms.flatMap((platform) => {
    const made = platform.fromEnv(context.env.platforms);
    return made ? [{ platform, made }] : [];
  });
  if (found.length === 0)
    throw new Failure(
      'config',
      'no platform is named in the environment; set for example SHOPIFY_SHOP and SHOPIFY_ACCESS_TOKEN (see .env.example)',
    );
  return withStack(context, 'connections', async (stack) => {
    const saved: ConnectionRow[] = [];
    for (const { platform, made } of found)
      saved.push(
        await saveConnection(stack.warehouse, stack.ring, {
          platform: platform.name,
          name: made.name,
          settings: checked(platform, 'settings', made.settings) as Record<string, Json>,
          credentials: checked(platform, 'credentials', made.credentials),
        }),
      );
    if (context.output.json) context.output.result({ connections: saved.map(publicView) });
    else
      for (const one of saved)
        context.output.line(
          `${one.name} (${one.platform}) saved; prove it with: npx stratus connections test ${one.name}`,
        );
    return EXIT.ok;
  });
}

/** A connection without its credentials, sealed or not. */
const publicView = (row: ConnectionRow): Record<string, unknown> => ({
  id: row.id,
  name: row.name,
  platform: row.platform,
  status: row.status,
  reason: row.statusReason,
  settings: row.settings,
  baseUrl: row.baseUrl,
  sandbox: row.sandbox,
});

/** Whoever sits at the terminal; a container may run as a user without a name. */
function person(): string {
  try {
    return userInfo().username;
  } catch {
    return 'hand';
  }
}
