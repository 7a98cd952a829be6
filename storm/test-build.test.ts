import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT, sourceFiles } from '../tests/imports.js';
import { CRASH_POINTS, makeTestBuild, patched, plant } from './test-build.js';

const itBuilt = existsSync(join(ROOT, 'dist', 'apps', 'cli', 'main.js')) ? it : it.skip;

describe('a test build', () => {
  itBuilt('runs what was changed, and not the bundle of the checkout', async () => {
    const { root, remove } = makeTestBuild({
      patches: [{ file: 'apps/cli/main.js', find: 'Keeps one Postgres', put: 'Breaks one Postgres' }],
    });
    try {
      const { stdout } = await promisify(execFile)(process.execPath, [
        join(root, 'bin', 'stratus.mjs'),
        '--help',
      ]);
      expect(stdout).toContain('Breaks one Postgres');
      expect(existsSync(join(root, 'dist', 'bundle', 'cli.js'))).toBe(true);
    } finally {
      remove();
    }
  });

  it('finds every crash point that the sources mark', () => {
    const found = new Set<string>();
    let calls = 0;
    for (const { path } of sourceFiles().filter((file) => /^(?:libs|apps)\//.test(file.path))) {
      const text = readFileSync(join(ROOT, path), 'utf8');
      const marks = text.split('crash point').length - 1;
      const planted = plant(text, 'x', found).split('crashPoint(').length - 1;
      expect([path, planted]).toEqual([path, marks]);
      if (marks > 0) expect(path).toMatch(/^libs\//);
      calls += planted;
    }
    expect([...found].sort()).toEqual([...CRASH_POINTS].sort());
    expect(calls).toBeGreaterThan(CRASH_POINTS.length);
  });

  it('makes calls of comments, however many lines they have', () => {
    const found = new Set<string>();
    const text = 'a();\n/* crash point: after-rows. Nothing is\n   committed. */\nb();';
    expect(plant(text, '../crash.js', found)).toBe(
      "import { crashPoint } from '../crash.js';\na();\ncrashPoint('after-rows');\nb();",
    );
    expect([...found]).toEqual(['after-rows']);
    expect(plant('/* crash point: after-acknowledge, once worker is completed. Why. */', 'x')).toContain(
      "worker.on('completed', () => crashPoint('after-acknowledge'));",
    );
    expect(plant('a(); // nothing', 'x')).toBe('a(); // nothing');
    expect(() => plant('/* crash point: in-between. Why. */', 'x')).toThrow('unknown crash point in-between');
  });

  it('refuses a patch that does not match exactly once', () => {
    const patch = { file: 'a.js', find: 'x = 1', put: 'x = 2' };
    expect(patched('let x = 1;', patch)).toBe('let x = 2;');
    expect(() => patched('let y = 1;', patch)).toThrow('a.js matches 0 times');
    expect(() => patched('x = 1; x = 1', patch)).toThrow('a.js matches 2 times');
  });
});
