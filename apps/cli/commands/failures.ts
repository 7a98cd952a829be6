import type { Command } from 'commander';
import {
  findFailure,
  listFailures,
  markFailure,
  membersOf,
  type FailureRow,
  type FailureState,
} from '#warehouse';
import { streamOf } from '#catalog';
import { plural } from '../asking.js';
import { contextOf, withStack, type Context } from '../context.js';
import { show } from '../output.js';
import { person } from '../person.js';

/** As much of a fingerprint as a person copies; the rest is seldom needed. */
const SHORT = 10;
/** Of a group's runs and records, so many are shown. */
const SHOWN = 10;

interface ListOptions {
  readonly all?: boolean;
  readonly ignored?: boolean;
  readonly stream?: string;
}

/** `failures`: what goes wrong, grouped by cause, and what a person says of it. */
export function failures(group: Command): void {
  group
    .option('--all', 'resolved and ignored ones too')
    .option('--ignored', 'only those that are ignored')
    .option('--stream <stream>', 'only this stream')
    .action(async (_: unknown, command: Command) => {
      await list(contextOf(command), command.optsWithGlobals<ListOptions>());
    });

  group
    .command('show <fingerprint>')
    .description('one failure: what was said, and which runs and records are in it')
    .action(async (fingerprint: string, _: unknown, command: Command) => {
      await showOne(contextOf(command), fingerprint);
    });

  const marks: [name: string, state: FailureState, description: string][] = [
    ['ignore', 'ignored', 'counts on, but is not shown'],
    ['resolve', 'resolved', 'is done; it opens again when it comes back'],
    ['reopen', 'open', 'is to be seen to after all'],
  ];
  for (const [name, state, description] of marks)
    group
      .command(`${name} <fingerprint>`)
      .description(description)
      .option('--note <text>', 'why, for whoever looks next')
      .action(async (fingerprint: string, _: unknown, command: Command) => {
        const { note } = command.optsWithGlobals<{ note?: string }>();
        await mark(contextOf(command), fingerprint, { state, ...(note === undefined ? {} : { note }) });
      });
}

async function list(context: Context, options: ListOptions): Promise<void> {
  const states: FailureState[] = options.ignored
    ? ['ignored']
    : options.all
      ? ['open', 'resolved', 'ignored']
      : ['open'];
  const stream = options.stream === undefined ? {} : { stream: streamOf(options.stream).name };
  await withStack(context, 'failures', async ({ warehouse }) => {
    const failures = await listFailures(warehouse, { states, ...stream });
    const { output } = context;
    if (output.json) return output.result({ failures });
    if (failures.length === 0)
      return output.line(`no failure is ${options.ignored ? 'ignored' : options.all ? 'known' : 'open'}`);
    output.table(
      ['failure', 'state', 'kind', 'stream', 'seen', 'runs', 'records', 'first', 'last', 'what'],
      failures.map((one) => [
        one.fingerprint.slice(0, SHORT),
        one.state,
        one.kind,
        one.stream,
        one.count,
        one.runs,
        one.records,
        one.firstSeenAt,
        one.lastSeenAt,
        one.message,
      ]),
    );
  });
}

async function showOne(context: Context, prefix: string): Promise<void> {
  await withStack(context, 'failures', async ({ warehouse }) => {
    const failure = await findFailure(warehouse, prefix);
    const members = await membersOf(warehouse, failure.fingerprint, SHOWN);
    const { output } = context;
    if (output.json) return output.result({ failure, ...members });
    output.line(
      `${failure.fingerprint}  ${failure.state}  ${failure.kind}  ${failure.stream}${failure.operation === null ? '' : `, ${failure.operation}`}`,
    );
    output.line(`\n${failure.message}\n\nlast: ${failure.example.message}\n`);
    for (const line of storyOf(failure)) output.line(line);
    if (members.runs.length > 0) {
      output.line(`\n${counted(members.runs.length, failure.runs, 'run')} in it now:`);
      output.table(
        ['run', 'connection', 'stream', 'kind', 'state', 'ended'],
        members.runs.map((one) => [one.id, one.connection, one.stream, one.kind, one.state, one.finishedAt]),
      );
      output.line(`again: npx stratus retry --fingerprint ${failure.fingerprint.slice(0, SHORT)}`);
    }
    if (members.records.length > 0) {
      output.line(`\n${counted(members.records.length, failure.records, 'record')} in it now:`);
      output.table(
        ['id', 'connection', 'record', 'last seen', 'why'],
        members.records.map((one) => [one.id, one.connection, one.recordKey, one.lastSeenAt, one.reason]),
      );
      output.line(
        `again: npx stratus quarantine replay --fingerprint ${failure.fingerprint.slice(0, SHORT)}`,
      );
    }
  });
}

const counted = (shown: number, all: number, what: string): string =>
  shown < all ? `the latest ${shown} of ${plural(all, what)}` : plural(all, what);

function storyOf(failure: FailureRow): string[] {
  const { count, firstSeenAt, lastSeenAt, reopened, resolvedAt, resolvedBy, note } = failure;
  return [
    `seen ${count} ${count === '1' ? 'time' : 'times'}, first ${show(firstSeenAt)}, last ${show(lastSeenAt)}`,
    ...(reopened > 0 ? [`came back ${plural(reopened, 'time')} after it was resolved`] : []),
    ...(resolvedAt === null
      ? []
      : [`${failure.state} ${show(resolvedAt)} ${resolvedBy === null ? 'by itself' : `by ${resolvedBy}`}`]),
    ...(note === null ? [] : [`note: ${note}`]),
  ];
}

async function mark(
  context: Context,
  prefix: string,
  to: { readonly state: FailureState; readonly note?: string },
): Promise<void> {
  await withStack(context, 'failures', async ({ warehouse }) => {
    const { fingerprint, stream } = await findFailure(warehouse, prefix);
    await markFailure(warehouse, fingerprint, to, { by: person(), at: new Date() });
    if (context.output.json) context.output.result({ fingerprint, ...to });
    else context.output.line(`${fingerprint.slice(0, SHORT)} of ${stream} is ${to.state}`);
  });
}
