import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, sourceFiles } from '../tests/imports.js';
import { CRASH_POINTS, CRASHING_FILES, patched, plant } from './test-build.js';

const source = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

describe('a test build', () => {
  it('finds every crash point in the sources, and no file that it does not know', () => {
    const files = CRASHING_FILES.map((file) => file.replace(/\.js$/, '.ts'));
    const found = new Set<string>();
    for (const file of files) expect(plant(source(file), 'x', found)).not.toBe(source(file));
    expect([...found].sort()).toEqual([...CRASH_POINTS].sort());
    const marked = sourceFiles()
      .map(({ path }) => path)
      .filter((path) => path.startsWith('libs/') || path.startsWith('apps/'))
      .filter((path) => source(path).includes('crash point'));
    expect(marked.sort()).toEqual([...files].sort());
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
