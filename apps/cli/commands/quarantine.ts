import { Option, type Command } from 'commander';
import {
  editQuarantined,
  findQuarantined,
  ignoreQuarantined,
  listQuarantine,
  type QuarantinedRecord,
} from '#warehouse';
import { count } from '../arguments.js';
import { plural } from '../asking.js';
import { replayInBulk } from '../bulk-replay.js';
import { contextOf, withStack, type Context } from '../context.js';
import { choosing, filterOf, type Chosen } from '../desk-filter.js';
import { editedJson } from '../edit-json.js';
import { show } from '../output.js';
import { person } from '../person.js';

interface ListOptions extends Chosen {
  readonly state: 'open' | 'landed' | 'ignored';
  readonly limit: number;
}

/** `quarantine`: records that could not be used; looked at, mended and replayed. */
export function quarantine(group: Command): void {
  group
    .command('list', { isDefault: true })
    .description('what is in it, the latest first')
    .option('--fingerprint <fingerprint>', 'of this failure (its first digits are enough)')
    .option('--stream <stream>', 'of this stream')
    .option('--connection <name>', 'of this connection')
    .addOption(
      new Option('--state <state>', 'in this state').choices(['open', 'landed', 'ignored']).default('open'),
    )
    .option('--limit <n>', 'how many', count, 20)
    .action(async (_: unknown, command: Command) => {
      await list(contextOf(command), command.optsWithGlobals<ListOptions>());
    });

  group
    .command('show <id>')
    .description('one record: its payload, and why it could not be used')
    .action(async (id: string, _: unknown, command: Command) => {
      const context = contextOf(command);
      await withStack(context, 'quarantine', async ({ warehouse }) => {
        const record = await findQuarantined(warehouse, id);
        if (context.output.json) context.output.result({ record });
        else tell(context, record);
      });
    });

  choosing(
    group
      .command('replay [id...]')
      .description(
        'maps records again, as they were sent or as they were edited: these, or all that are chosen',
      ),
  ).action(async (ids: string[], _: unknown, command: Command) => {
    const context = contextOf(command);
    const chosen = command.optsWithGlobals<Chosen>();
    process.exitCode = await withStack(context, 'replay', async (stack) => {
      for (const id of ids) await findQuarantined(stack.warehouse, id);
      const filter = await filterOf(stack.warehouse, chosen);
      // Whoever names each record needs not be asked whether those are the ones.
      return ids.length === 0
        ? replayInBulk(context, stack, filter, chosen)
        : replayInBulk(context, stack, { ...filter, ids }, { yes: true, ...chosen });
    });
  });

  group
    .command('edit <id>')
    .description('mends a payload in $EDITOR, or takes it from a file or standard input; replay it then')
    .option('--file <file>', 'the mended payload as JSON, - for standard input')
    .action(async (id: string, _: unknown, command: Command) => {
      await edit(contextOf(command), id, command.optsWithGlobals<{ file?: string }>().file);
    });

  for (const [name, ignored, description] of [
    ['ignore', true, 'puts records aside for good: neither replayed nor counted'],
    ['reopen', false, 'takes ignored records back'],
  ] as const)
    group
      .command(`${name} <id...>`)
      .description(description)
      .action(async (ids: string[], _: unknown, command: Command) => {
        const context = contextOf(command);
        await withStack(context, 'quarantine', async ({ warehouse }) => {
          const records = [];
          for (const id of ids) records.push(await findQuarantined(warehouse, id));
          for (const record of records)
            await ignoreQuarantined(warehouse, record, ignored, { by: person(), at: new Date() });
          if (context.output.json)
            context.output.result({ records: ids, state: ignored ? 'ignored' : 'open' });
          else context.output.line(`${plural(ids.length, 'record')} ${ignored ? 'ignored' : 'reopened'}`);
        });
      });
}

async function list(context: Context, { state, limit, ...chosen }: ListOptions): Promise<void> {
  await withStack(context, 'quarantine', async ({ warehouse }) => {
    const filter = await filterOf(warehouse, chosen);
    const records = await listQuarantine(warehouse, { ...filter, state, limit });
    const { output } = context;
    if (output.json) return output.result({ records });
    if (records.length === 0) return output.line(`no record in the quarantine is ${state}`);
    output.table(
      ['id', 'connection', 'stream', 'record', 'times', 'last seen', 'failure', 'edited', 'why'],
      records.map((one) => [
        one.id,
        one.connection,
        one.stream,
        one.recordKey.slice(0, 60),
        one.times,
        one.lastSeenAt,
        one.fingerprint?.slice(0, 10),
        one.editedBy === null ? '' : 'yes',
        one.reason,
      ]),
    );
    if (records.length === limit) output.line(`there may be more: --limit ${limit * 5}`);
  });
}

function tell({ output }: Context, record: QuarantinedRecord): void {
  output.line(
    `${record.id}  ${record.state}  ${record.stream} ${record.recordKey.slice(0, 100)} on ${record.connection}`,
  );
  output.line(`\n${record.reason}\n`);
  output.line(
    `seen ${plural(record.times, 'time')}, first ${show(record.firstSeenAt)}, last ${show(record.lastSeenAt)} by run ${record.runId}`,
  );
  if (!record.whole) output.line('its payload could not be kept as it was sent');
  output.line(`\n${JSON.stringify(record.payload, null, 2)}`);
  if (record.editedAt !== null)
    output.line(
      `\nedited ${show(record.editedAt)} by ${record.editedBy ?? '?'}:\n\n${JSON.stringify(record.editedPayload, null, 2)}`,
    );
}

async function edit(context: Context, id: string, file: string | undefined): Promise<void> {
  await withStack(context, 'quarantine', async ({ warehouse }) => {
    const record = await findQuarantined(warehouse, id);
    const before = record.editedAt === null ? record.payload : record.editedPayload;
    const payload = await editedJson({
      value: before,
      file,
      editor: process.stdin.isTTY ? (process.env['VISUAL'] ?? process.env['EDITOR'] ?? 'vi') : null,
      head: [`${record.stream} ${record.recordKey.slice(0, 100)} on ${record.connection}`, record.reason],
      again: (kept) => `npx stratus quarantine edit ${id} --file ${kept}`,
    });
    const changed = JSON.stringify(payload) !== JSON.stringify(before);
    if (changed) await editQuarantined(warehouse, record, payload, { by: person(), at: new Date() });
    if (context.output.json) context.output.result({ id, changed });
    else
      context.output.line(
        changed
          ? `record ${id} is edited; replay it: npx stratus quarantine replay ${id}`
          : `nothing was changed of record ${id}`,
      );
  });
}
