import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT } from './imports.js';

/** By the rule, in a file of any lib: the least that it must find. */
const FAULTS: Readonly<Record<string, string>> = {
  'await-thenable': 'export const x = async (): Promise<number> => await 1;',
  'ban-ts-comment': '// @ts-ignore\nexport const x = 1;',
  'consistent-type-imports': "import { Other } from './other.js';\nexport type X = Other;",
  eqeqeq: 'export const same = (one: string, other: string): boolean => one == other;',
  'no-array-constructor': 'export const x: unknown[] = new Array(0, 1);',
  'no-array-delete': 'export const cut = (list: number[]): void => {\n  delete list[0];\n};',
  'no-base-to-string': 'export const x = (it: { a: number }): string => String(it);',
  'no-default-export': 'export default 1;',
  'no-duplicate-enum-values': 'export enum X {\n  A = 1,\n  B = 1,\n}',
  'no-duplicate-type-constituents': "export type X = 'a' | 'b' | 'a';",
  'no-empty-object-type': 'export type X = {};',
  'no-explicit-any': 'export type X = any;',
  'no-extra-non-null-assertion': 'export const x = (it: { a: number } | null): number => it!!.a;',
  'no-floating-promises': 'export const x = (it: Promise<number>): void => {\n  it;\n};',
  'no-for-in-array':
    'export function x(list: number[]): void {\n  for (const at in list) print(at);\n}\nconst print = (_: string): void => {};',
  'no-implied-eval': "export const x = new Function('return 1');",
  'no-misused-new': 'export interface X {\n  new (): X;\n}',
  'no-misused-promises': 'export const x = (it: Promise<boolean>): number => (it ? 1 : 2);',
  'no-namespace': 'export namespace X {\n  export const a = 1;\n}',
  'no-non-null-asserted-optional-chain': 'export const x = (it?: { a: number }): number => it?.a!;',
  'no-redundant-type-constituents': 'export type X = unknown | string;',
  'no-require-imports': "import x = require('./other.js');\nexport { x };",
  'no-this-alias': 'export class X {\n  self(): X {\n    const it = this;\n    return it;\n  }\n}',
  'no-unnecessary-type-constraint': 'export type X<T extends unknown> = T[];',
  'no-unsafe-argument': 'export const x = (): number => Math.abs(JSON.parse("1"));',
  'no-unsafe-assignment': 'const it = JSON.parse("1");\nexport const x = it as number;',
  'no-unsafe-call': 'export const x = (): unknown => JSON.parse("1")();',
  'no-unsafe-declaration-merging': 'export interface X {\n  a: string;\n}\nexport class X {}',
  'no-unsafe-enum-comparison': 'enum A {\n  One = 1,\n}\nexport const x = (it: A): boolean => it === 1;',
  'no-unsafe-function-type': 'export type X = Function;',
  'no-unsafe-member-access': 'export const x = (): unknown => JSON.parse("1").a;',
  'no-unsafe-return': 'export const x = (): number => JSON.parse("1");',
  'no-unsafe-unary-minus': 'export const x = (it: string): number => -it;',
  'no-unused-expressions': 'export const x = (it: boolean): void => {\n  it && 1;\n};',
  'no-unused-vars': 'const kept = 1;\nexport {};',
  'no-var': 'export var x = 1;',
  'no-wrapper-object-types': 'export type X = String;',
  'only-throw-error': "export const x = (): never => {\n  throw 'a';\n};",
  'prefer-as-const': "export const x = 'a' as 'a';",
  'prefer-const': 'let it = 1;\nexport const x = it;',
  'prefer-namespace-keyword': 'export module X {\n  export const a = 1;\n}',
  'prefer-promise-reject-errors': "export const x = (): Promise<never> => Promise.reject('a');",
  'prefer-rest-params': 'export function x(): number {\n  return arguments[0] as number;\n}',
  'prefer-spread':
    'export const x = (most: (...of: number[]) => number, of: number[]): number => most.apply(undefined, of);',
  'restrict-plus-operands': "export const x = (it: { a: number }): string => it + 'a';",
  'restrict-template-expressions': 'export const x = (it: string | null): string => `${it}`;',
  'switch-exhaustiveness-check':
    "export function x(it: 'a' | 'b'): void {\n  switch (it) {\n    case 'a':\n      break;\n  }\n}",
  'triple-slash-reference': '/// <reference path="./other.d.ts" />\nexport const x = 1;',
  'unbound-method':
    'class It {\n  own = 1;\n  get(): number {\n    return this.own;\n  }\n}\nexport const { get } = new It();',
};

/** Looser there: replies are looked into freely. */
const FREE_IN_TESTS = [
  'no-base-to-string',
  'no-unsafe-argument',
  'no-unsafe-assignment',
  'no-unsafe-call',
  'no-unsafe-member-access',
  'no-unsafe-return',
  'restrict-template-expressions',
  'unbound-method',
];

const PAGE = 'export const page = (one: string, other: string) => <p hidden={one == other}>{one}</p>;';
const SCRIPT = 'export const same = (one, other) => one == other;\nconst kept = 1;';
const SILENCED = '// oxlint-disable-next-line eqeqeq -- nothing here\nexport const x = 1;';
const CLEAN =
  'export const x = (count: number, on: boolean, it?: string | null): string => it == null ? `${count} ${on}` : it;';

const inFolder = (folder: string, codes: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(codes).map(([rule, code]) => [`${folder}/${rule}.ts`, code]));

interface Report {
  diagnostics: readonly { code?: string; message: string; filename: string }[];
}

/** What the project's own configuration complains of in a checkout that holds these files: by file, the rules. */
function lint(files: Readonly<Record<string, string>>): Map<string, Set<string>> {
  const folder = mkdtempSync(join(tmpdir(), 'stratus-lint-'));
  try {
    copyFileSync(join(ROOT, '.oxlintrc.jsonc'), join(folder, '.oxlintrc.jsonc'));
    const types = {
      extends: join(ROOT, 'tsconfig.base.json'),
      compilerOptions: { rootDir: '.', jsx: 'preserve', types: [] },
    };
    for (const [path, text] of Object.entries({ ...files, 'tsconfig.json': JSON.stringify(types) })) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), `${text}\n`);
    }
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [join(ROOT, 'node_modules/oxlint/bin/oxlint'), '-f', 'json'],
      {
        cwd: folder,
        env: { ...process.env, OXLINT_TSGOLINT_PATH: join(ROOT, 'node_modules/.bin/tsgolint') },
        encoding: 'utf8',
      },
    );
    if (!stdout.startsWith('{')) throw new Error(`oxlint gave no report: ${stdout}${stderr}`);
    const found = new Map<string, Set<string>>();
    for (const { code, message, filename } of (JSON.parse(stdout) as Report).diagnostics) {
      const rule = /\((.+)\)$/.exec(code ?? '')?.[1] ?? message;
      found.set(filename, (found.get(filename) ?? new Set()).add(rule));
    }
    return found;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('the rules', () => {
  let found: Map<string, Set<string>>;
  beforeAll(() => {
    found = lint({
      'libs/other.ts': 'export interface Other {\n  a: string;\n}',
      ...inFolder('libs', FAULTS),
      ...inFolder('libs/testing', FAULTS),
      'apps/web/page.tsx': PAGE,
      'scripts/script.mjs': SCRIPT,
      'libs/silenced.ts': SILENCED,
      'libs/clean.ts': CLEAN,
    });
  }, 60_000);
  const at = (file: string): string[] => [...(found.get(file) ?? [])];

  it.each(Object.keys(FAULTS))('find %s', (rule) => {
    expect(at(`libs/${rule}.ts`)).toContain(rule);
  });

  it.each(Object.keys(FAULTS))('find %s in tests too, or leave it to expect()', (rule) => {
    expect(at(`libs/testing/${rule}.ts`).includes(rule)).toBe(!FREE_IN_TESTS.includes(rule));
  });

  it('hold for pages and for scripts', () => {
    expect(at('apps/web/page.tsx')).toContain('eqeqeq');
    expect(at('scripts/script.mjs').sort()).toEqual(['eqeqeq', 'no-unused-vars']);
  });

  it('find a comment that silences nothing', () => {
    expect(at('libs/silenced.ts')).toEqual([expect.stringContaining('Unused oxlint-disable')]);
  });

  it('leave clean code alone', () => {
    expect(at('libs/clean.ts')).toEqual([]);
  });
});
