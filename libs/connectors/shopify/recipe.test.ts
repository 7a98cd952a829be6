import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Stream } from '#sync';
import { misfits } from './testing/misfits.js';
import { rowsOf } from './testing/rows.js';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const ROOT = join(HERE, '..', '..', '..');

const page = readFileSync(join(ROOT, 'docs/recipes/add-a-stream.md'), 'utf8');

function block(language: string): string {
  const text = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'ms').exec(page)?.[1];
  if (text === undefined) throw new Error(`the recipe has no ${language} block`);
  return text;
}

/** One edit of the recipe's code; an edit that finds nothing would prove nothing. */
function edited(find: string, put: string): string {
  const code = block('ts');
  if (code.split(find).length !== 2) throw new Error(`the recipe does not hold this once: ${find}`);
  return code.replace(find, put);
}

const MISTAKES = {
  'misspelled-column': edited('displayName: vip.displayName', 'dispalyName: vip.displayName'),
  'forgotten-column': edited('phone: vip.defaultPhoneNumber?.phoneNumber ?? null,', ''),
  'float-for-money': edited(
    'totalSpent: vip.amountSpent.amount',
    'totalSpent: Number(vip.amountSpent.amount)',
  ),
  'cursor-not-an-instant': edited('of: (vip) => vip.updatedAt', 'of: (vip) => vip.updatedAt.toISOString()'),
  'field-the-wire-lacks': edited('tags: vip.tags', 'tags: vip.labels'),
  'name-without-platform': edited("'shopify.vip_customers'", "'vip_customers'"),
};

/** A folder of its own for a moment. Inside the checkout, where `#sync` and the libraries resolve as they do for a stream. */
async function inFolder<T>(work: (folder: string) => T | Promise<T>): Promise<T> {
  mkdirSync(join(ROOT, '.stratus'), { recursive: true });
  const folder = mkdtempSync(join(ROOT, '.stratus', 'recipe-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The recipe's module, run. */
const loaded = (code: string): Promise<{ vipCustomers: Stream }> =>
  inFolder(async (folder) => {
    const file = join(folder, 'vip-customers.ts');
    writeFileSync(file, code.replaceAll("from '../", `from '${relative(folder, HERE)}/`));
    return (await import(file)) as { vipCustomers: Stream };
  });

/** Type-checks files as if they stood in streams/; the complaints by file. */
const compile = (files: Readonly<Record<string, string>>): Promise<Record<string, string[]>> =>
  inFolder((folder) => {
    mkdirSync(join(folder, 'streams'));
    for (const [name, code] of Object.entries(files))
      writeFileSync(join(folder, 'streams', `${name}.ts`), code);
    const config = {
      extends: join(ROOT, 'tsconfig.base.json'),
      compilerOptions: { noEmit: true, rootDirs: [folder, HERE] },
      include: [join(folder, 'streams')],
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const tsc = spawnSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', folder], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    const lines = tsc.stdout.split('\n');
    const complaintsOf = (name: string): string[] => {
      const file = relative(ROOT, join(folder, 'streams', `${name}.ts`));
      return lines.filter((line) => line.startsWith(`${file}(`));
    };
    return Object.fromEntries(Object.keys(files).map((name) => [name, complaintsOf(name)]));
  });

describe('the recipe for a stream', () => {
  let complaints: Record<string, string[]>;
  beforeAll(async () => {
    complaints = await compile({ 'vip-customers': block('ts'), ...MISTAKES });
  }, 60_000);

  it('compiles as it stands', () => {
    expect(complaints['vip-customers']).toEqual([]);
  });

  it.each(Object.keys(MISTAKES))('does not compile with a %s', (mistake) => {
    expect(complaints[mistake]).not.toEqual([]);
  });

  it('touches two files and a fixture', () => {
    const files = page.match(/^\| `[^`]+`/gm)?.map((cell) => cell.slice(3, -1));
    expect(files).toEqual([
      'libs/connectors/shopify/streams/vip-customers.ts',
      'libs/connectors/shopify/platform.ts',
      'libs/connectors/shopify/fixtures/vip-customers.json',
    ]);
  });

  it('turns its fixture into rows that fit the table', async () => {
    const { vipCustomers } = await loaded(block('ts'));
    const [ada, nobody] = rowsOf(vipCustomers, JSON.parse(block('json')));
    expect(ada?.row).toMatchObject({ customerId: '7200000000001', totalSpent: '120.40', ordersCount: 3 });
    expect(misfits(vipCustomers.into, ada?.row ?? {})).toEqual([]);
    expect(misfits(vipCustomers.into, nobody?.row ?? {})).toEqual([]);
  });
});
