import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from './imports.js';
import { stratus } from './stratus.js';

const { programOf } = (await import('../bin/program.mjs' as string)) as {
  programOf(app: 'cli' | 'sandbox', dist?: URL): URL | undefined;
};

describe('the program that is started', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'stratus-dist-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (file: string, minute: number): void => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), '');
    utimesSync(join(folder, file), minute * 60, minute * 60);
  };
  const started = (): string | undefined =>
    programOf('cli', pathToFileURL(`${folder}/`))
      ?.href.split('/')
      .at(-2);

  it('is the bundle, unless something was compiled since it was begun', () => {
    write('apps/cli/main.js', 1);
    write('bundle/cli.js', 2);
    expect(started()).toBe('bundle');
    write('.tsbuildinfo', 2);
    expect(started()).toBe('bundle');
    write('.tsbuildinfo', 3);
    expect(started()).toBe('cli');
  });

  it('is no other where there is only one, or none', () => {
    expect(started()).toBeUndefined();
    write('apps/cli/main.js', 1);
    expect(started()).toBe('cli');
  });

  it('is told by the file that every compilation writes', () => {
    const { compilerOptions } = JSON.parse(readFileSync(join(ROOT, 'tsconfig.build.json'), 'utf8')) as {
      compilerOptions: object;
    };
    expect(compilerOptions).toMatchObject({ incremental: true, tsBuildInfoFile: 'dist/.tsbuildinfo' });
  });
});

/** Files of the bundle that are loaded with this one, whatever is asked for. */
function loadedWith(file: URL, found = new Map<string, string>()): Map<string, string> {
  if (found.has(file.href)) return found;
  const text = readFileSync(file, 'utf8');
  found.set(file.href, text);
  for (const [, name] of text.matchAll(/^import\b[^'"]*['"](\.\/[^'"]+)['"]/gm))
    loadedWith(new URL(name!, file), found);
  return found;
}

const BUNDLE = new URL('../dist/bundle/', import.meta.url);
const describeBundle = programOf('cli')?.href.startsWith(BUNDLE.href) ? describe : describe.skip;

describeBundle('the bundle', () => {
  it('loads next to nothing before it knows the command', () => {
    const files = loadedWith(new URL('cli.js', BUNDLE));
    expect(files.size).toBeGreaterThan(1);
    const bytes = [...files.values()].reduce((sum, text) => sum + text.length, 0);
    expect(bytes).toBeLessThan(300_000);
  });
});

const describeBuilt = programOf('cli') ? describe : describe.skip;

describeBuilt('a command', () => {
  it('names files and lines of the sources in a stack', async () => {
    const { stderr } = await stratus(['run', 'nothing.at_all'], { STRATUS_DEBUG: '1' });
    const [, file, line] = /^ +at .*?\(?(\/[^()]+\.ts):(\d+):\d+\)?$/m.exec(stderr) ?? [];
    expect(file && basename(dirname(file))).toBe('catalog');
    expect(readFileSync(file!, 'utf8').split('\n')[Number(line) - 1]).toContain('new Failure(');
  });

  it.each([
    [['help', 'sql'], '--csv'],
    [['--data', 'sql', 'retry', '--help'], '--fingerprint'],
    [['backfill', 'start', '--help'], '--slices'],
  ])('is found whatever stands before it: %s', async (args, option) => {
    expect((await stratus(args)).stdout).toContain(option);
  });
});
